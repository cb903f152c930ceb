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
        "… shoot at the mill",
        "[40.68, 46.36]",
        "http://tracker.example/x.jpg",
    ]
    assert second.text == "… نار" and not first.known and Report.objects.count() == 0
    assert first.claimed_at is not None and first.claimed_at.isoformat().startswith("2020-10-10T22")
    assert b"CANARY" not in bytes(first.raw) and b'"where"' in bytes(first.raw)


def test_a_contact_that_is_written_as_a_known_number_is_not_that_number(world: World) -> None:
    allowed(world)
    sent(wrapped(row(NUMBER, "s1", "what", TEXT)))
    message = Message.objects.get()
    assert (message.known, message.report) == (False, None)
    assert CODE not in str([message.text, bytes(message.raw)])


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
