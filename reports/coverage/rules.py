"""Pure questions about coverage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

SETTLED_H = 6  # hours; as the log holds filings back
Window = tuple[datetime, datetime]


def covered_hours(windows: Iterable[Window], *, begins: datetime, ends: datetime) -> float:
    """Return the hours of [begins, ends) in which at least one window was open.

    Overlapping watches count once: ten observers at one place do not make ten times the time.
    """
    total = timedelta()
    reached = begins
    for opened, closed in sorted(windows):
        opened, closed = max(opened, reached), min(closed, ends)
        if closed > opened:
            total += closed - opened
            reached = closed
    return total.total_seconds() / 3600


def shares_between(spans: Sequence[Window], edges: Sequence[datetime]) -> list[float]:
    """Return for each pair of neighbouring edges the share (0..1) that the spans cover.

    The spans do not overlap and stand in order, so both are walked through once.
    """
    shares = []
    at = 0
    for begins, ends in pairwise(edges):
        covered = timedelta()
        while at < len(spans) and spans[at][1] <= begins:
            at += 1
        here = at
        while here < len(spans) and spans[here][0] < ends:
            covered += min(spans[here][1], ends) - max(spans[here][0], begins)
            here += 1
        hours = (ends - begins).total_seconds() / 3600
        shares.append(covered.total_seconds() / 3600 / hours if hours else 0.0)
    return shares


def merged(windows: Iterable[Window], *, begins: datetime, ends: datetime) -> list[Window]:
    """Return windows cut to [begins, ends), in order, overlapping and touching ones as one."""
    spans: list[Window] = []
    for opened, closed in sorted(windows):
        opened, closed = max(opened, begins), min(closed, ends)
        if closed <= opened:
            continue
        if spans and opened <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], closed))
        else:
            spans.append((opened, closed))
    return spans


WHOLE, PART = 0.9, 0.001  # share of a day that counts as watched, as watched in part


def told_share(share: float) -> float:
    """Return a share of a day as it is told: by quarters.

    A finer one over two days that a watch spans says when it began and when it ended.
    """
    if share < PART:
        return 0.0
    return 1.0 if share >= WHOLE else min(3, max(1, round(4 * share))) / 4


def settled_until(at: datetime) -> datetime:
    """Return the instant up to which watches are told: the last beginning of a quarter day, UTC.

    What follows from a watch is seen from outside, if only by when a log grows. Told at once, it
    would say when somebody came or went.
    """
    at = at.astimezone(UTC)
    return at.replace(hour=at.hour - at.hour % SETTLED_H, minute=0, second=0, microsecond=0)


def covers_whole(windows: Iterable[Window], *, begins: datetime, ends: datetime) -> bool:
    """Answer whether the windows together leave no moment of [begins, ends) unwatched."""
    reached = begins
    for opened, closed in sorted(windows):
        if opened > reached:
            break
        reached = max(reached, closed)
    return reached >= ends
