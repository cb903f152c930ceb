"""Rows of another record keeper's file are counted in public, and never shown there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from reports.intake.actions import accept_report
from reports.intake.models import Report
from tests.factories import NOW, World, settle
from tests.imported import acled_row, taken_in
from verification.corroboration.queries import public_claims
from verification.incidents.actions import link_report, open_incident
from verification.incidents.models import Incident

CANARIES = ("canary-notes", "canary-source", "canary-actor", "AZE777")


@pytest.fixture
def incident(world: World) -> Incident:
    row = acled_row(
        777,
        notes="canary-notes: shells were said to have hit a quarter of the town.",
        source="canary-source",
        actor2="canary-actor",
    )
    taken_in(world, [row, acled_row(778)], "acled")
    first, second = Report.objects.order_by("imported_row__row")
    for report in (first, second):
        accept_report(report=report, by=world.triage, at=NOW)
    settle()
    made = open_incident(report=first, why="From records.", by=world.triage, at=NOW)
    link_report(report=second, incident=made, why="The same night.", by=world.triage, at=NOW)
    settle()
    made.refresh_from_db()
    return made


def test_no_word_of_a_row_is_public(client: Client, incident: Incident) -> None:
    pages: list[Any] = [
        client.get(f"/incidents/{incident.code}/"),
        client.get(f"/api/v1/incidents/{incident.code}"),
        client.get("/incidents/"),
    ]
    for page in pages:
        assert page.status_code == 200
        assert [canary for canary in CANARIES if canary in page.content.decode()] == []
    body = json.loads(pages[1].content)
    assert "40.6828" not in json.dumps(body)  # the point of the row


def test_all_rows_of_a_source_are_one_witness(client: Client, incident: Incident) -> None:
    assert '"independent_origins": 1' in json.dumps(
        client.get(f"/api/v1/incidents/{incident.code}").json()
    )


def test_no_party_is_shown_them_as_claims(incident: Incident) -> None:
    assert public_claims(incident) == []
