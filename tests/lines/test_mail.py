"""Mail by LMTP, with Python's own client: sealed as it came, for mailboxes that were given out."""

from __future__ import annotations

import asyncio
import smtplib
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.lmtp import LMTP
from django.test import Client
from django.utils import timezone

from reports.channels.actions import APART, allow_sender
from reports.channels.letters import dkim_result
from reports.channels.models import Message
from reports.channels.queries import mailbox_hash
from reports.evidence.storage import path_of, vault
from reports.intake.models import Report
from reports.management.commands.take_mail import Mailroom, words_of
from tests.factories import World

TOKEN = "0123456789abcdef01234567"
BARE = "Subject: Обстрел\r\n\r\nТри взрыва у мельницы.\r\n".encode()  # no charset is declared


@pytest.fixture
def mailroom(live_world: World) -> Iterator[int]:
    """The mailroom on a port of its own."""
    loop = asyncio.new_event_loop()

    async def begin() -> Any:
        return await loop.create_server(lambda: LMTP(Mailroom(), loop=loop), "127.0.0.1", 0)

    server = loop.run_until_complete(begin())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield server.sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(timeout=10)


def send(port: int, to: str, raw: bytes = BARE) -> None:
    with smtplib.LMTP("127.0.0.1", port, timeout=20) as line:
        line.sendmail("anybody@example.org", [to], raw)


def test_a_mail_waits_and_lies_sealed(live_world: World, mailroom: int) -> None:
    allow_sender(
        user=live_world.filer,
        agreement=live_world.agreement,
        hashed=mailbox_hash(TOKEN),
        code="",
        mailbox=True,
        by=None,
        at=timezone.now(),
    )
    send(mailroom, f"intake+{TOKEN}@reports.example")
    send(mailroom, f"intake+{TOKEN}@reports.example")  # a resend is the same message
    message = Message.objects.get()
    assert (message.line, message.known, message.report) == ("mail", True, None)
    assert "Три взрыва у мельницы." in message.text
    with vault().open(path_of(APART, message.stored_as)) as sealed:
        assert "Три взрыва".encode() in sealed.read()
    assert Report.objects.count() == 0
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(mailroom, "intake+ffffffffffffffffffffffff@reports.example")
    assert [code for code, _words in refused.value.recipients.values()] == [550]


def test_the_same_words_with_another_picture_are_another_mail(
    live_world: World, mailroom: int
) -> None:
    allow_sender(
        user=live_world.filer,
        agreement=live_world.agreement,
        hashed=mailbox_hash(TOKEN),
        code="",
        mailbox=True,
        by=None,
        at=timezone.now(),
    )
    for picture in (b"AAAA", b"BBBB"):
        part = b"Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n" + picture
        send(mailroom, f"intake+{TOKEN}@reports.example", part)
    assert Message.objects.count() == 2


def test_words_of_other_kinds_are_read() -> None:
    declared = b"Content-Type: text/plain; charset=windows-1251\r\n\r\n"
    assert words_of(declared + "Три взрыва".encode("cp1251")) == "Три взрыва"
    assert words_of(b"Content-Type: text/plain; charset=no-such\r\n\r\nthree") == "three"
    assert words_of(b"Content-Type: text/html\r\n\r\n<b>three</b>") == ""


SERVER = "Authentication-Results: mx.ours.example; "


