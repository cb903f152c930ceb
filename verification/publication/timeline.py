"""The days of the timeline, and what was recorded on each. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from verification.publication.faces import Day
from verification.publication.filters import IncidentFilter
from verification.publication.shapes import ALLEGATION, CONTESTED, FINDING

LONGEST_TIMELINE_DAYS = 400  # beyond it the picture has less than two pixels for a day


def day_edges(
    days: tuple[date, date] | None,
    *,
    begins: datetime | None,
    ends: datetime | None,
    wanted: IncidentFilter,
    zone: ZoneInfo,
    at: datetime,
) -> list[datetime]:
    """Return the midnights that bound the days from entry into force to the last event (or now).

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
    size = min((last_day - first_day).days + 1, LONGEST_TIMELINE_DAYS)
    if size < 1:
        return []
    return [_midnight(first_day + timedelta(days=n), zone) for n in range(size + 1)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=zone)


def days_of(
    counts: Mapping[tuple[date, str], int], edges: Sequence[datetime], shares: Sequence[float]
) -> list[Day]:
    """Return each day's incidents by shape; an incident counts on the first day of its window."""
    return [
        Day(
            begins=edge,
            allegations=counts.get((edge.date(), ALLEGATION), 0),
            contested=counts.get((edge.date(), CONTESTED), 0),
            findings=counts.get((edge.date(), FINDING), 0),
            coverage=share,
        )
        for edge, share in zip(edges[:-1], shares, strict=True)
    ]
