"""A seat is filled anew where a rule vacates it, and only there."""

from datetime import timedelta

import pytest

from reports.journal.kinds import Kind
from reports.people.actions import grant_role
from reports.problems import Invalid, NotAllowed
from tests import factories as f
from tests.factories import World
from tests.proofs import one_event, refused
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.decisions import NotReady, decide_case
from verification.adjudication.actions.panels import replace_reviewer
from verification.adjudication.models import Case, Seat
from verification.adjudication.queries import ballots_of
from verification.adjudication.rules import LOOKS_AGAIN_FOR
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.actions import link_report

LATE = f.NOW + timedelta(days=30)  # past the ballots' deadline


@pytest.fixture(autouse=True)
def one_more_reviewer(world: World) -> None:
    """A third reviewer aligned with nobody, so that any neutral seat can be filled anew."""
    grant_role(
        user=world.publisher, role="reviewer", agreement=world.agreement, by=None, at=f.SET_UP_AT
    )


def neutral_seat(case: Case) -> Seat:
    return Seat.objects.get(case=case, alignment="", recused_at=None)


class TestSilentReviewer:
    def test_is_replaced_once_the_time_is_over(self, world: World) -> None:
        case = f.a_case(world)
        silent = neutral_seat(case)
        with one_event(Kind.REVIEWER_REPLACED):
            fresh = replace_reviewer(case=case, seat_number=silent.number, by=world.chair, at=LATE)
        silent.refresh_from_db()
        assert silent.recused_at == LATE and silent.recusal_kind == "by_rule"
        assert fresh.reviewer_id != silent.reviewer_id and fresh.alignment == ""

    def test_stays_while_time_is_left(self, world: World) -> None:
        case = f.a_case(world)
        number = neutral_seat(case).number
        with refused(Invalid):
            replace_reviewer(case=case, seat_number=number, by=world.chair, at=f.NOW)

    def test_only_the_chair_replaces(self, world: World) -> None:
        case = f.a_case(world)
        number = neutral_seat(case).number
        with refused(NotAllowed):
            replace_reviewer(case=case, seat_number=number, by=world.triage, at=LATE)


class TestConflictThatCameUp:
    def test_keeps_the_case_from_being_decided_until_the_seat_is_filled(self, world: World) -> None:
        case = f.a_case(world)
        f.seal_all(case)
        f.settle()
        lapse_overdue_positions(at=f.LATER)
        seat = neutral_seat(case)
        organisation = seat.reviewer.organisation
        # After the vote a member of the reviewer's own organisation reports, and triage links it.
        world.witness.organisation = organisation
        world.witness.save(update_fields=["organisation"])
        report = f.an_accepted_report(world, by=world.witness)
        link_report(
            report=report, incident=case.incident, why="Same strike.", by=world.triage, at=f.LATER
        )
        case.refresh_from_db()
        with pytest.raises(NotReady, match=str(seat.number)):
            decide_case(case=case, reasons="x" * 30, by=world.chair, at=f.LATER)
        fresh = replace_reviewer(case=case, seat_number=seat.number, by=world.chair, at=f.LATER)
        assert len(ballots_of(case)) == 2  # the ballot of the vacated seat no longer counts
        f.all_declare(case, at=f.LATER)
        seal_ballot(case=case, draft=f.a_ballot(case), by=fresh.reviewer, at=f.LATER)
        looked_again = f.LATER + LOOKS_AGAIN_FOR  # those who voted before the report came
        decided = decide_case(case=case, reasons="x" * 30, by=world.chair, at=looked_again)
        assert decided.n_ballots == 3
