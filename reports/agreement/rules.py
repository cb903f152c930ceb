"""Pure questions about terms: periods in force, and how long each step of a case may take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open period [from, until); until None means open."""

    begins: datetime
    ends: datetime | None

    def contains(self, instant: datetime) -> bool:
        return self.begins <= instant and (self.ends is None or instant < self.ends)

    def relation(self, window_from: datetime, window_until: datetime) -> str:
        """Return how a window lies to the period: inside, outside or crosses.

        Both are half-open, so a window that ends exactly when the period begins lies outside.
        """
        if window_until <= self.begins or (self.ends is not None and window_from >= self.ends):
            return "outside"
        if window_from >= self.begins and (self.ends is None or window_until <= self.ends):
            return "inside"
        return "crosses"


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long each step may take under one version of the text."""

    version: int
    triage: timedelta
    reply: timedelta
    ballots: timedelta
    decision: timedelta
    recommendation: timedelta


def limits_at(versions: Sequence[tuple[datetime, TimeLimits]], at: datetime) -> TimeLimits:
    """Return the limits of the version last begun by an instant; before the first, the first's.

    A case outlives the text it is judged by: the last text's clock goes on after its end.
    """
    begun = [limits for begins, limits in versions if begins <= at]
    return begun[-1] if begun else versions[0][1]
