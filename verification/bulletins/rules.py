"""When a bulletin is due, what its day is, and whether its figures add up. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reports.agreement.rules import Period

GRACE = timedelta(minutes=15)  # after the cut-off, so that what was under way is on the record
MOST_BEHIND = 14  # days drafted late, one bulletin each; what is older is left to the next one
QUARTER_H = 6  # hours; coverage is told by quarters of a day, as watches settle


def code_of(prefix: str, number: int) -> str:
    """Return the public code of an agreement's bulletin."""
    return f"{prefix}-B{number:04d}"


def period_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the half-open period of a day in a zone: from midnight to midnight."""
    return (
        datetime.combine(day, datetime.min.time(), tzinfo=zone),
        datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=zone),
    )


def days_due(last: date | None, zone: ZoneInfo, *, at: datetime) -> list[date]:
    """Return the days that are over and have no bulletin yet, earliest first.

    `last` is the day of the latest bulletin. Before the first one only the last day over is due.
    """
    over = (at - GRACE).astimezone(zone).date() - timedelta(days=1)
    first = (
        over
        if last is None
        else max(last + timedelta(days=1), over - timedelta(days=MOST_BEHIND - 1))
    )
    return [first + timedelta(days=n) for n in range((over - first).days + 1)]


def is_in_force(periods: Iterable[Period], begins: datetime, ends: datetime) -> bool:
    """Answer whether some text was in force at any instant of [begins, ends)."""
    return any(p.begins < ends and (p.ends is None or p.ends > begins) for p in periods)


def quarter_edges(begins: datetime, ends: datetime) -> list[datetime]:
    """Return the edges of the quarters of a day; where clocks change the last is odd."""
    edges = [begins]
    while edges[-1] + timedelta(hours=QUARTER_H) < ends:
        edges.append(edges[-1] + timedelta(hours=QUARTER_H))
    return [*edges, ends]


def sums_that_fail(content: dict[str, Any]) -> list[str]:
    """Return every sum of a bulletin that does not come out; nothing if all do."""
    complaints, received = content["complaints"], content["received"]
    seen, incidents = content["observations"], content["incidents"]
    kinds = incidents["kinds"]
    shapes = ("allegation", "contested", "finding")
    checks = {
        "complaints before": (sum(c["before"] for c in complaints), received["before"]),
        "complaints now": (sum(c["now"] for c in complaints), received["now"]),
        "received": (received["before"] + received["period"], received["now"]),
        "observations": (
            sum(k["all"] for k in seen["kinds"]) + sum(n["count"] for n in seen["not_counted"]),
            received["period"],
        ),
        "observations by kind": (
            sum(k["observers"] + k["public"] + k["denials"] for k in seen["kinds"]),
            sum(k["all"] for k in seen["kinds"]),
        ),
        "incidents": (sum(k["all"] for k in kinds), incidents["standing"]),
        "incidents by shape": (sum(k[s] for k in kinds for s in shapes), incidents["standing"]),
        "incidents opened": (
            incidents["standing"] + incidents["merged"] + incidents.get("withheld", 0),
            incidents["opened"],
        ),
        "opened in the period": (sum(k["new"] for k in kinds), len(incidents["new"])),
    }
    return [
        f"{name}: {left} is not {right}" for name, (left, right) in checks.items() if left != right
    ]
