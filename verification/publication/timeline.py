"""The bars of the timeline, what was recorded in each, and the shape they make. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from verification.publication.faces import Day
from verification.publication.filters import IncidentFilter
from verification.publication.shapes import ALLEGATION, CONTESTED, FINDING

# Up to so many days a bar is a day, then a week, then a month; a bar keeps some pixels that way.
MOST_DAYS, MOST_WEEKS = 120, 120
FEWEST_FOR_SHAPE = 12  # incidents
DAY = timedelta(days=1)
BY_DAY, BY_WEEK, BY_MONTH = "day", "week", "month"


def day_edges(
    days: tuple[date, date] | None,
    *,
    begins: datetime | None,
    ends: datetime | None,
    wanted: IncidentFilter,
    zone: ZoneInfo,
    at: datetime,
) -> list[datetime]:
    """Return the midnights that bound the bars from entry into force to the last event (or now).

    `days` are the first and the last on which an incident begins, if any does; an earlier one
    moves the first day. A filter's days cut both ends.
    """
    if begins is None:
        return []
    entry = begins.astimezone(zone).date()
    first_day, last_day = days or (entry, entry)
    first_day, last_day = min(entry, first_day), max(entry, last_day)
    if ends is not None:
        last_day = max(last_day, min(ends, at).astimezone(zone).date())
    first_day = max(first_day, wanted.since or first_day)
    last_day = min(last_day, wanted.until or last_day)
    if last_day < first_day:
        return []
    return [_midnight(day, zone) for day in _starts(first_day, last_day + DAY)]


def step_of(n_days: int) -> str:
    """Return what one bar of so many days stands for."""
    if n_days <= MOST_DAYS:
        return BY_DAY
    return BY_WEEK if n_days <= 7 * MOST_WEEKS else BY_MONTH


def _starts(first_day: date, end: date) -> list[date]:
    """Return the first day of each bar and the end of the last; weeks begin on Mondays."""
    step = step_of((end - first_day).days)
    starts = [first_day]
    while (following := _next(starts[-1], step)) < end:
        starts.append(following)
    return [*starts, end]


def _next(day: date, step: str) -> date:
    if step == BY_DAY:
        return day + DAY
    if step == BY_WEEK:
        return day + (7 - day.weekday()) * DAY
    return (day.replace(day=1) + 31 * DAY).replace(day=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=zone)


def days_of(
    counts: Mapping[tuple[int, str], int], edges: Sequence[datetime], shares: Sequence[float]
) -> list[Day]:
    """Return the bars with their incidents by shape; `counts` are by the bar's number, from 0.

    An incident counts on the first day of its window.
    """
    return [
        Day(
            begins=begins,
            ends=ends,
            allegations=counts.get((bar, ALLEGATION), 0),
            contested=counts.get((bar, CONTESTED), 0),
            findings=counts.get((bar, FINDING), 0),
            coverage=share,
        )
        for bar, ((begins, ends), share) in enumerate(zip(pairwise(edges), shares, strict=True))
    ]


@dataclass(frozen=True, slots=True)
class TruceShape:
    """How a truce went, as one curve: all incidents so far, beside the same at a constant rate."""

    total: int
    sums: tuple[int, ...]  # after each bar
    half_at: float  # share of the time by which half of them had begun; 0.5 at a constant rate
    peak: int  # the bar with most incidents by its length
    peak_after_half: int  # the same within the second half of the time; -1 where nothing is


def truce_shape(days: Sequence[Day]) -> TruceShape | None:
    """Return the shape; None under FEWEST_FOR_SHAPE incidents or three bars: chance would speak."""
    counts = [day.allegations + day.contested + day.findings for day in days]
    total = sum(counts)
    if total < FEWEST_FOR_SHAPE or len(days) < 3:
        return None
    sums = tuple(accumulate(counts))
    whole = days[-1].ends - days[0].begins
    bar = next(at for at, so_far in enumerate(sums) if so_far * 2 >= total)
    before = sums[bar] - counts[bar]
    inside = (total / 2 - before) / counts[bar]
    half = days[bar].begins - days[0].begins + inside * (days[bar].ends - days[bar].begins)
    rates = [
        n / (day.ends - day.begins).total_seconds() for n, day in zip(counts, days, strict=True)
    ]
    later = [at for at, day in enumerate(days) if day.begins - days[0].begins >= whole / 2]
    last = max(later, key=lambda at: rates[at], default=-1)
    return TruceShape(
        total=total,
        sums=sums,
        half_at=half / whole,
        peak=max(range(len(days)), key=lambda at: rates[at]),
        peak_after_half=last if last >= 0 and counts[last] else -1,
    )
