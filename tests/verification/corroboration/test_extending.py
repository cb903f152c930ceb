"""A deadline is extended once, in time, within bounds, by somebody neutral, for a reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from reports.journal.kinds import Kind
from reports.people.actions import record_alignment
from reports.problems import Invalid, MoveRefused, NotAllowed, StaleState
from tests.factories import NOW, World, an_incident
from tests.proofs import at_once, no_trace, one_event, refused
from verification.corroboration.actions import (
    Answer,
    answer_notice,
    extend_deadline,
    lapse_overdue_positions,
)
from verification.corroboration.models import PartyPosition
from verification.corroboration.rules import longest_extension

HOUR = timedelta(hours=1)


@pytest.fixture
def notice(world: World) -> PartyPosition:
    return an_incident(world).positions.get()


def extend(world: World, notice: PartyPosition, **changes: Any) -> PartyPosition:
    given = {
        "until": notice.due_at + 24 * HOUR,
        "reason": "The roads were closed.",
        "by": world.chair,
        "at": NOW,
    }
    return extend_deadline(position=notice, **{**given, **changes})


def test_one_event_and_the_first_deadline_is_kept(world: World, notice: PartyPosition) -> None:
    first = notice.due_at
    with one_event(Kind.POSITION_EXTENDED) as left:
        extend(world, notice)
    notice.refresh_from_db()
    assert (notice.first_due_at, notice.due_at) == (first, first + 24 * HOUR)
    assert (notice.extended_by, notice.extended_at) == (world.chair, NOW)
    assert left[0].payload == {"party": "ARM", "until": notice.due_at.isoformat()}


def test_the_clock_waits_for_the_new_deadline(world: World, notice: PartyPosition) -> None:
    first = notice.due_at
    extend(world, notice)
    with no_trace():
        assert lapse_overdue_positions(at=first + HOUR) == 0
    assert lapse_overdue_positions(at=first + 24 * HOUR) == 1


def test_once(world: World, notice: PartyPosition) -> None:
    extend(world, notice)
    with refused(MoveRefused, saying="that can be done once"):
        extend(world, notice)
    for column in ("due_at", "first_due_at"):
        with pytest.raises(ProgrammingError, match="Cannot update rows"), transaction.atomic():
            PartyPosition.objects.filter(pk=notice.pk).update(**{column: NOW})


def test_not_when_its_time_is_over_or_it_has_answered(world: World, notice: PartyPosition) -> None:
    with refused(MoveRefused, saying="The time to answer is over"):
        extend(world, notice, at=notice.due_at)
    answer_notice(
        position=notice, answer=Answer("no_position", "", ""), by=world.liaison_arm, at=NOW
    )
    with refused(MoveRefused, saying="The time to answer is over"):
        extend(world, notice)


def test_no_longer_than_the_party_had_at_first(world: World, notice: PartyPosition) -> None:
    latest = longest_extension(notified_at=notice.notified_at, due_at=notice.due_at)
    assert latest == notice.due_at + 72 * HOUR
    for until in (latest + timedelta(seconds=1), notice.due_at, notice.due_at - HOUR):
        with refused(Invalid, "until"):
            extend(world, notice, until=until)
    extend(world, notice, until=latest)


def test_never_more_than_two_weeks() -> None:
    assert longest_extension(notified_at=NOW, due_at=NOW + timedelta(days=60)) == NOW + timedelta(
        days=74
    )


@pytest.mark.parametrize("reason", ["", "Snow.", "x" * 501, "x" * 20 + "\x00"])
def test_a_reason_is_needed(world: World, notice: PartyPosition, reason: str) -> None:
    with refused(Invalid, "reason"):
        extend(world, notice, reason=reason)


def test_a_chair_who_sides_with_a_party_cannot(world: World, notice: PartyPosition) -> None:
    record_alignment(
        party=world.armenia, user=world.chair, reason="x", aligned_from=NOW, by=None, at=NOW
    )
    with refused(NotAllowed, saying="must not be aligned"):
        extend(world, notice)


def test_sixteen_at_once_extend_once(live_world: World) -> None:
    notice = an_incident(live_world).positions.get()

    def attempt() -> PartyPosition:
        return extend(live_world, PartyPosition.objects.get(pk=notice.pk))

    gave, raised = at_once([attempt] * 16)
    assert len(gave) == 1
    assert {type(problem) for problem in raised} <= {StaleState, MoveRefused}
