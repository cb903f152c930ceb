"""The days of the timeline, and what was recorded on each. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from verification.publication.faces import Day, PublicIncident
from verification.publication.filters import IncidentFilter
from verification.publication.shapes import ALLEGATION, CONTESTED, FINDING

LONGEST_TIMELINE_DAYS = 400  # beyond it the picture has less than two pixels for a day


def day_edges(
    incidents: Iterable[PublicIncident],
    *,
    begins: datetime | None,
    ends: datetime | None,
    wanted: IncidentFilter,
    zone: ZoneInfo,
    at: datetime,
) -> list[datetime]:
    """Return the midnights that bound the days from entry into force to the last event (or now).

    Incidents that begin earlier move the first day; a filter's days cut both ends.
    """
    if begins is None:
        return []
    starts = [i.window_from for i in incidents]
    last = max([begins, *starts])
    if ends is not None:
        last = max(last, min(ends, at))
    first_day = min([begins, *starts]).astimezone(zone).date()
    last_day = last.astimezone(zone).date()
    first_day = max(first_day, wanted.since or first_day)
    last_day = min(last_day, wanted.until or last_day)
    size = min((last_day - first_day).days + 1, LONGEST_TIMELINE_DAYS)
    if size < 1:
        return []
    return [_midnight(first_day + timedelta(days=n), zone) for n in range(size + 1)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=zone)


def days_of(
    incidents: Iterable[PublicIncident], edges: Sequence[datetime], shares: Sequence[float]
) -> list[Day]:
    """Return each day's incidents by shape; an incident counts on the first day of its window."""
    if len(edges) < 2:
        return []
    zone = edges[0].tzinfo
    counted = Counter((i.window_from.astimezone(zone).date(), i.shape) for i in incidents)
    return [
        Day(
            begins=edge,
            allegations=counted[edge.date(), ALLEGATION],
            contested=counted[edge.date(), CONTESTED],
            findings=counted[edge.date(), FINDING],
            coverage=share,
        )
        for edge, share in zip(edges[:-1], shares, strict=True)
    ]
