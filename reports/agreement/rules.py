"""Pure questions about terms: periods in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
