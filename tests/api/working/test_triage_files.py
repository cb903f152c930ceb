"""Triage of reports and files by machine: take in, open, split, tie, rule, question; undo each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reports.journal.kinds import Kind
from tests.api.machines import is_problem, key_for, machine
from tests.factories import NOW, World, a_report, an_accepted_report, an_allegation, an_incident
from tests.proofs import no_trace, one_event
from tests.second_round import a_decided
from verification.incidents.actions import link_report
from verification.incidents.models import Incident
from verification.reopening.models import Reopening

WHY = {"why": "The same night and place."}


@pytest.fixture
def officer(world: World) -> Client:
    return machine(key_for(world.triage, "triage:read", "triage:write"))


def post(client: Client, name: str, body: Any, *args: Any, version: int | None = None) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.post(
        reverse(name, args=args), json.dumps(body), content_type="application/json", headers=headers
    )


def twice_told(world: World) -> Incident:
    incident = an_incident(world)
    told = an_accepted_report(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
    link_report(report=told, incident=incident, by=world.triage, at=NOW, **WHY)
    incident.refresh_from_db()
    return incident


class TestReports:
    def test_rejected_reinstated_accepted_and_opened(self, world: World, officer: Client) -> None:
        filed = a_report(world)
        listed = officer.get(reverse("api-received")).json()["results"]
        assert [row["receipt"] for row in listed] == [filed.receipt]
        is_problem(officer.get(reverse("api-received") + "?state=withdrawn"), 400)
        rejects = {"do": "reject", "reason": "It is told twice."}
        with no_trace():
            is_problem(post(officer, "api-report-moves", rejects, filed.pk), 428)
            is_problem(post(officer, "api-report-moves", rejects, filed.pk, version=9), 412)
            bare = {"do": "reject"}
            is_problem(post(officer, "api-report-moves", bare, filed.pk, version=1), 422)
            odd = {"do": "accept", "reason": "Because."}
            is_problem(post(officer, "api-report-moves", odd, filed.pk, version=1), 422)
        with one_event(Kind.REPORT_REJECTED):
            done = post(officer, "api-report-moves", rejects, filed.pk, version=1).json()
        assert done["state"] == "rejected" and done["state_reason"] == "It is told twice."
        for do, kind in (
            ("reinstate", Kind.REPORT_REINSTATED),
            ("accept", Kind.REPORT_ACCEPTED),
        ):
            with one_event(kind):
                moved = {"do": do}
                done = post(
                    officer, "api-report-moves", moved, filed.pk, version=done["version"]
                ).json()
        with one_event(Kind.INCIDENT_OPENED):
            made = post(officer, "api-open-incident", {"report": str(filed.pk), **WHY})
        read = officer.get(reverse("api-received-report", args=[filed.pk])).json()
        assert read["incidents"] == [made.json()["code"]]

    def test_no_person_is_named(self, world: World, officer: Client) -> None:
        filed = a_report(world)
        text = officer.get(reverse("api-received-report", args=[filed.pk])).content.decode()
        assert world.filer.username not in text and world.filer.display_name not in text


class TestFiles:
    def test_split_and_joined_again(self, world: World, officer: Client) -> None:
        incident = twice_told(world)
        read = officer.get(reverse("api-triage-incident", args=[incident.code])).json()
        assert len(read["links"]) == 2 and read["order"] is None
        every = [row["id"] for row in read["links"]]
        with no_trace():
            is_problem(post(officer, "api-splits", {"links": every, **WHY}, incident.code), 422)
        with one_event(Kind.INCIDENT_SPLIT):
            one = {"links": every[-1:], **WHY}
            done = post(officer, "api-splits", one, incident.code).json()
        read = officer.get(reverse("api-triage-incident", args=[incident.code])).json()
        assert [row["id"] for row in read["splits"]] == [done["id"]]
        with one_event(Kind.SPLIT_UNDONE):
            assert post(officer, "api-split-undo", {}, done["id"]).status_code == 204
        with no_trace():
            is_problem(post(officer, "api-split-undo", {}, done["id"]), 409)

    def test_tied_with_the_order_of_the_two_and_untied(self, world: World, officer: Client) -> None:
        one, other = an_incident(world), an_incident(world)
        with one_event(Kind.INCIDENTS_TIED):
            done = post(officer, "api-ties", {"other": other.code, **WHY}, one.code).json()
        order = officer.get(reverse("api-triage-incident", args=[one.code])).json()["order"]
        assert set(order["codes"]) == {one.code, other.code}
        [step] = order["steps"]
        assert 0 <= step["p_before"] <= 1 and abs(sum(order["p_first"].values()) - 1) < 1e-6
        with one_event(Kind.TIE_UNDONE):
            assert post(officer, "api-tie-undo", {}, done["id"]).status_code == 204

    def test_ruled_outside(self, world: World, officer: Client) -> None:
        incident = an_incident(world)
        given = {"ruling": "The act lies before the texts were in force."}
        with no_trace():
            is_problem(post(officer, "api-ruling", given, incident.code), 428)
            admissible = post(officer, "api-ruling", given, incident.code, version=incident.version)
            assert admissible.status_code in (409, 422)
        Incident.objects.filter(pk=incident.pk).update(admissibility="inadmissible")
        with one_event(Kind.INCIDENT_RULED_INADMISSIBLE):
            done = post(officer, "api-ruling", given, incident.code, version=incident.version)
        assert done.json()["state"] == "inadmissible"

    def test_a_report_of_a_decided_file_is_questioned(self, world: World, officer: Client) -> None:
        incident = twice_told(world)
        a_decided(world, incident=incident)
        link = incident.links.order_by("linked_at").last()
        assert link is not None
        said = {"why": "This report speaks of the night before; the date was misread."}
        with no_trace():
            is_problem(post(officer, "api-question", {"why": "Short."}, link.pk), 422)
        with one_event(Kind.REOPENING_ASKED):
            done = post(officer, "api-question", said, link.pk).json()
        assert done == {"kind": "reopening", "id": str(Reopening.objects.get().pk)}


def test_nobody_but_triage(world: World) -> None:
    incident, filed = twice_told(world), a_report(world)
    link = incident.links.first()
    assert link is not None
    for name in ("filer", "reviewer_arm", "chair", "liaison_arm", "partner", "operator"):
        client = machine(key_for(getattr(world, name), "triage:read", "triage:write"))
        with no_trace():
            is_problem(client.get(reverse("api-received")), 403)
            is_problem(client.get(reverse("api-received-report", args=[filed.pk])), 404)
            is_problem(client.get(reverse("api-triage-incident", args=[incident.code])), 404)
            is_problem(post(client, "api-report-moves", {}, filed.pk, version=1), 404)
            is_problem(post(client, "api-splits", {}, incident.code), 404)
            is_problem(post(client, "api-ties", {}, incident.code), 404)
            is_problem(post(client, "api-question", {}, link.pk), 404)
