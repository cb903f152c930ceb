"""Which incident came first, when each is known only to lie in a window of time.

Times are taken as independent and even within half-open windows. Everything is exact: the
densities are piecewise polynomials on the windows' ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from verification.engine.labels import BadClaims
from verification.engine.types import FloatArray


@dataclass(frozen=True)
class Window:
    """When an incident happened: somewhere in [start, end), in any one unit of time."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.start) and np.isfinite(self.end) and self.start < self.end):
            raise BadClaims(f"a window needs start < end, got {self.start}, {self.end}")

    @property
    def width(self) -> float:
        return self.end - self.start


def p_gap_below(first: Window, second: Window, gap: float) -> float:
    """Return P(second - first < gap).

    Source: the difference of two even times has a trapezoid density; its integral in closed form.
    """

    def area(x: float) -> float:  # twice-integrated step
        return max(0.0, x) ** 2 / 2

    low = gap - (second.start - first.end)
    total = area(low) - area(low - first.width) - area(low - second.width)
    total += area(low - first.width - second.width)
    return float(np.clip(total / (first.width * second.width), 0.0, 1.0))


def p_before(first: Window, second: Window) -> float:
    """Return P(first happened before second)."""
    return 1.0 - p_gap_below(first, second, 0.0)


def p_answers(first: Window, second: Window, within: float) -> float:
    """Return P(second followed first within this time): a possible retaliation."""
    if within <= 0:
        raise BadClaims("a retaliation needs a positive time to follow in")
    return p_gap_below(first, second, within) - p_gap_below(first, second, 0.0)


def p_chain(windows: Sequence[Window]) -> float:
    """Return P(the incidents happened in exactly this order).

    G_k(t) = P(the first k in order and the k-th before t) = integral of density_k G_(k-1).
    Errors: BadClaims without windows.  Source: docs/scoring.md section 10.
    """
    if not windows:
        raise BadClaims("a chain needs at least one incident")
    knots = _knots(windows)
    pieces = [np.ones(1) for _ in knots[1:]]  # G_0 = 1 on every interval, in local coordinates
    value = 1.0
    for window in windows:
        value = 0.0
        following = []
        for number, (low, high) in enumerate(pairwise(knots)):
            inside = window.start <= low and high <= window.end
            density = pieces[number] / window.width if inside else np.zeros(1)
            integral = np.concatenate([[value], density / np.arange(1, len(density) + 1)])
            following.append(integral)
            value = float(np.polynomial.polynomial.polyval(high - low, integral))
        pieces = following
    return float(np.clip(value, 0.0, 1.0))


def p_first(windows: Sequence[Window]) -> FloatArray:
    """Return, for each incident, the probability that it was the first of all (they sum to 1)."""
    if not windows:
        raise BadClaims("somebody must be first")
    knots = _knots(windows)
    p = np.zeros(len(windows))
    for low, high in pairwise(knots):
        later = [_survival(window, low, high) for window in windows]
        for number, window in enumerate(windows):
            if not (window.start <= low and high <= window.end):
                continue
            product: FloatArray = np.ones(1) / window.width
            for other, survival in enumerate(later):
                if other != number:
                    product = np.convolve(product, survival)
            powers = np.arange(1, len(product) + 1)
            p[number] += float((product / powers * (high - low) ** powers).sum())
    return p


def _knots(windows: Sequence[Window]) -> list[float]:
    return sorted({end for window in windows for end in (window.start, window.end)})


def _survival(window: Window, low: float, high: float) -> FloatArray:
    """Return P(window's time > low + x) as a polynomial in x on [low, high)."""
    if high <= window.start:
        return np.ones(1)
    if low >= window.end:
        return np.zeros(1)
    return np.array([(window.end - low) / window.width, -1.0 / window.width])
