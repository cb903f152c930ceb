"""Who admits or refuses: never those alone who made the decision in question."""

from datetime import timedelta

import pytest

from reports.journal.kinds import Kind
from reports.people.actions import grant_role
from reports.problems import Invalid, MoveRefused, NotAllowed, StaleState
from tests.factories import SET_UP_AT, World
from tests.proofs import one_event, refused
from tests.second_round import (
    MONTHS_LATER,
    REASON,
    Reserve,
    a_decided,
    a_reserve,
    asked,
)
from verification.adjudication.models import Decision
from verification.reopening.actions import (
    SecondPersonNeeded,
    admit_reopening,
    propose_answer,
    refuse_reopening,
    return_proposal,
)
from verification.reopening.models import Reopening
from verification.reopening.queries import powers_over

WEEK_LATER = MONTHS_LATER + timedelta(days=7)


@pytest.fixture
def decision(world: World) -> Decision:
    return a_decided(world)


@pytest.fixture
def reserve(world: World, decision: Decision) -> Reserve:
    return a_reserve(world)  # granted after the panel was drawn: none of them sat on it


@pytest.fixture
def request_of_armenia(world: World, decision: Decision) -> Reopening:
    return asked(world, decision)


class TestAdmitting:
    def test_another_chair_admits_on_their_own_word(
        self, request_of_armenia: Reopening, reserve: Reserve
    ) -> None:
        asked_one = request_of_armenia
        with one_event(Kind.REOPENING_ADMITTED) as left:
            admit_reopening(reopening=asked_one, reason=REASON, by=reserve.deputy, at=WEEK_LATER)
        asked_one.refresh_from_db()
        assert (asked_one.state, asked_one.reason) == ("admitted", REASON)
        assert (asked_one.answered_by, asked_one.answered_at) == (reserve.deputy, WEEK_LATER)
        asked_one.incident.refresh_from_db()
        assert asked_one.incident.state == "reopened"
        assert left[0].acting_as == "chair"

    def test_the_first_decider_does_not(self, world: World, request_of_armenia: Reopening) -> None:
        for act in (admit_reopening, refuse_reopening):
            with refused(SecondPersonNeeded, saying="had a hand"):
                act(reopening=request_of_armenia, reason=REASON, by=world.chair, at=WEEK_LATER)

    def test_nor_a_chair_who_voted(self, world: World, request_of_armenia: Reopening) -> None:
        grant_role(
            user=world.reviewer_arm, role="chair", agreement=world.agreement, by=None, at=SET_UP_AT
        )
        with refused(SecondPersonNeeded):
            admit_reopening(
                reopening=request_of_armenia, reason=REASON, by=world.reviewer_arm, at=WEEK_LATER
            )

    def test_nor_who_asked(self, world: World, decision: Decision, reserve: Reserve) -> None:
        grant_role(
            user=reserve.neutral, role="chair", agreement=world.agreement, by=None, at=SET_UP_AT
        )
        own = asked(world, decision, by=reserve.neutral)
        with refused(SecondPersonNeeded, saying="yourself"):
            admit_reopening(reopening=own, reason=REASON, by=reserve.neutral, at=WEEK_LATER)

    def test_an_answer_has_its_reasons(
        self, request_of_armenia: Reopening, reserve: Reserve
    ) -> None:
        with refused(Invalid, "reason"):
            admit_reopening(
                reopening=request_of_armenia, reason="Yes.", by=reserve.deputy, at=WEEK_LATER
            )

    def test_it_is_answered_once(self, request_of_armenia: Reopening, reserve: Reserve) -> None:
        same = Reopening.objects.get(pk=request_of_armenia.pk)
        by = {"by": reserve.deputy, "at": WEEK_LATER, "reason": REASON}
        admit_reopening(reopening=request_of_armenia, **by)
        with refused(MoveRefused):
            refuse_reopening(reopening=request_of_armenia, **by)
        with refused(StaleState):
            refuse_reopening(reopening=same, **by)

    def test_other_requests_on_the_decision_are_joined(
        self, world: World, decision: Decision, reserve: Reserve
    ) -> None:
        first, second = asked(world, decision), asked(world, decision, by=world.liaison_aze)
        admit_reopening(reopening=second, reason=REASON, by=reserve.deputy, at=WEEK_LATER)
        first.refresh_from_db()
        assert (first.state, first.answered_by) == ("joined", None)


