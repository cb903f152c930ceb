"""A case that comes back is heard again: each accused party, on what came since, in its time."""

from datetime import timedelta

import pytest

from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.problems import MoveRefused
from tests.factories import World, a_case, seal_all, settle, some_answers
from tests.proofs import refused
from tests.second_round import (
    MONTHS_LATER,
    REASON,
    Reserve,
    a_decided,
    a_finding_of_others,
    a_reserve,
    linked_late,
)
from verification.adjudication.actions.decisions import NotReady, decide_case
from verification.adjudication.models import Case, Decision
from verification.corroboration.actions import Answer, answer_notice, lapse_overdue_positions
from verification.corroboration.models import PartyPosition
from verification.notifications.models import Notification
from verification.publication.models import Finding
from verification.publication.queries import public_claims_since
from verification.reopening.actions import admit_reopening
from verification.reopening.models import Reopening
from verification.reopening.queries import reopened_for
from verification.scoring.files import files_of

SECOND = MONTHS_LATER + timedelta(days=1)
AFTER = MONTHS_LATER + timedelta(days=9)
ANSWER = Answer("disputes_facts", "other", "The serial number was misread; here is the register.")


@pytest.fixture
def reserve(world: World, first: Decision) -> Reserve:
    return a_reserve(world)


@pytest.fixture
def first(world: World) -> Decision:
    return a_decided(world)


@pytest.fixture
def again(world: World, first: Decision, reserve: Reserve) -> PartyPosition:
    """The notice of the second hearing."""
    linked_late(world, a_finding_of_others(world, reserve.inquiry), first.incident)
    admit_reopening(
        reopening=Reopening.objects.get(), reason=REASON, by=reserve.deputy, at=MONTHS_LATER
    )
    settle()
    found: PartyPosition = PartyPosition.objects.select_related("incident", "party").get(hearing=2)
    return found


@pytest.fixture
def case(world: World, again: PartyPosition) -> Case:
    case = a_case(world, again.incident, at=SECOND)
    seal_all(case, some_answers(), at=SECOND)
    return case


def answered(world: World, notice: PartyPosition) -> PartyPosition:
    return answer_notice(position=notice, answer=ANSWER, by=world.liaison_arm, at=SECOND)


def test_the_accused_is_asked_anew_with_its_own_deadline(
    world: World, first: Decision, again: PartyPosition
) -> None:
    earlier = PartyPosition.objects.get(incident=first.incident, hearing=1)
    assert (again.party, again.state) == (earlier.party, "awaited")
    assert again.notified_at == MONTHS_LATER
    assert again.due_at - again.notified_at == earlier.due_at - earlier.notified_at
    told = Notification.objects.get(topic="accused_again")
    assert (told.user, told.key) == (world.liaison_arm, str(again.pk))
    assert not Notification.objects.filter(topic="accused", key=str(again.pk)).exists()


def test_it_is_asked_about_what_came_since(
    world: World, first: Decision, again: PartyPosition
) -> None:
    claims = public_claims_since(again.incident, first.decided_at)
    assert [one["stance"] for one in claims] == ["finds"]
    assert reopened_for(again.incident, hearing=2) == Reopening.objects.get()
    assert reopened_for(again.incident, hearing=1) is None


def test_no_second_decision_before_it_is_heard(world: World, case: Case) -> None:
    with refused(NotReady, saying="Still awaited"):
        decide_case(case=case, reasons=REASON, by=world.chair, at=SECOND)
    lapse_overdue_positions(at=AFTER)
    decide_case(case=case, reasons=REASON, by=world.chair, at=AFTER)


def test_the_reply_is_part_of_the_second_finding_alone(
    world: World, case: Case, again: PartyPosition
) -> None:
    answered(world, again)
    decide_case(case=case, reasons=REASON, by=world.chair, at=AFTER)
    settle()
    one, two = Finding.objects.order_by("version")
    assert [(p["hearing"], p["state"]) for p in one.content["positions"]] == [(1, "lapsed")]
    assert [(p["hearing"], p["state"]) for p in two.content["positions"]] == [
        (1, "lapsed"),
        (2, "answered"),
    ]
    assert two.content["positions"][1]["text"] == ANSWER.text


def test_the_first_notice_takes_no_answer_any_more(world: World, again: PartyPosition) -> None:
    earlier = PartyPosition.objects.select_related("incident", "party").get(hearing=1)
    with refused(MoveRefused, saying="notice of that hearing"):
        answered(world, earlier)


def test_a_party_heard_twice_is_one_voice_in_the_score(world: World, again: PartyPosition) -> None:
    PartyPosition.objects.filter(hearing=1).update(
        state="answered", position="denies", answered_at=again.notified_at
    )
    answered(world, again)
    file = files_of([again.incident_id])[again.incident_id]
    assert [one.hearing for one in file.positions] == [2]


def test_once_however_often_the_queue_repeats(again: PartyPosition) -> None:
    asked = Event.objects.filter(kind=Kind.POSITION_REQUESTED).count()
    Event.objects.filter(kind=Kind.REOPENING_ADMITTED)
    settle()
    assert Event.objects.filter(kind=Kind.POSITION_REQUESTED).count() == asked == 2
