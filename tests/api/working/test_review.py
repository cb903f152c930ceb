"""A reviewer by machine: blind before the own ballot, one draft, one ballot, the desk's rules."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reports.identity import opaque
from tests.api.machines import is_problem, key_for, machine
from tests.factories import NOW, World, a_ballot, a_case, an_incident, some_answers
from tests.proofs import no_trace
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.panels import open_case
from verification.adjudication.models import Ballot, Case, DraftBallot, Seat
from verification.corroboration.actions import StatementDraft, give_statement

HIDDEN = ("score", "ballots", "second_ballots", "own_ballot")
NEW = {"If-None-Match": "*"}
NO_DRAFT = {"If-Match": '"0"'}


@pytest.fixture
def case(world: World) -> Case:
    return a_case(world)


@pytest.fixture
def seats(case: Case) -> list[Seat]:
    """The aligned members first: every panel has them, and nobody else's role tells them more."""
    return list(case.seats.select_related("reviewer").order_by("-alignment", "number"))


@pytest.fixture
def me(seats: list[Seat]) -> Client:
    return machine(key_for(seats[0].reviewer, "review:read", "review:write"))


def at(name: str, case: Case) -> str:
    return reverse(f"api-my-{name}", args=[case.pk])


def body_of(case: Case, **changes: Any) -> dict[str, Any]:
    draft = a_ballot(case, some_answers())
    answers = {name: getattr(draft.answers, name) for name in draft.answers.__dataclass_fields__}
    answers |= {"parties": list(draft.answers.parties), "reasons": draft.reasons}
    return {**answers, "cites": [opaque(key) for key in draft.cited], **changes}


def send(client: Client, method: str, url: str, body: Any, headers: dict[str, str]) -> Any:
    raw = json.dumps(body)
    return client.generic(method, url, raw, content_type="application/json", headers=headers)


class TestTheFile:
    def test_it_is_blind_until_one_s_own_ballot_is_sealed(
        self, case: Case, seats: list[Seat], me: Client
    ) -> None:
        other = seats[1].reviewer
        secret = "What only the other member of the panel wrote down."
        draft = a_ballot(case)
        seal_ballot(
            case=case, draft=type(draft)(draft.answers, secret, draft.cited), by=other, at=NOW
        )
        before = me.get(at("case", case))
        seen = before.json()
        assert {seen[name] for name in HIDDEN} == {None}
        assert (seen["sealed"], seen["seats"]) == (1, 3)
        assert secret not in before.content.decode()
        assert send(me, "POST", at("ballot", case), body_of(case), NO_DRAFT).status_code == 201
        after = me.get(at("case", case)).json()
        assert after["score"]["p"] and after["own_ballot"]["attribution"] == "attributed"
        assert after["ballots"] is None, "one ballot is still awaited"
        last = seats[2].reviewer
        seal_ballot(case=case, draft=a_ballot(case), by=last, at=NOW)
        assert len(me.get(at("case", case)).json()["ballots"]) == 3

    def test_it_shows_what_reasons_can_cite_and_no_key(
        self, world: World, case: Case, me: Client
    ) -> None:
        said = StatementDraft(
            question="occurred",
            says="supports",
            basis="eyewitness",
            note="I heard three explosions myself at two in the morning.",
        )
        statement = give_statement(incident=case.incident, draft=said, by=world.witness, at=NOW)
        report = case.incident.links.get().report
        answer = me.get(at("case", case))
        seen, text = answer.json(), answer.content.decode()
        assert [one["cite"] for one in seen["reports"]] == [opaque(str(report.pk))]
        assert [one["cite"] for one in seen["statements"]] == [opaque(str(statement.pk))]
        hidden = (report.pk, report.origin_id, statement.pk, report.receipt, world.witness.pk)
        assert [str(key) for key in hidden if str(key) in text] == []
        assert f'"{world.witness.username}"' not in text
        assert seen["statements"][0]["given_on"] == NOW.date().isoformat()

    def test_it_opens_to_who_sits_and_has_declared(self, world: World, seats: list[Seat]) -> None:
        fresh = open_case(incident=an_incident(world), by=world.chair, at=NOW)
        member = fresh.seats.exclude(alignment="").first()
        assert member is not None
        client = machine(key_for(member.reviewer, "review:read", "review:write"))
        assert is_problem(client.get(at("case", fresh)), 409)["code"] == "declaration-needed"
        is_problem(send(client, "POST", at("ballot", fresh), body_of(fresh), NO_DRAFT), 409)
        asked = client.get(at("interest", fresh)).json()
        assert asked["incident"] == fresh.incident.code and not asked["declared"]
        for unclear in (0, "false", None):
            is_problem(send(client, "POST", at("interest", fresh), {"conflict": unclear}, {}), 422)
        declared = send(client, "POST", at("interest", fresh), {"conflict": False}, {})
        assert declared.status_code == 204
        assert client.get(at("case", fresh)).status_code == 200
        for name in ("filer", "triage", "liaison_arm", "partner", "operator", "outsider"):
            stranger = machine(key_for(getattr(world, name), "review:read"))
            is_problem(stranger.get(at("case", fresh)), 404)

    def test_the_list_is_one_s_own(self, world: World, case: Case, me: Client) -> None:
        rows = me.get(reverse("api-my-cases")).json()["results"]
        assert [(row["id"], row["sealed_mine"]) for row in rows] == [(str(case.pk), False)]
        is_problem(machine(key_for(world.filer, "review:read")).get(reverse("api-my-cases")), 403)

    def test_a_scope_is_all_a_key_may(self, case: Case, seats: list[Seat]) -> None:
        reader = machine(key_for(seats[0].reviewer, "review:read"))
        stranger = machine(key_for(seats[0].reviewer, "reports:read", "reports:write"))
        assert reader.get(at("case", case)).status_code == 200
        for client in (reader, stranger):
            with no_trace():
                refused = send(client, "POST", at("ballot", case), body_of(case), NO_DRAFT)
            assert "review:write" in is_problem(refused, 403)["detail"]
        is_problem(stranger.get(at("case", case)), 403)