class TestRefusing:
    def test_the_decision_stands(
        self, world: World, decision: Decision, request_of_armenia: Reopening, reserve: Reserve
    ) -> None:
        with one_event(Kind.REOPENING_REFUSED):
            refuse_reopening(
                reopening=request_of_armenia, reason=REASON, by=reserve.deputy, at=WEEK_LATER
            )
        decision.incident.refresh_from_db()
        assert decision.incident.state == "decided"
        assert asked(world, decision).number == 2  # with another ground they may ask again


class TestTwoPeople:
    def test_a_chair_proposes_and_an_uninvolved_reviewer_agrees(
        self, world: World, request_of_armenia: Reopening, reserve: Reserve
    ) -> None:
        asked_one = request_of_armenia
        with one_event(Kind.REOPENING_PROPOSED):
            propose_answer(
                reopening=asked_one, proposal="admit", reason=REASON, by=world.chair, at=WEEK_LATER
            )
        asked_one.incident.refresh_from_db()
        assert asked_one.incident.state == "decided"  # a proposal reopens nothing
        with refused(SecondPersonNeeded):
            admit_reopening(reopening=asked_one, by=world.chair, at=WEEK_LATER)
        with one_event(Kind.REOPENING_ADMITTED) as left:
            admit_reopening(reopening=asked_one, by=reserve.neutral, at=WEEK_LATER)
        asked_one.refresh_from_db()
        assert (asked_one.proposed_by, asked_one.answered_by) == (world.chair, reserve.neutral)
        assert asked_one.reason == REASON
        assert left[0].acting_as == "reviewer"

    def test_not_one_who_stands_with_a_party_nor_one_who_voted(
        self, world: World, request_of_armenia: Reopening, reserve: Reserve
    ) -> None:
        propose_answer(
            reopening=request_of_armenia,
            proposal="refuse",
            reason=REASON,
            by=world.chair,
            at=WEEK_LATER,
        )
        for other in (reserve.arm, world.reviewer_arm):
            with refused(SecondPersonNeeded):
                refuse_reopening(reopening=request_of_armenia, by=other, at=WEEK_LATER)
        # A reviewer seconds what was proposed, and nothing else.
        with refused(NotAllowed):
            admit_reopening(
                reopening=request_of_armenia, reason=REASON, by=reserve.neutral, at=WEEK_LATER
            )

    def test_a_proposal_is_returned_by_its_author_or_the_second(
        self, world: World, request_of_armenia: Reopening, reserve: Reserve
    ) -> None:
        asked_one = request_of_armenia
        for who in (world.chair, reserve.neutral):
            propose_answer(
                reopening=asked_one, proposal="refuse", reason=REASON, by=world.chair, at=WEEK_LATER
            )
            with one_event(Kind.REOPENING_RETURNED):
                return_proposal(reopening=asked_one, by=who, at=WEEK_LATER)
            asked_one.refresh_from_db()
            assert (asked_one.state, asked_one.proposal, asked_one.reason) == ("asked", "", "")
        with refused(SecondPersonNeeded):
            return_proposal(reopening=asked_one, by=reserve.arm, at=WEEK_LATER)

    def test_a_proposal_has_its_reasons(self, world: World, request_of_armenia: Reopening) -> None:
        with refused(Invalid, "proposal", "reason"):
            propose_answer(
                reopening=request_of_armenia,
                proposal="later",
                reason="",
                by=world.chair,
                at=WEEK_LATER,
            )


def test_what_each_may_do_is_said_beforehand(
    world: World, request_of_armenia: Reopening, reserve: Reserve
) -> None:
    def powers(user: object) -> set[str]:
        found = powers_over(user, request_of_armenia, at=WEEK_LATER)  # type: ignore[arg-type]
        names = ("answer", "propose", "second", "withdraw")
        return {name for name in names if getattr(found, name)}

    assert powers(world.liaison_arm) == {"withdraw"}
    assert powers(world.liaison_aze) == set()
    assert powers(world.chair) == {"propose"}
    assert powers(reserve.deputy) == {"answer"}
    assert powers(reserve.neutral) == set()
    propose_answer(
        reopening=request_of_armenia, proposal="admit", reason=REASON, by=world.chair, at=WEEK_LATER
    )
    assert powers(world.chair) == set()
    assert powers(reserve.neutral) == powers(world.reviewer_spare) | {"second"} == {"second"}
    assert powers(reserve.arm) == set()
    admit_reopening(reopening=request_of_armenia, by=reserve.neutral, at=WEEK_LATER)
    assert powers(reserve.deputy) == powers(world.liaison_arm) == set()
