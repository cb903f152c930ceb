"""The mail that only counts: sent once a day to those who want it, and saying nothing else."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from reports.people.models import User
from reports.problems import Invalid
from tests.factories import NOW, World, a_report, settle
from tests.proofs import refused
from verification.notifications.actions import mark_all_read, send_digests, set_preferences
from verification.notifications.models import DigestSent, NotificationPreference
from verification.tasks import send_digests as task

DAY = timedelta(days=1)  # NOW is a Monday


def want(user: User, digest: str = "daily", **changes: Any) -> NotificationPreference:
    User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.org")
    user.refresh_from_db()
    given: dict[str, Any] = {"digest": digest, "muted": [], "language": "en", **changes}
    return set_preferences(by=user, at=NOW, **given)


@pytest.fixture
def news(world: World) -> World:
    a_report(world)
    settle()
    return world


def test_it_is_sent_once_a_day_while_something_is_unread(news: World) -> None:
    want(news.triage)
    assert [send_digests(at=NOW), send_digests(at=NOW + timedelta(hours=3))] == [1, 0]
    assert send_digests(at=NOW + DAY) == 1
    mark_all_read(by=news.triage, at=NOW + DAY)
    assert send_digests(at=NOW + 2 * DAY) == 0
    assert [message.to for message in mail.outbox] == [["triage@example.org"]] * 2


def test_it_says_how_many_and_nothing_else(news: World) -> None:
    want(news.triage)
    send_digests(at=NOW)
    (message,) = mail.outbox
    assert message.subject == "Unread messages"
    assert message.body == (
        "1 unread message waits for you.\n\n"
        "Sign in where you usually do to read. This mail never says more than that.\n"
    )
    whole = message.message().as_string().lower()
    for secret in (
        "nk20",
        "triage officer",
        "report",
        "ceasefire",
        "cease",
        "verification",
        "http",
    ):
        assert secret not in whole
    assert not message.attachments


def test_nobody_gets_one_unasked(news: World) -> None:
    User.objects.filter(pk=news.triage.pk).update(email="triage@example.org")
    assert send_digests(at=NOW) == 0
    want(news.triage, "off")
    assert send_digests(at=NOW) == 0


def test_the_weekly_one_comes_on_monday(news: World) -> None:
    want(news.triage, "weekly")
    assert send_digests(at=NOW + DAY) == 0
    assert send_digests(at=NOW) == 1


def test_a_server_that_does_not_answer_is_asked_again(
    news: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    want(news.triage)

    def broken(self: EmailBackend, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("gone")

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", broken)
        assert send_digests(at=NOW) == 0
    assert not DigestSent.objects.exists()
    assert send_digests(at=NOW + timedelta(hours=1)) == 1


def test_in_the_reader_s_language(news: World) -> None:
    want(news.triage, language="ar")
    send_digests(at=NOW)
    assert "NK20" not in mail.outbox[0].body


def test_the_task_may_run_twice(news: World) -> None:
    assert [task(), task()] == [0, 0]


def test_a_mail_needs_an_address(world: World) -> None:
    with refused(Invalid, "digest", saying="no e-mail address"):
        set_preferences(digest="daily", muted=[], language="en", by=world.filer, at=NOW)


def test_what_must_be_told_cannot_be_turned_off(world: World) -> None:
    for topic in ("accused", "seated", "nonsense"):
        with refused(Invalid, "muted"):
            set_preferences(digest="off", muted=[topic], language="en", by=world.filer, at=NOW)
    with refused(Invalid, "digest"):
        set_preferences(digest="hourly", muted=[], language="en", by=world.filer, at=NOW)
