"""The days of the timeline, in the agreement's own time, and what counts on which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from verification.publication.faces import Day
from verification.publication.filters import IncidentFilter
from verification.publication.timeline import day_edges, days_of, step_of, truce_shape

BAKU = ZoneInfo("Asia/Baku")
NOON = datetime(2020, 10, 10, 8, tzinfo=UTC)
NOW = datetime(2020, 10, 14, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Dot:
    """What the timeline looks at."""

    window_from: datetime
    shape: str = "allegation"


def edges(*dots: Any, **changes: Any) -> list[date]:
    asked = {"begins": NOON, "ends": None, "wanted": IncidentFilter(), "zone": BAKU, "at": NOW}
    return [edge.date() for edge in day_edges(span(dots), **(asked | changes))]


def span(dots: Any) -> tuple[date, date] | None:
    """Return the first and the last local day of these."""
    days = sorted(dot.window_from.astimezone(BAKU).date() for dot in dots)
    return (days[0], days[-1]) if days else None


def test_it_begins_with_the_truce_and_ends_with_the_last_event() -> None:
    found = edges(Dot(NOON + timedelta(days=2)))
    assert (found[0], found[-2], len(found)) == (date(2020, 10, 10), date(2020, 10, 12), 4)


def test_a_truce_that_ended_is_shown_whole_but_never_beyond_now() -> None:
    assert edges(ends=NOON + timedelta(days=1))[-2] == date(2020, 10, 11)
    assert edges(ends=NOON + timedelta(days=30))[-2] == date(2020, 10, 14)


def test_an_event_that_crosses_its_beginning_moves_the_first_day() -> None:
    assert edges(Dot(NOON - timedelta(days=1)))[0] == date(2020, 10, 9)


def test_a_filter_cuts_both_ends() -> None:
    wanted = IncidentFilter(since=date(2020, 10, 11), until=date(2020, 10, 12))
    dots = [Dot(NOON + timedelta(days=n)) for n in range(5)]
    assert edges(*dots, wanted=wanted) == [date(2020, 10, d) for d in (11, 12, 13)]
    assert edges(*dots, wanted=IncidentFilter(until=date(2020, 1, 1))) == []


def test_a_long_truce_is_told_by_the_week_then_by_the_month() -> None:
    assert edges(begins=None) == []
    weeks = edges(Dot(NOON + timedelta(days=300)))
    assert {day.weekday() for day in weeks[1:-1]} == {0}
    assert len(weeks) == 45
    months = edges(Dot(NOON + timedelta(days=3650)))
    assert {day.day for day in months[1:-1]} == {1}
    assert [step_of(n) for n in (120, 121, 840, 841)] == ["day", "week", "week", "month"]


def bars(*counts: int) -> list[Day]:
    """Return bars of one day with so many allegations."""
    return [
        Day(NOON + timedelta(days=n), NOON + timedelta(days=n + 1), count, 0, 0, 0.0)
        for n, count in enumerate(counts)
    ]


class TestTheShapeOfATruce:
    def test_an_even_one_is_half_done_at_half_its_time(self) -> None:
        shape = truce_shape(bars(*[5] * 10))
        assert shape is not None
        assert shape.half_at == pytest.approx(0.5)
        assert (shape.total, shape.sums[-1], shape.sums[0]) == (50, 50, 5)

    def test_a_decay_is_half_done_early_and_a_relapse_is_found_late(self) -> None:
        shape = truce_shape(bars(30, 10, 5, 1, 0, 0, 12, 0, 0, 0))
        assert shape is not None
        assert shape.half_at < 0.2
        assert (shape.peak, shape.peak_after_half) == (0, 6)

    def test_too_little_has_no_shape(self) -> None:
        assert truce_shape(bars(1, 2, 3)) is None
        assert truce_shape(bars(20, 20)) is None


@pytest.mark.parametrize(
    ("hour_utc", "day"),
    [(19, date(2020, 10, 10)), (20, date(2020, 10, 11))],  # midnight in Baku is 20:00 UTC
)
def test_an_incident_counts_on_its_local_day(hour_utc: int, day: date) -> None:
    dot: Any = Dot(datetime(2020, 10, 10, hour_utc, tzinfo=UTC), "finding")
    limits = day_edges(
        span([dot]), begins=NOON, ends=None, wanted=IncidentFilter(), zone=BAKU, at=NOW
    )
    starts = [edge.date() for edge in limits]
    counts = {(starts.index(dot.window_from.astimezone(BAKU).date()), dot.shape): 1}
    found = days_of(counts, limits, [0.25] * (len(limits) - 1))
    assert [d.begins.date() for d in found if d.findings] == [day]
    assert {d.coverage for d in found} == {0.25}