class TestTheDraft:
    def test_it_is_kept_read_and_swapped_by_version(self, case: Case, me: Client) -> None:
        empty = me.get(at("draft", case))
        assert (empty["ETag"][:3], empty.json()["version"]) == ('"0-', 0)
        half = body_of(case, occurrence="", reasons="So far: ")
        is_problem(send(me, "PUT", at("draft", case), half, {}), 428)
        kept = send(me, "PUT", at("draft", case), half, NEW)
        assert (kept.status_code, kept["ETag"]) == (200, '"1"')
        back = me.get(at("draft", case)).json()
        assert {name: back[name] for name in half} == half
        for stale in (NEW, {"If-Match": '"9"'}, {"If-Match": "1"}, {"If-Match": "*"}):
            with no_trace():
                is_problem(send(me, "PUT", at("draft", case), half, stale), 412)
        more = send(me, "PUT", at("draft", case), body_of(case), {"If-Match": '"1"'})
        assert more["ETag"] == '"2"'

    def test_nobody_else_reads_it(
        self, world: World, case: Case, seats: list[Seat], me: Client
    ) -> None:
        send(me, "PUT", at("draft", case), body_of(case, reasons="Mine alone, so far."), NEW)
        others = [seat.reviewer for seat in seats[1:]] + [world.chair, world.operator]
        for user in others:
            client = machine(key_for(user, "review:read"))
            for name in ("draft", "case"):
                assert b"Mine alone" not in client.get(at(name, case)).content

    def test_what_the_case_does_not_offer_cannot_be_kept(self, case: Case, me: Client) -> None:
        for field, value in (
            ("clause", "99"),
            ("parties", ["FRA"]),
            ("cites", ["0" * 24]),
            ("occurrence", "perhaps"),
        ):
            with no_trace():
                refused = send(me, "PUT", at("draft", case), body_of(case, **{field: value}), NEW)
            assert is_problem(refused, 422)["errors"][0]["pointer"] == f"/{field}"


class TestTheBallot:
    def test_it_is_sealed_once_and_its_draft_is_gone(self, case: Case, me: Client) -> None:
        send(me, "PUT", at("draft", case), body_of(case), NEW)
        url = at("ballot", case)
        is_problem(send(me, "POST", url, body_of(case), {}), 428)
        with no_trace():
            is_problem(send(me, "POST", url, body_of(case), NO_DRAFT), 412)
        sealed = send(me, "POST", url, body_of(case), {"If-Match": '"1"'})
        assert sealed.status_code == 201 and sealed.json()["parties"] == ["ARM"]
        assert Ballot.objects.filter(case=case).count() == 1
        assert not DraftBallot.objects.exists()
        with no_trace():
            is_problem(send(me, "POST", url, body_of(case), {"If-Match": '"1"'}), 409)

    def test_the_standard_of_proof_binds_machines_too(self, case: Case, me: Client) -> None:
        below = body_of(case, attribution_likelihood="unlikely")
        with no_trace():
            refused = send(me, "POST", at("ballot", case), below, NO_DRAFT)
        assert "/attribution" in is_problem(refused, 422)["errors"][0]["pointer"]
        with no_trace():
            refused = send(me, "POST", at("ballot", case), body_of(case, cites=[]), NO_DRAFT)
        assert is_problem(refused, 422)["errors"][0]["pointer"] == "/cites"
