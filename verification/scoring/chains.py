"""In which order incidents of one exchange happened, as far as their uncertain times tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from verification.engine.order import Window, p_answers, p_before, p_chain, p_first

HOUR = 3600.0
ANSWERS_WITHIN_HOURS = 24.0  # a later incident this soon may be an answer to an earlier one


@dataclass(frozen=True, slots=True)
class Timed:
    """An incident and the half-open window it happened in."""

    code: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """Two incidents next to each other in the likeliest order."""

    earlier: str
    later: str
    p_before: float
    p_within: float  # that the later followed within ANSWERS_WITHIN_HOURS


@dataclass(frozen=True, slots=True)
class Chain:
    """Incidents by the middle of their windows, with how sure that order is."""

    codes: tuple[str, ...]
    first: dict[str, float]  # code -> probability that it was the first of all
    steps: tuple[Step, ...]
    p_order: float  # that all happened in exactly this order


def chain_of(incidents: Sequence[Timed]) -> Chain | None:
    """Return the order of two or more incidents; None for fewer.

    Times are taken as even within their windows and as independent of each other.
    """
    if len(incidents) < 2:
        return None
    ordered = sorted(incidents, key=lambda i: (i.begins + (i.ends - i.begins) / 2, i.code))
    origin = min(i.begins for i in ordered)
    windows = [
        Window((i.begins - origin).total_seconds() / HOUR, (i.ends - origin).total_seconds() / HOUR)
        for i in ordered
    ]
    firsts = p_first(windows)
    return Chain(
        codes=tuple(i.code for i in ordered),
        first={i.code: float(p) for i, p in zip(ordered, firsts, strict=True)},
        steps=tuple(
            Step(
                a.code,
                b.code,
                p_before(wa, wb),
                p_answers(wa, wb, ANSWERS_WITHIN_HOURS),
            )
            for (a, wa), (b, wb) in pairwise(zip(ordered, windows, strict=True))
        ),
        p_order=p_chain(windows),
    )
