"""The case comes back: another panel, a new decision beside the old one, counts that add up."""

from datetime import timedelta

import pytest

from tests.factories import World, a_case, seal_all, settle, some_answers
from tests.second_round import (
    MONTHS_LATER,
    REASON,
    Reserve,
    a_decided,
    a_finding_of_others,
    a_reserve,
    asked,
    linked_late,
)
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.seating import NoPanel
from verification.adjudication.eligible import earlier_deciders
from verification.adjudication.models import Decision
from verification.adjudication.queries import case_for_chair, case_for_reviewer, decision_on
from verification.corroboration.actions import lapse_overdue_positions
from verification.publication.models import Finding
from verification.publication.queries import report_partition, standings
from verification.reopening.actions import admit_reopening
from verification.reopening.models import Reopening
from verification.reopening.queries import admitted_before
from verification.scoring.queries import latest_score

pytestmark = pytest.mark.usefixtures("ticking")  # what is counted here is signed first
SECOND = MONTHS_LATER + timedelta(days=4)  # the second hearing is over


@pytest.fixture
def first(world: World) -> Decision:
    return a_decided(world)


@pytest.fixture
def reserve(world: World, first: Decision) -> Reserve:
    return a_reserve(world)  # granted after the first panel was drawn: none of them sat on it


@pytest.fixture
def reopened(world: World, first: Decision, reserve: Reserve) -> Decision:
    """The first decision, with its case reopened."""
    decision = first
    report = a_finding_of_others(world, reserve.inquiry)
    linked_late(world, report, decision.incident)
    admit_reopening(
        reopening=Reopening.objects.get(), reason=REASON, by=reserve.deputy, at=MONTHS_LATER
    )
    settle()
    decision.incident.refresh_from_db()
    return decision


def counts(world: World) -> dict[str, int]:
    found = {line.key: line.count for line in report_partition(world.agreement) if line.count}
    assert sum(found.values()) == standings(world.agreement, at=SECOND).received
    return found


def decided_against(world: World, party: str) -> int:
    lines = standings(world.agreement, at=SECOND).lines
    return next(line.decided for line in lines if line.party == party)


class TestTheSecondPanel:
    def test_those_who_decided_are_never_half_of_it(self, world: World, reopened: Decision) -> None:
        first = reopened
        before = earlier_deciders(first.incident)
        assert world.chair.pk in before and len(before) >= 3
        case = a_case(world, first.incident)
        again = set(case.seats.values_list("reviewer_id", flat=True))
        assert case.round == 2
        assert not again & before  # enough others are there, so none of them sits

    def test_one_of_them_may_sit_where_a_side_has_nobody_else(
        self, world: World, reopened: Decision, reserve: Reserve
    ) -> None:
        before = earlier_deciders(reopened.incident)
        reserve.aze.grants.update(granted_until=MONTHS_LATER)
        case = a_case(world, reopened.incident, at=SECOND)
        sitting = set(case.seats.values_list("reviewer_id", flat=True))
        assert sitting & before == {world.reviewer_aze.pk}

    def test_without_enough_others_there_is_no_panel(
        self, world: World, reopened: Decision, reserve: Reserve
    ) -> None:
        for one in (reserve.neutral, reserve.arm, reserve.aze):
            one.grants.update(granted_until=MONTHS_LATER)
        with pytest.raises(NoPanel):
            a_case(world, reopened.incident, at=SECOND)


def test_who_sits_again_reads_no_new_score_through_the_old_case(
    world: World, reopened: Decision, reserve: Reserve
) -> None:
    reserve.aze.grants.update(granted_until=MONTHS_LATER)
    case = a_case(world, reopened.incident, at=SECOND)
    again = world.reviewer_aze
    assert case_for_reviewer(again, case.pk).score is None
    old = case_for_reviewer(again, reopened.case_id)
    assert old.score == reopened.score != latest_score(reopened.incident)
    chair = case_for_chair(world.chair, reopened.case_id, at=SECOND)
    assert chair.score == reopened.score


def test_both_decisions_stay_and_the_counts_add_up(world: World, reopened: Decision) -> None:
    first = reopened
    assert counts(world) == {"reopened": 2}
    assert decided_against(world, "ARM") == 0
    case = a_case(world, first.incident, at=SECOND)
    assert counts(world) == {"under_review": 2}
    seal_all(case, some_answers(), at=SECOND)
    lapse_overdue_positions(at=SECOND)
    second = decide_case(case=case, reasons=REASON, by=world.chair, at=SECOND)
    settle()

    assert counts(world) == {"attributed": 2}
    assert decided_against(world, "ARM") == 1
    assert (second.overrides, decision_on(first.incident)) == (first, second)
    first.refresh_from_db()
    assert (first.outcome, second.outcome) == ("not_attributable", "attributed")
    assert admitted_before(second) == Reopening.objects.get()
    assert admitted_before(first) is None
    codes = Finding.objects.order_by("version").values_list("outcome", flat=True)
    assert list(codes) == ["not_attributable", "attributed"]


def test_it_can_come_back_again(world: World, reopened: Decision) -> None:
    first = reopened
    case = a_case(world, first.incident, at=SECOND)
    seal_all(case, some_answers(), at=SECOND)
    lapse_overdue_positions(at=SECOND)
    second = decide_case(case=case, reasons=REASON, by=world.chair, at=SECOND)
    third = asked(world, second, at=SECOND)
    assert (third.number, third.decision, third.first_decider) == (2, second, world.chair)
