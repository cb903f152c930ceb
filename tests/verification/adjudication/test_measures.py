"""What is measured of panels: decided cases, first ballots, and who may read which row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reports.people.models import User
from reports.problems import NotAllowed
from tests.factories import LATER, NOW, World, a_ballot, a_case, some_answers
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.measures import (
    alphas_by_month,
    alphas_by_pair,
    ballots_cast,
    drift_for,
)
from verification.adjudication.models import Case
from verification.corroboration.actions import lapse_overdue_positions

CANNOT_TELL = some_answers(
    attribution="not_attributable",
    parties=(),
    attribution_likelihood="unlikely",
    attribution_confidence="low",
)


def voted(world: World, otherwise: User | None = None) -> Case:
    """Return a case on which all but one named Armenia; seat 1 sealed after 1 h, and so on."""
    case = a_case(world)
    for seat in case.seats.select_related("reviewer"):
        answers = CANNOT_TELL if seat.reviewer == otherwise else some_answers()
        at = NOW + timedelta(hours=seat.number)
        seal_ballot(case=case, draft=a_ballot(case, answers), by=seat.reviewer, at=at)
    return case


def decided(world: World, otherwise: User | None = None) -> Case:
    case = voted(world, otherwise)
    lapse_overdue_positions(at=LATER)
    decide_case(case=case, reasons="As most of the ballots say.", by=world.chair, at=LATER)
    return case


def test_nothing_is_told_of_a_case_before_its_panel_decided(world: World) -> None:
    voted(world)
    assert ballots_cast(world.agreement) == []
    (whole,) = alphas_by_month(world.agreement)
    assert (whole.cases, whole.by_question["occurrence"].why_not) == (0, "too_few")
    assert alphas_by_pair(world.chair, world.agreement, at=NOW) == []
    assert drift_for(world.chair, world.agreement, at=NOW) == []


def test_alpha_by_question_and_month(world: World) -> None:
    decided(world)
    decided(world, otherwise=world.reviewer_arm)
    whole, october = alphas_by_month(world.agreement)
    assert (whole.month, october.month) == ("", "2020-10")
    assert (whole.cases, october.cases) == (2, 2)
    assert whole.by_question["occurrence"].why_not == "one_answer"
    # Five ballots name Armenia, one does not: aaa, aab. Alpha = 1 - 5 * 2 / (5 * 1 * 2) = 0.
    assert whole.by_question["attribution"].alpha == pytest.approx(0)
    assert whole.by_question["attribution"].values == 6


def test_pairs_count_the_cases_both_voted_on(world: World) -> None:
    decided(world)
    decided(world, otherwise=world.reviewer_arm)
    pairs = alphas_by_pair(world.chair, world.agreement, at=NOW)
    by_names = {(p.first.username, p.second.username): p for p in pairs}
    both_sides = by_names["reviewer-arm", "reviewer-aze"]
    assert both_sides.cases == 2
    # aa, ab: n = 4, n_a = 3, n_b = 1. Alpha = 1 - 3 * 1 / (3 * 1) = 0.
    assert both_sides.by_question["attribution"].alpha == pytest.approx(0)
    with pytest.raises(NotAllowed):
        alphas_by_pair(world.reviewer_arm, world.agreement, at=NOW)


def test_drift_of_everybody_for_the_chair(world: World) -> None:
    decided(world)
    decided(world, otherwise=world.reviewer_arm)
    rows = {row.reviewer: row.drift for row in drift_for(world.chair, world.agreement, at=NOW)}
    assert {world.reviewer_arm, world.reviewer_aze} <= set(rows)
    mine = rows[world.reviewer_arm]
    armenia = next(lean for lean in mine.leans if lean.party == "ARM")
    assert (armenia.own.count, armenia.panel.count, armenia.own.of) == (1, 2, 2)
    assert (armenia.more, armenia.fewer) == (0, 1)
    assert (mine.agreement.count, mine.agreement.of) == (1, 2)
    assert mine.few
    other = rows[world.reviewer_aze]
    assert (other.agreement.count, other.agreement.of) == (2, 2)
    seats = [c.seats.get(reviewer=world.reviewer_aze).number for c in Case.objects.all()]
    assert other.hours.value == pytest.approx(sum(seats) / 2)


def test_only_ones_own_row_for_a_reviewer_and_none_for_others(world: World) -> None:
    decided(world)
    for user in (world.reviewer_arm, world.reviewer_aze, world.reviewer_spare):
        rows = drift_for(user, world.agreement, at=NOW)
        assert [row.reviewer for row in rows] == [user]
    for user in (world.triage, world.publisher, world.operator, world.filer, world.outsider):
        with pytest.raises(NotAllowed):
            drift_for(user, world.agreement, at=NOW)
