"""Drafts of a ballot: kept for their author, by version, and gone with the ballot."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from reports.journal.models import Event
from reports.people.actions import grant_role
from reports.problems import Invalid, MoveRefused, NotAllowed, NotFound
from tests.factories import NOW, SET_UP_AT, World, a_ballot, a_case, seal_all
from tests.proofs import at_once, no_trace
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.drafts import DraftConflict, save_draft
from verification.adjudication.actions.panels import replace_reviewer
from verification.adjudication.drafting import Typed
from verification.adjudication.models import Ballot, Case, DraftBallot
from verification.adjudication.queries import case_for_chair, case_for_reviewer
from verification.corroboration.actions import lapse_overdue_positions

TYPED = Typed({"occurrence": "occurred"}, (), "It was hea", ())
MORE = Typed({"occurrence": "occurred"}, ("ARM",), "It was heard by many.", ())


def reviewer_of(case: Case) -> Any:
    return case.seats.exclude(alignment="").order_by("number").first().reviewer


def save(case: Case, typed: Typed, seen: int, **changes: Any) -> DraftBallot:
    return save_draft(
        **{"case": case, "typed": typed, "seen": seen, "by": reviewer_of(case), "at": NOW} | changes
    )


class TestSaveDraft:
    def test_it_is_kept_and_comes_back(self, world: World) -> None:
        case = a_case(world)
        cited = str(case.incident.links.get().report_id)
        first = save(case, Typed({"occurrence": "occurred"}, (), "Half a sent", (cited,)), 0)
        assert (first.version, first.begun_at, first.saved_at) == (1, NOW, NOW)
        again = save(case, MORE, 1, at=NOW + timedelta(minutes=5))
        assert (again.version, again.begun_at) == (2, NOW)
        assert again.typed() == MORE
        found = case_for_reviewer(reviewer_of(case), case.pk).draft
        assert found == again

    def test_it_leaves_no_event(self, world: World) -> None:
        case = a_case(world)
        before = Event.objects.count()
        save(case, TYPED, 0)
        assert Event.objects.count() == before

    def test_another_window_is_never_overwritten(self, world: World) -> None:
        case = a_case(world)
        save(case, TYPED, 0)
        save(case, MORE, 1)
        for seen in (0, 1, 3):
            with no_trace(), pytest.raises(DraftConflict):
                save(case, TYPED, seen)
        assert DraftBallot.objects.get().typed() == MORE

    def test_only_who_sits_and_has_not_voted(self, world: World) -> None:
        case = a_case(world)
        spare = {world.reviewer_arm, world.reviewer_aze, world.reviewer_spare, world.chair}
        spare -= {seat.reviewer for seat in case.seats.all()}
        with no_trace():
            for user in spare:
                with pytest.raises(NotFound):
                    save(case, TYPED, 0, by=user)
            for user in (world.triage, world.outsider, world.filer, world.operator):
                with pytest.raises(NotAllowed):
                    save(case, TYPED, 0, by=user)
            with pytest.raises(Invalid):
                save(case, Typed({}, (), "\x00", ()), 0)
        seal_ballot(case=case, draft=a_ballot(case), by=reviewer_of(case), at=NOW)
        with no_trace(), pytest.raises(MoveRefused):
            save(case, TYPED, 0)


class TestTheDraftEnds:
    def test_with_the_ballot(self, world: World) -> None:
        case = a_case(world)
        save(case, TYPED, 0)
        seal_all(case)
        assert not DraftBallot.objects.exists()

    def test_with_the_seat(self, world: World) -> None:
        grant_role(
            user=world.publisher, role="reviewer", agreement=world.agreement, by=None, at=SET_UP_AT
        )
        case = a_case(world)
        seat = case.seats.get(alignment="")
        save(case, TYPED, 0, by=seat.reviewer)
        number, late = seat.number, case.ballots_due_at
        replace_reviewer(case=case, seat_number=number, by=world.chair, at=late)
        assert not DraftBallot.objects.exists()

    def test_with_a_decision_that_did_not_wait_for_it(self, world: World) -> None:
        case = a_case(world)
        Case.objects.filter(pk=case.pk).update(quorum=2)
        last, *others = case.seats.order_by("-number").select_related("reviewer")
        save(case, TYPED, 0, by=last.reviewer)
        for seat in others:
            seal_ballot(case=case, draft=a_ballot(case), by=seat.reviewer, at=NOW)
        at = case.ballots_due_at
        lapse_overdue_positions(at=at)
        case.refresh_from_db()
        decide_case(case=case, reasons="As both ballots say.", by=world.chair, at=at)
        assert not DraftBallot.objects.exists()

    def test_no_ballot_is_sealed_over_a_draft_of_another_window(self, world: World) -> None:
        case = a_case(world)
        save(case, TYPED, 0)
        save(case, MORE, 1)
        ballot = {"case": case, "draft": a_ballot(case), "by": reviewer_of(case), "at": NOW}
        with no_trace(), pytest.raises(DraftConflict):
            seal_ballot(**ballot, seen_draft=1)
        seal_ballot(**ballot, seen_draft=2)
        assert Ballot.objects.count() == 1


def test_nobody_else_is_handed_a_draft(world: World) -> None:
    case = a_case(world)
    save(case, TYPED, 0)
    others = [seat.reviewer for seat in case.seats.all() if seat.reviewer != reviewer_of(case)]
    assert len(others) == 2
    for user in others:
        assert case_for_reviewer(user, case.pk).draft is None
    assert case_for_chair(world.chair, case.pk, at=NOW).draft is None


@pytest.mark.django_db(transaction=True)
def test_of_windows_that_save_at_once_one_is_kept(live_world: World) -> None:
    case = a_case(live_world)

    def attempt(number: int) -> DraftBallot:
        return save(case, Typed({}, (), f"Window {number}", ()), 0)

    gave, raised = at_once([partial(attempt, number) for number in range(8)])
    assert len(gave) == 1
    assert {type(problem) for problem in raised} == {DraftConflict}
    assert DraftBallot.objects.get().reasons == gave[0].reasons
