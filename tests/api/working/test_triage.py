"""Triage by machine: the board's suggestions with their reasons; each deed can be undone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reports.intake.models import Report
from reports.journal.kinds import Kind
from tests.api.machines import is_problem, key_for, machine
from tests.factories import World, an_accepted_report, an_allegation, an_incident
from tests.proofs import no_trace, one_event
from verification.incidents.models import Incident, Link, Merge
from verification.linking.models import Refusal

WHY = {"why": "The same night and place."}


@pytest.fixture
def incident(world: World) -> Incident:
    return an_incident(world)


@pytest.fixture
def told(world: World, incident: Incident) -> Report:
    """A report of the same event by somebody else, in no incident yet."""
    return an_accepted_report(world, an_allegation(world, world.mod_armenia, "ARM"))


@pytest.fixture
def officer(world: World) -> Client:
    return machine(key_for(world.triage, "triage:read", "triage:write"))


def post(client: Client, name: str, body: Any, *args: Any) -> Any:
    raw = json.dumps(body)
    return client.post(reverse(name, args=args), raw, content_type="application/json")


def suggested(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get(reverse("api-suggestions")).json()
    return found


class TestLinks:
    def test_suggested_confirmed_and_undone(
        self, incident: Incident, told: Report, officer: Client
    ) -> None:
        [row] = suggested(officer)["links"]
        assert (row["report"], row["receipt"]) == (str(told.pk), told.receipt)
        best = row["suggested"][0]
        assert best["incident"] == incident.code and best["strength"] >= 0.5
        assert "The same kind of act." in best["reasons"]
        pair = {"incident": incident.code, "report": str(told.pk)}
        with one_event(Kind.REPORT_LINKED):
            done = post(officer, "api-confirm", pair | WHY)
        assert done.status_code == 201 and done.json()["kind"] == "link"
        assert suggested(officer)["links"] == []
        with no_trace():
            assert post(officer, "api-confirm", pair | WHY).status_code in (409, 422)
        with one_event(Kind.REPORT_UNLINKED):
            assert post(officer, "api-link-undo", WHY, done.json()["id"]).status_code == 204
        assert not Link.objects.filter(report=told, unlinked_at=None).exists()

    def test_refused_and_suggested_again(
        self, incident: Incident, told: Report, officer: Client
    ) -> None:
        pair = {"incident": incident.code, "report": str(told.pk)}
        with one_event(Kind.SUGGESTION_REFUSED):
            done = post(officer, "api-refuse", pair).json()
        assert done["kind"] == "refusal" and suggested(officer)["links"] == []
        with no_trace():
            is_problem(post(officer, "api-refuse", pair), 409)
        with one_event(Kind.REFUSAL_UNDONE):
            assert post(officer, "api-refusal-undo", {}, done["id"]).status_code == 204
        assert Refusal.objects.get().undone_at is not None
        assert len(suggested(officer)["links"]) == 1


class TestMerges:
    def test_suggested_merged_and_parted(
        self, world: World, incident: Incident, officer: Client
    ) -> None:
        other = an_incident(world)
        rows = {row["incident"]: row["suggested"] for row in suggested(officer)["merges"]}
        assert rows[incident.code][0]["incident"] == other.code
        pair = {"incident": incident.code, "other": other.code}
        with one_event(Kind.INCIDENTS_MERGED):
            done = post(officer, "api-confirm", pair | WHY).json()
        assert done["kind"] == "merge"
        with one_event(Kind.MERGE_UNDONE):
            assert post(officer, "api-merge-undo", {}, done["id"]).status_code == 204
        assert Merge.objects.get().undone_at is not None


def test_a_pair_is_a_report_or_an_incident(
    incident: Incident, told: Report, officer: Client
) -> None:
    pair = {"incident": incident.code, "report": str(told.pk), "other": incident.code}
    for wrong in (pair, {"incident": incident.code}):
        with no_trace():
            is_problem(post(officer, "api-refuse", wrong), 422)
    with no_trace():
        is_problem(post(officer, "api-refuse", pair | {"by": "somebody"}), 400)
        is_problem(post(officer, "api-confirm", pair), 422)


def test_nobody_but_triage(world: World, incident: Incident, told: Report) -> None:
    pair = {"incident": incident.code, "report": str(told.pk), **WHY}
    link = incident.links.get()
    for name in ("filer", "witness", "reviewer_arm", "chair", "liaison_arm", "partner", "operator"):
        client = machine(key_for(getattr(world, name), "triage:read", "triage:write"))
        with no_trace():
            is_problem(client.get(reverse("api-suggestions")), 403)
            is_problem(post(client, "api-confirm", pair), 403)
            is_problem(post(client, "api-link-undo", WHY, link.pk), 404)
    reader = machine(key_for(world.triage, "triage:read", "review:write"))
    with no_trace():
        assert "triage:write" in is_problem(post(reader, "api-confirm", pair), 403)["detail"]
