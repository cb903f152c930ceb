"""The published procedure, and the deadlines the public reads of an incident."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import LATER, NOW, World, settle
from tests.public_record import PublicRecord
from verification.caseload import procedure
from verification.caseload.actions import publish_procedure
from verification.caseload.procedure import RECORDS


def shown(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_before_the_first_version_it_says_what_will_hold(client: Client, world: World) -> None:
    text = shown(client.get(reverse("procedure")))
    assert "Not published yet" in text
    assert "Under review" in text and "Triage officer" in text


def test_every_state_and_step_stands_there(client: Client, world: World) -> None:
    publish_procedure(at=NOW)
    settle()
    text = shown(client.get(reverse("procedure")))
    assert "Version 1, published" in text
    for record in RECORDS:
        for state in record.states:
            assert f'<th scope="row">{state.label}</th>' in text.replace("&#x27;", "'")
    assert "3 days" in text and "from when the party was notified" in text


def test_an_earlier_version_stays_readable_and_says_so(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(procedure, "RECORDS", RECORDS[:3])
    publish_procedure(at=NOW)
    monkeypatch.undo()
    publish_procedure(at=LATER)
    settle()
    first = shown(client.get(reverse("procedure-version", args=[1])))
    assert "This is an earlier version" in first
    assert "A case before a panel" not in first.split('id="versions"')[0]
    newest = shown(client.get(reverse("procedure")))
    assert "Version 2, published" in newest
    assert "added: A case before a panel: Ballots open → Decided" in newest
    assert client.get(reverse("procedure-version", args=[3])).status_code == 404
    assert client.post(reverse("procedure")).status_code == 405


def test_an_incident_shows_reply_and_decision_and_never_ballots(
    client: Client, record: PublicRecord
) -> None:
    page = shown(client.get(reverse("incident", args=[record.decided.code])))
    assert "The accused party answers" in page and "The incident is decided" in page
    assert "The panel seals its ballots" not in page
    body = client.get(reverse("api-incident", args=[record.decided.code])).json()
    assert {row["step"] for row in body["deadlines"]} == {"reply", "decision"}
    assert all(row["done_at"] for row in body["deadlines"])
