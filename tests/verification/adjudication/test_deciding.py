"""The decision: when it may fall, what it keeps, what follows from it, once."""

from dataclasses import replace
from datetime import timedelta

from django.db import models

from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.people.actions import record_alignment
from reports.problems import Invalid, MoveRefused, StaleState
from tests.factories import (
    LATER,
    NOW,
    World,
    a_ballot,
    a_case,
    an_incident,
    seal_all,
    settle,
    some_answers,
)
from tests.proofs import no_trace, one_event, refused
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.decisions import NotReady, decide_case
from verification.adjudication.actions.seating import Conflicted
from verification.adjudication.models import Case, Decision
from verification.adjudication.queries import cases_for_chair, decision_on
from verification.adjudication.readiness import readiness
from verification.corroboration.actions import lapse_overdue_positions
from verification.publication.actions import publish_finding
from verification.publication.models import Finding
from verification.scoring.queries import latest_score
from verification.standing.actions import recompute_standing
from verification.standing.models import Standing

REASONS = "The panel rests on the report of the night and on the party's silence."
NOBODY = some_answers(attribution="not_attributable", parties=())


def a_ready_case(world: World) -> Case:
    case = a_case(world)
    seal_all(case)
    lapse_overdue_positions(at=LATER)
    return case


def decide(world: World, case: Case, reasons: str = REASONS) -> Decision:
    return decide_case(case=case, reasons=reasons, by=world.chair, at=LATER)


class TestWhenItMayFall:
    def test_not_before_the_ballots(self, world: World) -> None:
        case = a_case(world)
        lapse_overdue_positions(at=LATER)
        seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)
        with refused(NotReady, saying="1 of 3 ballots"):
            decide(world, case)

    def test_not_when_the_time_is_over_but_the_quorum_is_not_met(self, world: World) -> None:
        case = a_case(world)
        lapse_overdue_positions(at=LATER)
        seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)
        late = case.ballots_due_at + timedelta(hours=1)
        assert readiness(case, at=late).complete
        with refused(NotReady, saying="1 of 3 ballots"):
            decide_case(case=case, reasons=REASONS, by=world.chair, at=late)

    def test_not_before_the_accused_is_heard(self, world: World) -> None:
        case = a_case(world)
        seal_all(case)
        with refused(NotReady, saying="Still awaited"):
            decide(world, case)

    def test_not_without_reasons(self, world: World) -> None:
        case = a_ready_case(world)
        for reasons in ("", "Too short.", "A long text with \x00 in the middle of it."):
            with refused(Invalid, "reasons"):
                decide(world, case, reasons)

    def test_not_by_a_chair_who_stands_with_a_party(self, world: World) -> None:
        case = a_ready_case(world)
        record_alignment(
            party=world.armenia,
            user=world.chair,
            reason="Their own word.",
            aligned_from=NOW,
            by=None,
            at=NOW,
        )
        with refused(Conflicted, saying="not be aligned"):
            decide(world, case)

    def test_not_twice(self, world: World) -> None:
        case = a_ready_case(world)
        same = Case.objects.get(pk=case.pk)
        decide(world, case)
        with refused(StaleState):
            decide(world, same)
        with refused(MoveRefused):
            decide(world, Case.objects.get(pk=case.pk))

    def test_no_ballot_afterwards(self, world: World) -> None:
        case = a_ready_case(world)
        decide(world, case)
        with refused(MoveRefused, saying="no more ballots"):
            seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=LATER)


class TestWhatItKeeps:
    def test_one_decision_one_event(self, world: World) -> None:
        case = a_ready_case(world)
        with one_event(Kind.CASE_DECIDED) as left:
            decision = decide(world, case)
        case.refresh_from_db()
        assert (case.state, case.incident.state) == ("decided", "decided")
        assert left[0].payload == {
            "from": "balloting",
            "to": "decided",
            "outcome": "attributed",
            "ballots": 3,
        }
        assert decision.parties == ["ARM"]
        assert (decision.n_ballots, decision.dissents) == (3, [])
        assert decision.standard_of_proof == "balance_of_probabilities"
        assert decision.score == latest_score(case.incident)
        assert decision_on(case.incident) == decision

    def test_dissents_with_their_reasons_and_without_names(self, world: World) -> None:
        case = a_case(world)
        seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_aze, at=NOW)
        neutral = case.seats.get(alignment="").reviewer
        seal_ballot(case=case, draft=a_ballot(case), by=neutral, at=NOW)
        differing = replace(a_ballot(case, NOBODY), reasons="Nothing on file says who fired it.")
        seal_ballot(case=case, draft=differing, by=world.reviewer_arm, at=NOW)
        lapse_overdue_positions(at=LATER)
        (dissent,) = decide(world, case).dissents
        assert dissent["reasons"] == "Nothing on file says who fired it."
        assert dissent["answers"]["attribution"] == "not_attributable"
        assert dissent["seat"] == case.seats.get(reviewer=world.reviewer_arm).number
        me = world.reviewer_arm
        for name in (me.username, me.display_name, me.pseudonym, str(me.pk)):
            assert name not in str(dissent)

    def test_the_citations_of_all_ballots(self, world: World) -> None:
        case = a_ready_case(world)
        report = case.incident.links.get().report
        assert decide(world, case).cited_reports == [report.pk]

    def test_later_scores_are_not_its_ground(self, world: World) -> None:
        case = a_ready_case(world)
        seen = latest_score(case.incident)
        decision = decide(world, case)
        settle()
        assert Decision.objects.get(pk=decision.pk).score == seen


class TestWhatFollows:
    def test_the_finding_is_published_once(self, world: World) -> None:
        case = a_ready_case(world)
        decide(world, case)
        settle()
        finding = Finding.objects.get()
        assert (finding.code, finding.outcome) == ("NK20-0001-F1", "attributed")
        assert Event.objects.filter(kind=Kind.FINDING_PUBLISHED).count() == 1
        with no_trace():
            assert publish_finding(incident=case.incident, at=LATER) is None

    def test_nothing_is_published_of_what_is_open(self, world: World) -> None:
        incident = an_incident(world)
        with no_trace():
            assert publish_finding(incident=incident, at=LATER) is None

    def test_the_standing_changes_once(self, world: World) -> None:
        case = a_ready_case(world)
        settle()
        before = Standing.objects.count()
        decide(world, case)
        settle()
        newest = Standing.objects.filter(party=world.armenia).latest("as_of", "id")
        assert (newest.decided_breaches, newest.by_severity) == (1, {"serious": 1})
        assert Standing.objects.count() == before + 2  # a row for each party
        with no_trace():
            assert recompute_standing(agreement=world.agreement, at=LATER) == []

    def test_the_chair_s_list(self, world: World) -> None:
        decided, running = a_ready_case(world), a_case(world)
        decide(world, decided)
        rows: models.QuerySet[Case] = cases_for_chair(world.chair, world.agreement, at=LATER)
        assert [(c.pk, c.n_seats, c.n_ballots) for c in rows] == [
            (running.pk, 3, 0),
            (decided.pk, 3, 3),
        ]
