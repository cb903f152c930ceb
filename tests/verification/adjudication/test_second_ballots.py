"""A second ballot: after the unsealing, once, dated, with a reason; the first stays."""

import pytest
from django.db import IntegrityError, transaction

from reports.journal.kinds import Kind
from reports.problems import Invalid, MoveRefused, NotFound, StaleState
from tests.factories import LATER, NOW, World, a_ballot, a_case, seal_all, some_answers
from tests.proofs import one_event, refused
from tests.second_round import NOT_ATTRIBUTED
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.second_ballots import change_ballot
from verification.adjudication.models import Ballot, Case, SecondBallot
from verification.adjudication.queries import (
    ballots_of,
    case_for_reviewer,
    may_vote_again,
    standing_ballots,
)
from verification.corroboration.actions import lapse_overdue_positions

WHY = "The remnants the others cite are of a weapon one side alone has."


@pytest.fixture
def case(world: World) -> Case:
    """Two say it cannot be said who, one names Armenia; all ballots are open."""
    case = a_case(world)
    for seat in case.seats.select_related("reviewer"):
        answers = some_answers() if seat.alignment == "AZE" else NOT_ATTRIBUTED
        seal_ballot(case=case, draft=a_ballot(case, answers), by=seat.reviewer, at=NOW)
    return case


def change(world: World, case: Case, why: str = WHY) -> object:
    draft = a_ballot(case, some_answers())
    return change_ballot(case=case, draft=draft, why=why, by=world.reviewer_arm, at=LATER)


def test_it_counts_and_the_first_stays(world: World, case: Case) -> None:
    with one_event(Kind.BALLOT_CHANGED):
        second = change(world, case)
    first = Ballot.objects.get(seat__reviewer=world.reviewer_arm)
    assert first.attribution == "not_attributable"
    assert {ballot.pk for ballot in ballots_of(case)} >= {first.pk}  # the blind ones, as they were
    assert [b.attribution for b in standing_ballots(case)].count("attributed") == 2
    seen = case_for_reviewer(world.reviewer_aze, case.pk)
    assert seen.standing is not None and second in seen.standing
    lapse_overdue_positions(at=LATER)
    with refused(StaleState):  # who read the ballots before has to read them again
        decide_case(case=case, reasons="All three say the same.", by=world.chair, at=LATER)
    case.refresh_from_db()
    decision = decide_case(case=case, reasons="Two of three name it now.", by=world.chair, at=LATER)
    assert (decision.outcome, decision.n_ballots) == ("attributed", 3)


def test_never_while_ballots_are_sealed(world: World) -> None:
    case = a_case(world)
    seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)
    with refused(MoveRefused, saying="still sealed"):
        change(world, case)


def test_the_database_refuses_one_before_the_unsealing(world: World) -> None:
    case = a_case(world)
    seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)
    first = Ballot.objects.select_related("clause").get()
    columns = {name: getattr(first, name) for name in first.answers().__dataclass_fields__}
    row = SecondBallot(
        **columns, first=first, why=WHY, reasons=WHY, cited_reports=[first.pk], sealed_at=LATER
    )
    with pytest.raises(IntegrityError, match="all first ones sealed"), transaction.atomic():
        row.save()


def test_once(world: World, case: Case) -> None:
    change(world, case)
    with refused(MoveRefused, saying="second ballot already"):
        change(world, case)


def test_never_after_the_decision(world: World) -> None:
    case = a_case(world)
    seal_all(case)
    lapse_overdue_positions(at=LATER)
    decide_case(case=case, reasons="As the ballots say, all three.", by=world.chair, at=LATER)
    case.refresh_from_db()
    with refused(MoveRefused, saying="has decided"):
        change(world, case)


def test_never_without_a_reason(world: World, case: Case) -> None:
    with refused(Invalid, "why"):
        change(world, case, why="I erred.")


def test_only_who_sits(world: World, case: Case) -> None:
    sits = case.seats.filter(reviewer=world.chair).exists()
    other = world.reviewer_spare if sits else world.chair
    assert not may_vote_again(other, case)
    with refused(NotFound):
        change_ballot(case=case, draft=a_ballot(case), why=WHY, by=other, at=LATER)
