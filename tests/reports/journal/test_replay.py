"""A replay runs its own follow-ups at its own clock, and leaves those of others alone."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from reports.journal import handlers
from reports.journal.actions import record_event, recorded_events
from reports.journal.drain import drain
from reports.journal.kinds import Kind
from reports.journal.models import Event, Job
from reports.journal.queries import unfinished
from tests.factories import NOW, World, a_report

LONG_AGO = datetime(2020, 10, 11, tzinfo=UTC)


@pytest.fixture
def seen(world: World, monkeypatch: pytest.MonkeyPatch) -> list[tuple[uuid.UUID, datetime]]:
    """Install a chain of two handlers that write down what they were given."""
    drain(clock=story_clock)  # what making the world left to do
    given: list[tuple[uuid.UUID, datetime]] = []
    monkeypatch.setattr(handlers, "_by_kind", {})
    monkeypatch.setattr(handlers, "_by_name", {})

    def accept(*, event: Event, at: datetime) -> None:
        given.append((event.pk, at))
        record(Kind.REPORT_ACCEPTED, at)

    def notice(*, event: Event, at: datetime) -> None:
        given.append((event.pk, at))

    handlers.install({Kind.REPORT_FILED: (accept,), Kind.REPORT_ACCEPTED: (notice,)})

    def record(kind: Kind, at: datetime) -> Event:
        return record_event(kind=kind, subject=world.agreement, by=None, at=at)

    return given


def story_clock(event: Event) -> datetime:
    return event.at


class TestReplay:
    def test_others_wait_for_their_own_worker(
        self, world: World, seen: list[tuple[uuid.UUID, datetime]]
    ) -> None:
        foreign = a_report(world)
        with recorded_events() as own:
            event = record_event(
                kind=Kind.REPORT_FILED, subject=world.agreement, by=None, at=LONG_AGO
            )
            assert drain(clock=story_clock, only=own) == 2
        assert {at for _, at in seen} == {LONG_AGO}
        assert event.pk in own and {pk for pk, _ in seen} == own
        waiting = Job.objects.get(done_at=None)
        assert waiting.event.subject_id == foreign.pk and waiting.attempts == 0
        assert unfinished(own) == []
        assert unfinished([waiting.event_id]) == ["accept of report.filed: "]

    def test_without_a_limit_everything_is_run(
        self, world: World, seen: list[tuple[uuid.UUID, datetime]]
    ) -> None:
        a_report(world)
        assert drain(clock=story_clock) == 2
        assert [at for _, at in seen] == [NOW, NOW]
        assert drain(only=[]) == 0

    def test_collecting_ends_with_the_block(self, world: World) -> None:
        with recorded_events() as own:
            a_report(world)
        before = set(own)
        a_report(world)
        assert own == before and len(own) == 1


def test_a_failing_follow_up_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "_by_kind", {})
    monkeypatch.setattr(handlers, "_by_name", {})

    def break_down(**_: Any) -> None:
        raise ValueError("no such thing")

    handlers.install({Kind.REPORT_FILED: (break_down,)})
    with recorded_events() as own:
        a_report(world)
        assert drain(only=own) == 1
    assert unfinished(own) == ["break_down of report.filed: ValueError: no such thing"]
