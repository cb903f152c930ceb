"""A recommendation from issue to compliance: who may do what, and what stays on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reports.journal.kinds import Kind
from reports.people.actions import record_alignment
from reports.problems import Invalid, MoveRefused, NotAllowed, NotFound, StaleState
from tests.factories import (
    LATER,
    NOW,
    World,
    a_case,
    a_decided_incident,
    a_draft,
    a_recommendation,
    a_report,
    an_incident,
)
from tests.proofs import one_event, refused
from verification.caseload.actions import escalate_overdue
from verification.incidents.models import Incident
from verification.recommendations.actions import (
    NotNeutral,
    answer_recommendation,
    assess_recommendation,
    issue_recommendation,
    report_compliance,
    withdraw_recommendation,
)
from verification.recommendations.models import Recommendation
from verification.recommendations.queries import PartyCounts, counts_by_party, on_incident
from verification.recommendations.rules import Evidence

DAY = timedelta(days=1)
WORDS = "Withdraw the guns behind the line that the text draws."
SAID = "The guns were withdrawn on the ninth day."
LINK = (Evidence(url="https://news.example/guns", note="Photograph of the empty site"),)


@pytest.fixture
def issued(world: World) -> Recommendation:
    return a_recommendation(world)


def accept(world: World, one: Recommendation, **changes: Any) -> Recommendation:
    given = {"answer": "accepted_by_party", "text": SAID, "by": world.liaison_arm, "at": LATER}
    return answer_recommendation(recommendation=one, **{**given, **changes})


def report(world: World, one: Recommendation, **changes: Any) -> Recommendation:
    given = {"text": SAID, "evidence": LINK, "by": world.liaison_arm, "at": LATER}
    return report_compliance(recommendation=one, **{**given, **changes})


def assess(world: World, one: Recommendation, verdict: str, **changes: Any) -> Recommendation:
    given = {"text": SAID, "evidence": (), "by": world.chair, "at": LATER}
    return assess_recommendation(recommendation=one, verdict=verdict, **{**given, **changes})


class TestIssuing:
    def test_it_follows_from_a_decision_and_has_the_agreement_s_time(self, world: World) -> None:
        incident = a_decided_incident(world)
        with one_event(Kind.RECOMMENDATION_ISSUED) as left:
            made = a_recommendation(world, incident)
        assert left[0].file_id == incident.pk
        assert (made.code, made.state) == (f"{incident.code}-R1", "issued")
        assert made.due_at == LATER + 30 * DAY
        assert made.decision == incident.decisions.get()
        assert a_recommendation(world, incident).code == f"{incident.code}-R2"
        assert len(on_incident(incident)) == 2

    def test_not_before_a_decision(self, world: World) -> None:
        for incident in (an_incident(world), a_case(world).incident):
            with refused(MoveRefused, saying="follows from a decision"):
                a_recommendation(world, Incident.objects.get(pk=incident.pk))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"text": "Stop."}, "text"),
            ({"text": "x" * 2001}, "text"),
            ({"text": f"{WORDS}\x00"}, "text"),
            ({"due_at": LATER}, "due_on"),
            ({"due_at": LATER + 4 * 365 * DAY}, "due_on"),
        ],
    )
    def test_what_it_must_say(self, world: World, changes: dict[str, Any], field: str) -> None:
        incident = a_decided_incident(world)
        given: dict[str, Any] = {"party": world.armenia, "text": WORDS, **changes}
        with refused(Invalid, field):
            issue_recommendation(incident=incident, by=world.chair, at=LATER, **given)

    def test_the_chair_alone_and_only_a_neutral_one(self, world: World) -> None:
        incident = a_decided_incident(world)
        given: dict[str, Any] = {"incident": incident, "party": world.armenia, "text": WORDS}
        for who in (world.reviewer_arm, world.liaison_arm, world.triage, world.publisher):
            with refused(NotAllowed, saying="Chair"):
                issue_recommendation(by=who, at=LATER, **given)
        record_alignment(
            party=world.azerbaijan,
            user=world.chair,
            reason="Took a post there.",
            aligned_from=NOW,
            by=None,
            at=NOW,
        )
        with refused(NotNeutral):
            issue_recommendation(by=world.chair, at=LATER, **given)


class TestTheParty:
    def test_it_accepts_then_declines_then_reports(
        self, world: World, issued: Recommendation
    ) -> None:
        with one_event(Kind.RECOMMENDATION_ANSWERED):
            accept(world, issued)
        accept(world, issued, answer="declined_by_party")
        with one_event(Kind.COMPLIANCE_REPORTED):
            report(world, issued)
        assert issued.state == "compliance_reported"
        assert [note.to_state for note in issued.notes.order_by("given_at", "id")] == [
            "accepted_by_party",
            "declined_by_party",
            "compliance_reported",
        ]

    def test_no_other_party_s_liaison(self, world: World, issued: Recommendation) -> None:
        with refused(NotFound):
            accept(world, issued, by=world.liaison_aze)
        with refused(NotFound):
            report(world, issued, by=world.liaison_aze)
        with refused(NotAllowed, saying="Party liaison"):
            accept(world, issued, by=world.chair)

    def test_compliance_needs_evidence(self, world: World, issued: Recommendation) -> None:
        both = Evidence(url="https://news.example/", incident=issued.incident.code)
        for evidence in ((), (Evidence(),), (both,), (Evidence(url="ftp://x"),), LINK * 11):
            with refused(Invalid, "evidence"):
                report(world, issued, evidence=evidence)
        with refused(Invalid, "evidence", "text"):
            report(world, issued, evidence=(), text="Done.")

    def test_it_points_to_its_own_reports_only(self, world: World, issued: Recommendation) -> None:
        own = a_report(world, a_draft(world), by=world.liaison_arm)
        other = a_report(world, a_draft(world))
        with refused(Invalid, "evidence", saying="no report of yours"):
            report(world, issued, evidence=(Evidence(receipt=other.receipt),))
        with refused(Invalid, "evidence", saying="no incident"):
            report(world, issued, evidence=(Evidence(incident="NK20-9999"),))
        pointed = (Evidence(receipt=own.receipt), Evidence(incident=issued.incident.code))
        report(world, issued, evidence=pointed)
        rows = issued.notes.get().evidence.order_by("id")
        assert [row.report or row.incident for row in rows] == [own, issued.incident]

    def test_a_row_read_before_somebody_else_s_move_is_stale(
        self, world: World, issued: Recommendation
    ) -> None:
        same = Recommendation.objects.get(pk=issued.pk)
        accept(world, issued)
        with refused(StaleState):
            accept(world, same)


class TestTheMechanism:
    def test_it_finds_that_the_party_complied(self, world: World, issued: Recommendation) -> None:
        report(world, issued)
        with one_event(Kind.RECOMMENDATION_ASSESSED):
            assess(world, issued, "complied")
        assert issued.state == "complied"

    def test_nothing_is_assessed_before_its_day(self, world: World, issued: Recommendation) -> None:
        with refused(MoveRefused, saying="still has time"):
            assess(world, issued, "not_complied")
        assert assess(world, issued, "not_complied", at=issued.due_at).state == "not_complied"
        report(world, issued, at=issued.due_at + DAY)  # late compliance is compliance
        assert assess(world, issued, "complied", at=issued.due_at + DAY).state == "complied"

    def test_complied_needs_the_party_s_report(self, world: World, issued: Recommendation) -> None:
        with refused(MoveRefused):
            assess(world, issued, "complied", at=issued.due_at)

    def test_it_withdraws_with_a_reason(self, world: World, issued: Recommendation) -> None:
        with refused(Invalid, "text"):
            withdraw_recommendation(recommendation=issued, text="No.", by=world.chair, at=LATER)
        with one_event(Kind.RECOMMENDATION_WITHDRAWN):
            withdraw_recommendation(recommendation=issued, text=SAID, by=world.chair, at=LATER)
        with refused(MoveRefused):
            accept(world, issued)

    @pytest.mark.parametrize("who", ["liaison_arm", "reviewer_spare", "triage", "outsider"])
    def test_nobody_else(self, world: World, issued: Recommendation, who: str) -> None:
        report(world, issued)
        by = getattr(world, who)
        with refused(NotAllowed):
            assess(world, issued, "complied", by=by)
        with refused(NotAllowed):
            withdraw_recommendation(recommendation=issued, text=SAID, by=by, at=LATER)


class TestOverdue:
    def test_it_is_told_once_and_counted_as_a_fact(
        self, world: World, issued: Recommendation
    ) -> None:
        key = world.agreement.pk
        assert counts_by_party(key, at=LATER) == {"ARM": PartyCounts(issued=1, awaited=1)}
        assert counts_by_party(key, at=issued.due_at) == {"ARM": PartyCounts(issued=1, overdue=1)}
        assert escalate_overdue(at=issued.due_at) == 1
        assert escalate_overdue(at=issued.due_at + DAY) == 0
        report(world, issued, at=issued.due_at + DAY)  # now the mechanism is waited for
        assert counts_by_party(key, at=issued.due_at + 2 * DAY) == {
            "ARM": PartyCounts(issued=1, to_check=1)
        }

    def test_the_counts_add_up(self, world: World, issued: Recommendation) -> None:
        incident = issued.incident
        for _n in range(3):
            a_recommendation(world, incident)
        first, second, third = on_incident(incident)[:3]
        withdraw_recommendation(recommendation=first, text=SAID, by=world.chair, at=LATER)
        report(world, second)
        assess(world, second, "complied")
        assess(world, third, "not_complied", at=third.due_at)
        found = counts_by_party(world.agreement.pk, at=third.due_at)["ARM"]
        parts = ("awaited", "overdue", "to_check", "complied", "not_complied", "withdrawn")
        assert found.issued == 4 == sum(getattr(found, name) for name in parts)
