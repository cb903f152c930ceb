"""A file grows after its panel voted: older ballots are marked, and everybody may look again."""

from datetime import timedelta

from reports.journal.kinds import Kind
from tests.factories import (
    LATER,
    NOW,
    World,
    a_ballot,
    a_case,
    an_accepted_report,
    an_allegation,
    seal_all,
    settle,
    some_answers,
)
from tests.proofs import one_event, refused
from verification.adjudication.actions.ballots import BallotDraft
from verification.adjudication.actions.decisions import NotReady, decide_case
from verification.adjudication.actions.second_ballots import change_ballot
from verification.adjudication.models import Case, SecondBallot
from verification.adjudication.queries import (
    case_for_reviewer,
    decided_candidates,
    may_vote_again,
    standing_ballots,
)
from verification.adjudication.readiness import readiness
from verification.adjudication.rules import LOOKS_AGAIN_FOR
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.actions import link_report
from verification.notifications.models import Notification

HOUR = timedelta(hours=1)
WHY = "What came since repeats what was on file."
REASONS = "As the ballots say, all three of them."


def grown(world: World, *, at: object = LATER) -> Case:
    """All ballots are sealed and the accused was silent; then a report is linked."""
    case = a_case(world)
    seal_all(case)
    lapse_overdue_positions(at=LATER)
    report = an_accepted_report(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
    link_report(
        report=report, incident=case.incident, why="The same night.", by=world.triage, at=LATER
    )
    settle(at=LATER)
    return case


def confirm(case: Case, seat: int, *, at: object = LATER) -> SecondBallot:
    ballot = next(b for b in standing_ballots(case) if b.seat.number == seat)
    draft = BallotDraft(ballot.answers(), ballot.reasons, tuple(map(str, ballot.cited_reports)))
    return change_ballot(case=case, draft=draft, why=WHY, by=ballot.seat.reviewer, at=at)  # type: ignore[arg-type]


def test_no_decision_before_all_could_look_again(world: World) -> None:
    case = grown(world)
    assert not readiness(case, at=LATER).offered
    with refused(NotReady, saying="grew after the ballots of seats 1, 2, 3"):
        decide_case(case=case, reasons=REASONS, by=world.chair, at=LATER)
    for seat in (1, 2, 3):
        with one_event(Kind.BALLOT_CHANGED) as left:
            assert confirm(case, seat, at=LATER + HOUR).confirms
        assert left[0].payload == {"seat": seat, "confirms": True}
    case.refresh_from_db()
    decide_case(case=case, reasons=REASONS, by=world.chair, at=LATER + HOUR)
    assert decided_candidates(world.agreement.pk) == {case.incident_id: "ARM"}  # still blind


def test_the_offer_ends(world: World) -> None:
    case = grown(world)
    assert not readiness(case, at=LATER + LOOKS_AGAIN_FOR - HOUR).offered
    decide_case(case=case, reasons=REASONS, by=world.chair, at=LATER + LOOKS_AGAIN_FOR)


def test_once_more_each_time_the_file_grows(world: World) -> None:
    case = grown(world)
    confirm(case, 1, at=LATER + HOUR)
    who = case.seats.get(number=1).reviewer
    assert not may_vote_again(who, case)
    report = an_accepted_report(world, an_allegation(world, world.mod_armenia, "AZE"))
    incident = case.incident
    link_report(report=report, incident=incident, why="Same.", by=world.triage, at=LATER + 2 * HOUR)
    assert may_vote_again(who, case)
    assert confirm(case, 1, at=LATER + 3 * HOUR).number == 3


def test_a_mind_changed_in_view_of_the_score_teaches_nothing(world: World) -> None:
    case = grown(world)
    draft = a_ballot(case, some_answers(severity="grave"))
    one = case.seats.get(number=1).reviewer
    assert not change_ballot(case=case, draft=draft, why=WHY, by=one, at=LATER).confirms
    case.refresh_from_db()
    decide_case(case=case, reasons=REASONS, by=world.chair, at=LATER + LOOKS_AGAIN_FOR)
    assert decided_candidates(world.agreement.pk) == {}


def test_the_panel_is_told_once_it_can_look(world: World) -> None:
    case = grown(world)
    told = Notification.objects.filter(topic="look_again")
    seated = case.seats.values_list("reviewer_id", flat=True)
    assert set(told.values_list("user_id", flat=True)) == set(seated)
    # Before its ballots are open nobody is told that anything was linked.
    other = a_case(world)
    report = an_accepted_report(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
    link_report(report=report, incident=other.incident, why="Same.", by=world.triage, at=NOW)
    settle()
    assert not told.filter(about=other.incident.code).exists()
    seen = case_for_reviewer(world.reviewer_arm, other.pk)
    assert seen.standing is None
    assert seen.second_ballots is None
