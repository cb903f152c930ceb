"""The chair by machine: open a case, see what it lacks, vacate a seat, decide; the rules hold."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reports.journal.kinds import Kind
from tests.api.machines import is_problem, key_for, machine
from tests.factories import (
    NOW,
    World,
    a_ballot,
    a_case,
    a_decided_incident,
    an_incident,
    seal_all,
    settle,
)
from tests.proofs import no_trace, one_event
from tests.second_round import a_reserve
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.models import Case, Decision, SecondBallot
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.models import Incident
from verification.recommendations.models import Recommendation

REASONS = "The launch site and the fragments both point one way, as the ballots say."
WHY = "The toll is graver than I read it at first."
OTHERS = ("filer", "triage", "liaison_arm", "publisher", "partner", "operator", "outsider")


@pytest.fixture
def chair(world: World) -> Client:
    return speaks(world.chair, "chair")


def speaks(user: Any, room: str) -> Client:
    return machine(key_for(user, f"{room}:read", f"{room}:write"))


def post(client: Client, name: str, body: Any, *args: Any, version: int | None = None) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.post(
        reverse(name, args=args), json.dumps(body), content_type="application/json", headers=headers
    )


class TestOpening:
    def test_a_case_is_opened_from_the_version_that_was_read(
        self, world: World, chair: Client
    ) -> None:
        incident = an_incident(world)
        [row] = chair.get(reverse("api-chair-incidents")).json()["results"]
        assert (row["code"], [n["party"] for n in row["notices"]]) == (incident.code, ["ARM"])
        with no_trace():
            is_problem(post(chair, "api-chair-opening", {}, incident.code), 428)
            is_problem(post(chair, "api-chair-opening", {}, incident.code, version=99), 412)
        with one_event(Kind.CASE_OPENED):
            made = post(chair, "api-chair-opening", {}, incident.code, version=row["version"])
        assert made.status_code == 201 and len(made.json()["panel_seats"]) == 3
        [line] = chair.get(reverse("api-chair-cases")).json()["results"]
        assert (line["incident"], line["sealed"], line["seats"]) == (incident.code, 0, 3)

    def test_what_moves_no_version_is_read_anew_all_the_same(
        self, world: World, chair: Client
    ) -> None:
        case = a_case(world)
        url = reverse("api-chair-case", args=[case.pk])
        first = chair.get(url)
        same = chair.get(url, headers={"If-None-Match": first["ETag"]})
        assert (same.status_code, same.content) == (304, b"")
        member = case.seats.select_related("reviewer")[0].reviewer
        seal_ballot(case=case, draft=a_ballot(case), by=member, at=NOW)
        again = chair.get(url, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.json()["version"]) == (200, first.json()["version"])
        assert again["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Cookie"} <= set(again["Vary"].split(", "))

    def test_to_nobody_else(self, world: World) -> None:
        case = a_case(world)
        url = reverse("api-chair-case", args=[case.pk])
        for name in (*OTHERS, "reviewer_arm"):
            client = speaks(getattr(world, name), "chair")
            is_problem(client.get(url), 404)
            is_problem(client.get(reverse("api-chair-cases")), 403)
            with no_trace():
                is_problem(post(client, "api-chair-decision", {}, case.pk, version=1), 404)


class TestDeciding:
    def test_blind_until_all_are_sealed_then_decided(self, world: World, chair: Client) -> None:
        case = a_case(world)
        seen = chair.get(reverse("api-chair-case", args=[case.pk])).json()
        assert (seen["ballots"], seen["panel"], seen["outcome"]) == (None, None, "")
        lacks = {row["name"] for row in seen["preconditions"] if not row["holds"]}
        assert {"quorum", "ballots", "heard"} <= lacks and not seen["ready"]
        with no_trace():
            early = post(
                chair, "api-chair-decision", {"reasons": REASONS}, case.pk, version=seen["version"]
            )
            assert early.status_code in (409, 422)
        seal_all(case)
        lapse_overdue_positions(at=case.incident.positions.get().due_at)
        settle()
        seen = chair.get(reverse("api-chair-case", args=[case.pk])).json()
        assert seen["ready"] and seen["outcome"] == "attributed"
        assert seen["panel"]["parties"] == ["ARM"] and len(seen["ballots"]) == 3
        given = {"reasons": REASONS}
        with no_trace():
            is_problem(post(chair, "api-chair-decision", given, case.pk), 428)
            odd = given | {"outcome": "no_violation"}
            refused = post(chair, "api-chair-decision", odd, case.pk, version=seen["version"])
            is_problem(refused, 400)
        with one_event(Kind.CASE_DECIDED):
            done = post(chair, "api-chair-decision", given, case.pk, version=seen["version"])
        assert done.json()["state"] == "decided" and Decision.objects.get().reasons == REASONS


class TestSeats:
    def test_an_override_needs_its_reason_and_no_rule_vacates_in_time(
        self, world: World, chair: Client
    ) -> None:
        a_reserve(world)
        case: Case = a_case(world)
        seat = case.seats.exclude(reviewer=world.chair).order_by("number").first()
        assert seat is not None
        where = (case.pk, seat.number)
        version = case.version
        with no_trace():
            for wrong in ({"how": "override"}, {"how": "rule"}, {"how": "rule", "reason": WHY}):
                refused = post(chair, "api-chair-seat", wrong, *where, version=version)
                is_problem(refused, 422)
        given = {"how": "override", "reason": "Their house took a public side on this very night."}
        with one_event(Kind.PANEL_OVERRIDDEN):
            done = post(chair, "api-chair-seat", given, *where, version=version)
        rows = {row["number"]: row for row in done.json()["panel_seats"]}
        assert rows[seat.number]["recused_at"] is not None and len(rows) == 4


class TestASecondBallot:
    def test_after_the_unsealing_once_with_a_reason(self, world: World) -> None:
        case = a_case(world)
        seat = case.seats.select_related("reviewer").order_by("-alignment", "number")[0]
        me = speaks(seat.reviewer, "review")
        url = reverse("api-second-ballot", args=[case.pk])
        before = me.get(url).json()
        assert not before["may"] and before["last"] is None
        with no_trace():
            early = post(me, "api-second-ballot", {"confirms": True, "why": WHY}, case.pk)
            is_problem(early, 409)
        seal_all(case)
        seen = me.get(url).json()
        assert seen["may"] and seen["last"]["severity"] != "grave"
        body = {k: v for k, v in seen["last"].items() if k not in ("seat", "sealed_at")}
        with no_trace():
            is_problem(
                post(me, "api-second-ballot", body | {"confirms": True, "why": WHY}, case.pk), 422
            )
            is_problem(post(me, "api-second-ballot", body | {"why": "Short."}, case.pk), 422)
        changed = body | {"severity": "grave", "why": WHY}
        with one_event(Kind.BALLOT_CHANGED):
            done = post(me, "api-second-ballot", changed, case.pk)
        assert done.status_code == 201 and done.json()["why"] == WHY
        assert not done.json()["confirms"] and SecondBallot.objects.get().severity == "grave"
        with no_trace():
            is_problem(post(me, "api-second-ballot", changed, case.pk), 409)

    def test_confirmed_as_it_stands(self, world: World) -> None:
        case = a_case(world)
        seal_all(case)
        seat = case.seats.select_related("reviewer").order_by("number")[0]
        said = {"confirms": True, "why": "Nothing that came since speaks to it."}
        me = speaks(seat.reviewer, "review")
        with one_event(Kind.BALLOT_CHANGED):
            done = post(me, "api-second-ballot", said, case.pk)
        assert done.status_code == 201 and done.json()["confirms"], done.content


class TestOversight:
    def test_more_time_once_with_its_reason(self, world: World, chair: Client) -> None:
        notice = an_incident(world).positions.get()
        url = reverse("api-chair-notice", args=[notice.pk])
        seen = chair.get(url).json()
        assert seen["may_extend"] and seen["party"] == "ARM"
        until = (notice.due_at + timedelta(hours=24)).isoformat()
        given = {"until": until, "reason": "The roads were closed that week."}
        with no_trace():
            is_problem(post(chair, "api-chair-notice", given, notice.pk), 428)
        with one_event(Kind.POSITION_EXTENDED):
            done = post(chair, "api-chair-notice", given, notice.pk, version=seen["version"])
        assert not done.json()["may_extend"]
        with no_trace():
            again = post(
                chair, "api-chair-notice", given, notice.pk, version=done.json()["version"]
            )
            assert again.status_code in (409, 422)

    def test_a_recommendation_is_issued(self, world: World, chair: Client) -> None:
        incident: Incident = a_decided_incident(world)
        due = (NOW + timedelta(days=40)).isoformat()
        given = {"party": "ARM", "text": "Name who commands the battery.", "due_at": due}
        with no_trace():
            wrong = post(chair, "api-chair-recommend", given | {"party": "FRA"}, incident.code)
            is_problem(wrong, 422)
        with one_event(Kind.RECOMMENDATION_ISSUED):
            made = post(chair, "api-chair-recommend", given, incident.code).json()
        assert made["code"] == Recommendation.objects.get().code

    def test_what_is_late(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        case = a_case(world)
        later = case.ballots_due_at + timedelta(hours=1)
        monkeypatch.setattr("django.utils.timezone.now", lambda: later)
        body = speaks(world.chair, "chair").get(reverse("api-overdue")).json()
        [line] = [row for row in body["incidents"] if row["incident"] == case.incident.code]
        assert "ballots" in [step["step"] for step in line["steps"]]
        assert body["reports"] is None, "a chair reads how many, not which"

    def test_pairs_are_the_chair_s_and_a_reviewer_reads_their_own_row(self, world: World) -> None:
        a_decided_incident(world)
        whole = speaks(world.chair, "review").get(reverse("api-panels")).json()
        own = speaks(world.reviewer_arm, "review").get(reverse("api-panels")).json()
        assert len(whole["pairs"]) == 3 and len(whole["reviewers"]) >= 3
        assert own["pairs"] == [] and len(own["reviewers"]) <= 1
        assert own["periods"][0]["cases"] == whole["periods"][0]["cases"] == 1
