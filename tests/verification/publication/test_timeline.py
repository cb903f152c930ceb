"""The days of the timeline, in the agreement's own time, and what counts on which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from verification.publication.filters import IncidentFilter
from verification.publication.timeline import LONGEST_TIMELINE_DAYS, day_edges, days_of

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


def test_it_has_a_longest_length_and_none_before_any_truce() -> None:
    assert len(edges(Dot(NOON + timedelta(days=5000)))) == LONGEST_TIMELINE_DAYS + 1
    assert edges(begins=None) == []


@pytest.mark.parametrize(
    ("hour_utc", "day"),
    [(19, date(2020, 10, 10)), (20, date(2020, 10, 11))],  # midnight in Baku is 20:00 UTC
)
def test_an_incident_counts_on_its_local_day(hour_utc: int, day: date) -> None:
    dot: Any = Dot(datetime(2020, 10, 10, hour_utc, tzinfo=UTC), "finding")
    limits = day_edges(
        span([dot]), begins=NOON, ends=None, wanted=IncidentFilter(), zone=BAKU, at=NOW
    )
    counts = {(dot.window_from.astimezone(BAKU).date(), dot.shape): 1}
    found = days_of(counts, limits, [0.25] * (len(limits) - 1))
    assert [d.begins.date() for d in found if d.findings] == [day]
    assert {d.coverage for d in found} == {0.25}
