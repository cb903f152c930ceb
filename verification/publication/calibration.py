"""How often the scores were right: what was said before a decision against what was decided. Pure.

Only scores that stood before the decision count, so none had learned from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verification.publication.svg import Canvas, Markup

BINS = 10
FEWEST = 20  # decided incidents below which the picture would show chance


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers given about the same probability: their mean, and the share that were decided so."""

    low: float
    high: float
    mean: float
    share: float
    n: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """`bins` is empty below FEWEST decided incidents; error = mean gap, weighted by answers."""

    n_decided: int
    bins: tuple[Bin, ...]
    error: float

    @property
    def missing(self) -> int:
        """Return how many decided incidents are still wanting."""
        return max(0, FEWEST - self.n_decided)


def calibration_of(decided: Sequence[tuple[Mapping[str, float], str]]) -> Calibration:
    """Return the calibration of (score before the decision, decided answer) pairs."""
    if len(decided) < FEWEST:
        return Calibration(len(decided), (), 0.0)
    heaps: dict[int, list[tuple[float, bool]]] = {}
    for p, answer in decided:
        for name, value in p.items():
            heaps.setdefault(min(int(value * BINS), BINS - 1), []).append((value, name == answer))
    bins = []
    for number, heap in sorted(heaps.items()):
        n = len(heap)
        mean = sum(value for value, _right in heap) / n
        share = sum(right for _value, right in heap) / n
        bins.append(Bin(number / BINS, (number + 1) / BINS, mean, share, n))
    total = sum(one.n for one in bins)
    error = sum(one.n * abs(one.mean - one.share) for one in bins) / total
    return Calibration(len(decided), tuple(bins), error)


def calibration_plot(
    found: Calibration, *, title: str, desc: str, across: str, up: str, rtl: bool = False
) -> Markup:
    """Return a dot per bin over the diagonal on which honest probabilities lie."""
    side, edge = 320.0, 44.0
    canvas = Canvas(width=side + edge + 12, height=side + edge + 12, rtl=rtl)

    def x(p: float) -> float:
        return edge + side * p

    def y(p: float) -> float:
        return 6 + side * (1.0 - p)

    parts = [
        canvas.line(x(0), y(0), x(1), y(1), class_="rule"),
        canvas.line(x(0), y(0), x(1), y(0), class_="rule"),
        canvas.line(x(0), y(0), x(0), y(1), class_="rule"),
        canvas.text(x(0.5), side + 38, across, anchor="middle", class_="quiet"),
        canvas.text(x(0) + 6, 18, up, class_="quiet"),
    ]
    for one in found.bins:
        parts.append(canvas.dot(x(one.mean), y(one.share), 3 + min(9.0, one.n**0.5), class_="mark"))
    for tick in (0.0, 0.5, 1.0):
        parts.append(
            canvas.text(x(tick), side + 22, f"{tick:.0%}", anchor="middle", class_="quiet")
        )
        parts.append(
            canvas.text(edge - 6, y(tick) + 4, f"{tick:.0%}", anchor="end", class_="quiet")
        )
    return canvas.drawing(*parts, title=title, desc=desc)
