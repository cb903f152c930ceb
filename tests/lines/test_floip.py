"""Rows of FLOIP results: a session is a message, a contact is nobody's number."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from reports.channels.models import Message
from reports.intake.models import Report
from tests.factories import World
from tests.lines.senders import CODE, NUMBER, TEXT, allowed
from tests.proofs import no_trace

SECRET = "a secret of this gateway"
AT = "2020-10-11T02:10:00.5+04:00"


@pytest.fixture(autouse=True)
def door(settings: Any) -> None:
    cache.clear()
    settings.HOOKS, settings.HOOK_AGREEMENT = {"rapidpro": SECRET}, "nk2020"


def row(contact: str, session: str, question: str, answer: Any, number: int = 1) -> list[Any]:
    return [AT, number, contact, session, question, answer, {"type": "open"}]


def sent(body: Any, secret: str = SECRET) -> Any:
    return Client(enforce_csrf_checks=True).post(
        "/v1/hooks/rapidpro",
        body if isinstance(body, bytes) else json.dumps(body),
        content_type="application/vnd.org.flowinterop.results+json",
        headers={"X-Webhook-Secret": secret},
    )


def wrapped(*rows: Any) -> Any:
    return {"data": {"type": "responses", "attributes": {"responses": list(rows)}}}


@pytest.mark.parametrize("shape", [wrapped, lambda *rows: list(rows)], ids=["wrapped", "bare"])
def test_each_session_is_a_message_that_waits(world: World, shape: Any) -> None:
    rows = (
        row("CANARY-contact", "s1", "what", "They shoot at the mill"),
        row("another", "s2", "what", "اطلاق نار"),
        row("CANARY-contact", "s1", "where", [40.68, 46.36]),
        row("CANARY-contact", "s1", "photo", "http://tracker.example/x.jpg"),
    )
    for _time in range(2):  # gateways send again
        assert sent(shape(*rows)).status_code == 200
    first, second = Message.objects.order_by("pk")
    assert first.text.splitlines() == [
        "They shoot at the mill",
        "[40.68, 46.36]",
        "http://tracker.example/x.jpg",
    ]
    assert second.text == "اطلاق نار" and not first.known and Report.objects.count() == 0
    assert first.claimed_at is not None and first.claimed_at.isoformat().startswith("2020-10-10T22")
    assert b"CANARY" not in bytes(first.raw) and b'"where"' in bytes(first.raw)


def test_a_contact_that_is_written_as_a_known_number_is_not_that_number(world: World) -> None:
    allowed(world)
    sent(wrapped(row(NUMBER, "s1", "what", TEXT)))
    message = Message.objects.get()
    assert (message.known, message.report) == (False, None)
    assert CODE not in str([message.text, bytes(message.raw)])
    assert "… shelling Ganja" in message.text


def test_no_answer_loses_a_word_or_a_figure(world: World) -> None:
    answers = {"killed": 3, "wounded": "3", "what": "3 shells, 3 killed", "how": "detonation"}
    sent(wrapped(*(row("c", "s1", name, said) for name, said in answers.items())))
    message = Message.objects.get()
    assert message.text.splitlines() == ["3", "3", "3 shells, 3 killed", "detonation"]
    kept = json.loads(bytes(message.raw))
    assert {one["question"]: one["answer"] for one in kept} == answers


def test_rows_of_a_session_that_come_apart_are_all_kept_and_a_resend_once(world: World) -> None:
    posts = [("hurt", "yes", 1), ("children", "yes", 2), ("children", "no", 2), ("hurt", "yes", 3)]
    for question, answer, number in [*posts, *posts]:
        sent(wrapped(row("c", "s1", question, answer, number)))
    assert Message.objects.count() == len(posts)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"data": {"attributes": {"responses": [["short"]]}}},
        [{"not": "a row"}],
        7,
        b"[" * 2000,
        [row("c", str(n), "q", "a") for n in range(101)],
    ],
    ids=["none", "nothing", "short", "object", "number", "deep", "many"],
)
def test_what_holds_no_rows_is_refused_and_leaves_nothing(world: World, body: Any) -> None:
    with no_trace():
        assert sent(body).status_code == 400
        assert sent(wrapped(row("c", "s", "q", "a")), "guess").status_code == 403
