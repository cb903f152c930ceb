"""Declaring one's interest before the file opens, and the chair's override."""

import pytest
from django.db import IntegrityError, transaction

from reports.identity import new_key
from reports.journal.kinds import Kind
from reports.problems import Invalid, MoveRefused, NotFound, StaleState
from tests.factories import NOW, World, a_ballot, a_case, an_incident, seal_all
from tests.proofs import one_event, refused
from tests.second_round import a_reserve
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.panels import (
    declare_interest,
    open_case,
    override_seat,
    recuse_reviewer,
)
from verification.adjudication.actions.seating import Conflicted
from verification.adjudication.models import Ballot, Case, Seat
from verification.corroboration.actions import StatementDraft, give_statement

WHY = "The mission lost contact with this reviewer a week ago."


@pytest.fixture
def case(world: World) -> Case:
    return open_case(incident=an_incident(world), by=world.chair, at=NOW)


def seat_of(case: Case, side: str) -> Seat:
    return case.seats.select_related("reviewer").get(alignment=side, recused_at=None)


class TestDeclaring:
    def test_once_and_then_the_ballot(self, world: World, case: Case) -> None:
        with refused(MoveRefused, saying="Declare first"):
            seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)
        with one_event(Kind.INTEREST_DECLARED) as left:
            seat = declare_interest(case=case, by=world.reviewer_arm, at=NOW)
        assert seat.declared_at == NOW
        assert left[0].payload == {"seat": seat.number}
        with refused(StaleState):
            declare_interest(case=case, by=world.reviewer_arm, at=NOW)
        seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)

    def test_only_who_sits(self, world: World, case: Case) -> None:
        sits = case.seats.filter(reviewer=world.chair).exists()
        with refused(NotFound):
            declare_interest(case=case, by=world.reviewer_spare if sits else world.chair, at=NOW)

    def test_a_conflict_is_a_recusal_with_a_replacement(self, world: World, case: Case) -> None:
        a_reserve(world)
        member = seat_of(case, "ARM").reviewer
        with one_event(Kind.REVIEWER_RECUSED):
            recuse_reviewer(case=case, reason="I wrote about this strike.", by=member, at=NOW)
        successor = seat_of(case, "ARM")
        assert successor.reviewer != member
        assert successor.declared_at is None  # they declare anew

    def test_what_the_data_shows_cannot_be_declared_away(self, world: World, case: Case) -> None:
        said = StatementDraft("occurred", "supports", "eyewitness", "I saw it from my window.")
        organisation = world.witness.organisation
        type(world.reviewer_arm).objects.filter(pk=world.reviewer_arm.pk).update(
            organisation=organisation
        )
        give_statement(incident=case.incident, draft=said, by=world.witness, at=NOW)
        world.reviewer_arm.refresh_from_db()
        with refused(Conflicted, saying="Give up your seat"):
            declare_interest(case=case, by=world.reviewer_arm, at=NOW)

    def test_the_database_takes_no_ballot_without_it(self, world: World) -> None:
        case = a_case(world)
        seal_all(case)
        copy = Ballot.objects.select_related("seat").first()
        assert copy is not None
        undeclared = open_case(incident=an_incident(world), by=world.chair, at=NOW)
        copy.pk, copy._state.adding = new_key(), True
        copy.case, copy.seat = undeclared, seat_of(undeclared, "ARM")
        with pytest.raises(IntegrityError, match="declared no interest"), transaction.atomic():
            copy.save(force_insert=True)


class TestOverride:
    @pytest.fixture
    def case(self, world: World) -> Case:
        a_reserve(world)
        return open_case(incident=an_incident(world), by=world.chair, at=NOW)

    def test_a_seat_for_a_reason_and_the_rules_draw_who_takes_it(
        self, world: World, case: Case
    ) -> None:
        before = seat_of(case, "ARM")
        with one_event(Kind.PANEL_OVERRIDDEN) as left:
            after = override_seat(
                case=case, seat_number=before.number, reason=WHY, by=world.chair, at=NOW
            )
        before.refresh_from_db()
        assert (before.recusal_kind, before.recusal_reason) == ("override", WHY)
        assert (after.alignment, after.number, after.declared_at) == ("ARM", 4, None)
        assert after.reviewer != before.reviewer
        assert left[0].payload == {"seat": before.number, "replaced_by_seat": 4}
        assert case.draws.count() == 2

    def test_never_without_a_reason(self, world: World, case: Case) -> None:
        number = seat_of(case, "ARM").number
        for reason in ("", "Because.", "x" * 30 + "\x00"):
            with refused(Invalid, "reason"):
                override_seat(case=case, seat_number=number, reason=reason, by=world.chair, at=NOW)

    def test_never_a_sealed_ballot_a_seat_that_is_not_or_a_decided_case(
        self, world: World, case: Case
    ) -> None:
        seat = seat_of(case, "ARM")
        declare_interest(case=case, by=seat.reviewer, at=NOW)
        seal_ballot(case=case, draft=a_ballot(case), by=seat.reviewer, at=NOW)
        way = {"case": case, "reason": WHY, "by": world.chair, "at": NOW}
        with refused(MoveRefused, saying="A ballot is sealed"):
            override_seat(seat_number=seat.number, **way)
        with refused(NotFound):
            override_seat(seat_number=9, **way)

    def test_never_one_s_own_seat(self, world: World) -> None:
        world.reviewer_spare.grants.update(granted_until=NOW)
        case = open_case(incident=an_incident(world), by=world.chair, at=NOW)
        own = case.seats.get(reviewer=world.chair)
        with refused(MoveRefused, saying="This seat is yours"):
            override_seat(case=case, seat_number=own.number, reason=WHY, by=world.chair, at=NOW)