class TestWhatOurServerFound:
    """The finding of our own mail server on a mail's signature, and of nobody else."""

    @pytest.mark.parametrize(
        ("headers", "found"),
        [
            ("Authentication-Results: mx.ours.example; dkim=pass header.d=A.example", "pass"),
            (SERVER + "dkim=pass (2048 bit) header.i=@x header.d=a.example", "pass"),
            (SERVER + "dkim=pass header.d=mail.a.example", "other"),
            (SERVER + "dkim=pass header.d=ba.example", "other"),
            (SERVER + "dkim=pass header.d=example", "other"),
            (SERVER + "dkim=pass header.d=evil.org", "other"),
            (SERVER + "dkim=pass", "other"),
            (SERVER + "dkim=pass header.d=evil.org header.d=a.example", "other"),
            (SERVER + 'dkim=pass header.d=evil.org reason=" header.d=a.example"', "other"),
            (SERVER + "dkim=none; spf=pass smtp.mailfrom=dkim=pass@a.example", "none"),
            (SERVER + "x-dkim=pass header.d=a.example", ""),
            (SERVER + "dkim-atps=pass header.d=a.example", ""),
            (SERVER + "dkim=passed header.d=a.example", ""),
            (SERVER + "spf=fail (a (b) ; dkim=pass header.d=a.example)", ""),
            (SERVER + 'spf=fail reason="; dkim=pass header.d=a.example"', ""),
            (SERVER + 'spf=fail reason="\\"; dkim=pass header.d=a.example"', ""),
            (SERVER + 'spf=fail (") reason="; dkim=pass header.d=a.example"', ""),
            (SERVER + "spf=fail (a\\) ; dkim=pass header.d=a.example)", ""),
            (SERVER + "spf=fail (a)) ; dkim=pass header.d=a.example", ""),
            (SERVER + "spf=fail (; dkim=pass header.d=a.example", ""),
            (SERVER + 'spf=fail "; dkim=pass header.d=a.example', ""),
            (SERVER + "=?utf-8?q?=3B_dkim=3Dpass_header.d=3Da.example?=", ""),
            (SERVER + "dkim=pass header.d=a.example\r\nFrom: x@evil.org", "other"),
            ("Authentication-Results: MX.ours.example 1;\r\n dkim=FAIL (bad); spf=pass", "fail"),
            (
                SERVER + "dkim=fail; dkim=pass header.d=example.a.example",
                "other",
            ),
            ("Authentication-Results: mx.ours.example; spf=pass", ""),
            ("Authentication-Results: mx.ours.example; dkim=splendid", ""),
            ("Authentication-Results: mx.ours.example; spf=fail (dkim=pass)", ""),
            ("Authentication-Results: mx.theirs.example; dkim=pass", ""),
            (
                "Authentication-Results: mx.ours.example; dkim=none\r\n"
                "Authentication-Results: mx.ours.example; dkim=pass",
                "none",
            ),
            ("Subject: dkim=pass", ""),
        ],
    )
    def test_is_read_from_the_topmost_of_its_own(self, headers: str, found: str) -> None:
        head = f"{headers}\r\nFrom: A <who@a.example>\r\n"
        raw = f"{head}\r\nAuthentication-Results: mx.ours.example; dkim=pass\r\n".encode()
        assert dkim_result(raw, server="mx.ours.example") == found
        assert dkim_result(raw, server="") == ""

    def test_a_domain_signs_for_those_below_it(self) -> None:
        raw = f"{SERVER}dkim=pass header.d=a.example\r\nFrom: who@mail.A.example\r\n\r\n"
        assert dkim_result(raw.encode(), server="mx.ours.example") == "pass"

    def test_is_recorded_shown_to_triage_and_changes_nothing_else(
        self, live_world: World, mailroom: int, settings: Any
    ) -> None:
        settings.MAIL_SERVER = "mx.ours.example"
        allow_sender(
            user=live_world.filer,
            agreement=live_world.agreement,
            hashed=mailbox_hash(TOKEN),
            code="",
            mailbox=True,
            by=None,
            at=timezone.now(),
        )
        for result in ("pass", "fail", "pass header.d=b.example"):
            head = f"{SERVER}dkim={result} header.d=a.example\r\nFrom: w@a.example\r\n".encode()
            send(mailroom, f"intake+{TOKEN}@reports.example", head + BARE)
        kept = sorted(Message.objects.values_list("dkim", flat=True))
        assert kept == ["fail", "other", "pass"]
        assert Report.objects.count() == 0
        client = Client()
        client.force_login(live_world.triage)
        page = client.get("/messages/?agreement=nk2020").content.decode()
        assert "signed by the domain it names" in page and "does not hold" in page
