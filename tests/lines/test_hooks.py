"""Messages come signed, become a report only by rule, and else wait for a person."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from reports.channels.actions import remove_sender
from reports.channels.grammar import read_lines
from reports.channels.models import Handling, Message, Sender
from reports.channels.queries import act_words, keyed, number_hash
from reports.intake.models import Report
from reports.journal.models import Event
from reports.lines.hooks import twilio_signature
from reports.problems import Invalid
from tests.factories import NOW, World, a_report
from tests.lines.senders import CODE, NUMBER, TEXT, allowed
from tests.proofs import no_trace

SECRET = "a secret of this gateway"
HOOKS = {"sms": SECRET, "twilio": SECRET, "rapidpro": SECRET}


@pytest.fixture(autouse=True)
def doors(settings: Any) -> None:
    cache.clear()
    settings.HOOKS, settings.HOOK_AGREEMENT = dict(HOOKS), "nk2020"
    settings.PUBLIC_URL = "https://reports.example"


def by_modem(
    text: str, *, number: str = NUMBER, late: int = 0, secret: str = SECRET, sent: str = ""
) -> Any:
    body = {"number": number, "text": text} | ({"sent": sent} if sent else {})
    return posted_by_modem(json.dumps(body).encode(), late=late, secret=secret)


def posted_by_modem(body: bytes, *, late: int = 0, secret: str = SECRET) -> Any:
    stamp = str(int(time.time()) - late)
    signed = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"HTTP_X_TIMESTAMP": stamp, "HTTP_X_SIGNATURE": signed}
    return Client(enforce_csrf_checks=True).generic(
        "POST", "/v1/hooks/sms", body, content_type="application/json", **headers
    )


def by_twilio(given: Mapping[str, str], signature: str = "") -> Any:
    url = "https://reports.example/v1/hooks/twilio"
    signed = signature or twilio_signature(SECRET, url, given)
    client = Client(enforce_csrf_checks=True)
    return client.post("/v1/hooks/twilio", given, HTTP_X_TWILIO_SIGNATURE=signed)


def by_rapidpro(body: Any, secret: str = SECRET) -> Any:
    client = Client(enforce_csrf_checks=True)
    return client.post(
        "/v1/hooks/rapidpro",
        json.dumps(body),
        content_type="application/json",
        HTTP_X_WEBHOOK_SECRET=secret,
    )


class TestAKnownSender:
    def test_two_lines_are_a_report(self, world: World) -> None:
        allowed(world)
        answer = by_modem(TEXT)
        assert answer.status_code == 204 and answer.content == b""
        report = Report.objects.get()
        assert (report.filed_by, report.channel, report.act_id) == (world.filer, "sms", "shelling")
        assert (report.location_kind, report.place, report.place_typed) == ("named", None, "Ganja")
        assert report.observed_from.isoformat() == "2020-10-10T22:00:00+00:00"
        assert report.means == "heard" and CODE not in report.narrative
        assert Message.objects.get().report == report
        assert not Event.objects.filter(kind="message.received").exists()

    def test_a_resend_is_the_same_report(self, world: World) -> None:
        allowed(world)
        assert [by_modem(TEXT).status_code for _n in range(3)] == [204] * 3
        assert (Report.objects.count(), Message.objects.count()) == (1, 1)

    @pytest.mark.parametrize(
        "text",
        [
            "739164 Обстрел Гянджа\n11.10.2020 02:00 слышала три взрыва",
            "739164 Հրետակոծություն Գանձակ\n11.10.2020 02:00 լսեցի երեք պայթյուն",
            "739164 Artilleriya atəşi Gəncə\n11.10.2020 02:00 eşitdim, üç partlayış",
            "739164 Bombardement d’artillerie Ganja\n11.10.2020 02:00 entendu trois explosions",
            "٧٣٩١٦٤ ١ گنجه\n١١.١٠.٢٠٢٠ ٠٢:٠٠ سمعت ثلاثة انفجارات",
        ],
    )
    def test_in_every_language_and_with_its_digits(self, world: World, text: str) -> None:
        words = {
            "обстрел": "ru",
            "հրետակոծություն": "hy",
            "artilleriya atəşi": "az",
            "bombardement d’artillerie": "fr",
        }
        from reports.places.folding import folded

        acts = act_words() | {folded(w): ("shelling", lang) for w, lang in words.items()}
        said = read_lines(text, acts, today=NOW.date())
        assert said is not None
        assert (said.code, said.act, said.means) == ("739164", "shelling", "heard")
        assert (str(said.day), str(said.clock)) == ("2020-10-11", "02:00:00")

    def test_without_a_day_it_is_the_last_time_it_was_this_late(self, world: World) -> None:
        allowed(world)
        clock = timezone.now().astimezone(timezone.get_fixed_timezone(240)).replace(minute=59)
        by_modem(f"739164 shelling Ganja\n{clock:%H:%M} heard three explosions")
        report = Report.objects.get()
        assert report.observed_from <= timezone.now()

    @pytest.mark.parametrize(
        "text",
        [
            "1111 shelling Ganja\n11.10.2020 02:00 heard three explosions",  # another code word
            "739164 shelling Ganja",
            "739164 something Ganja\n11.10.2020 02:00 heard three explosions",
            "739164 shelling Ganja\nlast night, heard three explosions",
            "739164 shelling Ganja\n11.10.2020 02:00 three explosions",  # not how it is known
            "739164 shelling Ganja\n41.10.2020 02:00 heard three explosions",
            "739164 shelling Ganja\n11.10.2050 02:00 heard three explosions",  # a rule of intake
            "",
        ],
    )
    def test_what_does_not_keep_to_the_form_waits(self, world: World, text: str) -> None:
        allowed(world)
        assert by_modem(text).status_code == 204
        message = Message.objects.get()
        assert (Report.objects.count(), message.report, message.known) == (0, None, True)
        assert Event.objects.filter(kind="message.received").count() == 1

    def test_a_sender_shut_out_is_unknown(self, world: World) -> None:
        remove_sender(sender=allowed(world), by=None, at=NOW)
        by_modem(TEXT)
        assert Report.objects.count() == 0 and not Message.objects.get().known


class TestAnUnknownSender:
    def test_it_waits_and_no_number_is_kept(self, world: World) -> None:
        by_modem(TEXT, number="+994 50 111 22 33")
        message = Message.objects.get()
        assert (message.known, message.report) == (False, None)
        assert message.text == TEXT.replace(CODE, "…")
        kept = " ".join(str(value) for value in Message.objects.values().get().values())
        assert "501112233" not in kept
        assert number_hash("+994 50 111 22 33") not in kept

    def test_a_number_is_the_same_however_it_is_written(self) -> None:
        assert number_hash("+374 10 123456") == number_hash("0037410123456")

    def test_triage_puts_down_what_became_of_it(self, world: World) -> None:
        by_modem("Please help", number="1")
        client = Client()
        client.force_login(world.triage)
        page = client.get("/messages/?agreement=nk2020").content.decode()
        key = re.search(r'name="message" value="([^"]+)"', page)
        assert key is not None and "… help" in page
        sent = {"agreement": "nk2020", "message": key[1]}
        with no_trace():
            assert client.post("/messages/", sent).status_code == 422
        assert client.post("/messages/", sent | {"why": "No event in it."}).status_code == 302
        assert Handling.objects.get().why == "No event in it."
        assert "… help" not in client.get("/messages/?agreement=nk2020").content.decode()

    def test_a_report_of_one_s_own_can_be_named(self, world: World) -> None:
        from dataclasses import replace

        from reports.channels.actions import handle_message
        from reports.intake.actions import file_report
        from tests.factories import a_draft

        by_modem("Help", number="1")
        message = Message.objects.get()
        draft = replace(a_draft(world), client_uuid=uuid.uuid4())
        mine = file_report(draft=draft, by=world.triage, at=NOW).report
        given: dict[str, Any] = {"message": message, "why": "", "by": world.triage, "at": NOW}
        with pytest.raises(Exception, match="no report of yours"):
            handle_message(receipt=a_report(world).receipt, **given)
        assert handle_message(receipt=mine.receipt, **given).report == mine
        with pytest.raises(Invalid):
            handle_message(receipt=mine.receipt, **given)


class TestWhatBearsItsSignature:
    @pytest.mark.parametrize(
        "sent", ["1602367200", "1702122511230", "11/10/2020 02:00", "0001-01-01T00:00+14:00", "x"]
    )
    def test_is_taken_whatever_its_time_looks_like(self, world: World, sent: str) -> None:
        allowed(world)
        assert by_modem(TEXT, sent=sent).status_code == 204
        assert Message.objects.get().claimed_at is None and Report.objects.count() == 1

    def test_is_taken_with_half_a_character(self, world: World) -> None:
        allowed(world)
        words = TEXT + " \ud83d"
        assert by_modem(words, sent="2020-10-11T02:00\ud83d").status_code == 204
        message = Message.objects.get()
        assert Report.objects.get().narrative.endswith("centre ?")
        bare = hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()
        assert message.sha256 == keyed("bytes", bare)
        assert bytes(message.raw) == words.replace(CODE, "…").encode(errors="surrogatepass")

    @pytest.mark.parametrize(
        "body",
        [
            b'{"number": "+374 10 123456", "text": "739164 They shoot at the m',
            b'{"text":"739164 They shoot at the mill","number": "+374 10 123456"',
            b"number=%2B37410123456&text=739164+shelling+at+the+mill",
            b'{"number": "+374 10 123456", "text": null, "said": "at the mill"}',
            b'{"number": "+374 10 123456", "text": "Shots\nat the mill \xff"}',
            b'["+374 10 123456", "They shoot"]',
            b"[" * 60_000,
            b'{"text": "Shots at the mill"}',
            b"",
        ],
    )
    def test_waits_however_badly_it_is_made(self, world: World, body: bytes) -> None:
        assert posted_by_modem(body).status_code == 204
        message = Message.objects.get()
        kept = message.text + bytes(message.raw).decode()
        assert message.report is None and "123456" not in kept and CODE not in kept
        assert ("at the m" in kept) == (b"at the m" in body.replace(b"+", b" "))

    def test_comes_again_on_another_day_with_a_clock_alone(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for day in (0, 3):
            later = NOW + timedelta(days=day)
            monkeypatch.setattr("reports.lines.hooks.timezone.now", lambda later=later: later)
            by_modem("Again they shoot", sent="02:00")
        assert Message.objects.count() == 2

    def test_of_a_flow_keeps_no_code_word_in_its_answers(self, world: World) -> None:
        answer = {"value": TEXT, "input": TEXT, "category": CODE}
        by_rapidpro({"contact": {"urn": None}, "results": {"what": answer}})
        raw = json.loads(bytes(Message.objects.get().raw))
        assert raw["what"]["category"] == "…" and CODE not in str(raw)

    def test_of_a_flow_takes_nothing_from_its_other_answers(self, world: World) -> None:
        results = {"killed": {"value": "3"}, "hurt": {"value": 3}, "said": {"value": "3 dead"}}
        by_rapidpro({"contact": {"urn": None}, "results": results})
        raw = json.loads(bytes(Message.objects.get().raw))
        assert raw == results | {"killed": {"value": "…"}}


class TestSignatures:
    def test_without_a_secret_there_is_no_door(self, world: World, settings: Any) -> None:
        settings.HOOKS = {}
        assert by_modem(TEXT).status_code == 404

    def test_a_modem_s_post_needs_its_signature_and_a_fresh_time(self, world: World) -> None:
        with no_trace():
            assert by_modem(TEXT, secret="guess").status_code == 403
            assert by_modem(TEXT, late=1000).status_code == 403
            assert Client().post("/v1/hooks/sms", {"text": "x"}).status_code == 403

    def test_a_known_answer_of_the_gateway_s_own_papers(self) -> None:
        """The example its maker publishes."""
        given = {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+12349013030",
            "Digits": "1234",
            "From": "+12349013030",
            "To": "+18005551212",
        }
        url = "https://mycompany.com/myapp.php?foo=1&bar=2"
        assert twilio_signature("12345", url, given) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="

    def test_a_gateway_s_post_is_signed_over_its_public_address(self, world: World) -> None:
        allowed(world)
        given = {"From": NUMBER, "Body": TEXT, "MessageSid": "SM1"}
        answer = by_twilio(given)
        assert answer.status_code == 200 and answer.content == b"<Response/>"
        assert Report.objects.count() == 1
        with no_trace():
            wrong = twilio_signature(SECRET, "http://testserver/v1/hooks/twilio", given)
            assert by_twilio(given, wrong).status_code == 403

    def test_a_flow_s_post_keeps_no_name(self, world: World) -> None:
        body = {
            "contact": {"name": "CANARY Name", "urn": "tel:+994501112233", "uuid": "u"},
            "flow": {"name": "Reports", "uuid": "f"},
            "results": {"what": {"category": "All", "value": "They shoot at the mill"}},
        }
        assert by_rapidpro(body).status_code == 200
        message = Message.objects.get()
        assert message.text == "… shoot at the mill" and b"CANARY" not in bytes(message.raw)
        with no_trace():
            assert by_rapidpro(body, "guess").status_code == 403
            assert by_rapidpro({"contact": {}}).status_code == 400

    def test_who_sends_too_much_waits(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("reports.lines.hooks.A_MINUTE", 1)
        assert [by_modem(str(n)).status_code for n in range(2)] == [204, 429]


class TestCommands:
    def test_what_gammu_hands_over(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        allowed(world)
        first, second = TEXT[:40], TEXT[40:]
        for name, value in {
            "SMS_MESSAGES": "2",
            "SMS_1_NUMBER": NUMBER,
            "SMS_1_TEXT": first,
            "SMS_2_NUMBER": NUMBER,
            "SMS_2_TEXT": second,
        }.items():
            monkeypatch.setenv(name, value)
        call_command("sms_received")
        assert Report.objects.get().act_id == "shelling"

    def test_gammu_s_reference_is_no_time_and_undecodable_bytes_are_kept(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given = {"SMS_MESSAGES": "1", "DECODED_PARTS": "", "SMS_1_REFERENCE": "0"}
        given |= {"SMS_1_NUMBER": NUMBER, "SMS_1_TEXT": "Again they shoot \udcff"}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        for named in ("IN1.txt", "IN2.txt", "IN2.txt"):
            call_command("sms_received", named)
        assert [bytes(one.raw) for one in Message.objects.all()] == [
            "… they shoot ".encode() + b"\xff"
        ] * 2

    def test_an_operator_lets_a_sender_in(self, world: World, capsys: Any) -> None:
        given = ["--user", world.filer.username, "--agreement", "nk2020"]
        call_command("allow_sender", *given, "--number", NUMBER, "--code", CODE)
        call_command("allow_sender", *given, "--mailbox")
        assert "intake+" in capsys.readouterr().out
        assert Sender.objects.filter(mailbox=False).get().user == world.filer
