"""Intervals of rates, medians and agreement. Pure.

Rates: Wilson's score interval (Wilson 1927), which does not leave 0..1 and is honest at 0 and n.
Medians of waiting times: Kaplan and Meier's estimate, in which a step that still runs counts as
“longer than so far”; its interval holds the times at which the log-log interval of the curve
(Greenwood's variance) crosses one half (Brookmeyer and Crowley 1982). Agreement: percentiles of a
bootstrap over cases, since the ballots of one case are not independent of each other.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

LEVEL = 0.95  # of every interval
Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
RESAMPLES = 2_000
SEED = 20201010  # fixed, so that the same record gives the same interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval; None where the data do not bound it."""

    value: float | None
    low: float | None
    high: float | None


def wilson(hits: int, of: int) -> Estimate:
    """Return the share of hits with its Wilson interval; nothing of nothing is unknown."""
    if not 0 <= hits <= of:
        raise ValueError("hits lie between 0 and the number they are of")
    if of == 0:
        return Estimate(None, None, None)
    share = hits / of
    centre = share + Z**2 / (2 * of)
    spread = Z * math.sqrt(share * (1 - share) / of + Z**2 / (4 * of**2))
    scale = 1 + Z**2 / of
    # At the ends the formula gives 0 and 1 exactly, but for rounding.
    low = 0.0 if hits == 0 else (centre - spread) / scale
    high = 1.0 if hits == of else (centre + spread) / scale
    return Estimate(share, low, high)


def median_wait(ended: Sequence[float], running: Sequence[float] = ()) -> Estimate:
    """Return the median time a step takes; `running` are steps that took as long and go on."""
    at_risk = len(ended) + len(running)
    ends, leaves = Counter(ended), Counter(running)
    survival, variance = 1.0, 0.0
    value = low = high = None
    for time in sorted(ends | leaves):
        died = ends[time]
        if died:
            survival *= 1 - died / at_risk
            below, above = _log_log(survival, variance, died, at_risk)
            variance += died / (at_risk * (at_risk - died)) if at_risk > died else math.inf
            if value is None and survival <= 0.5:
                value = time
            if low is None and below <= 0.5:
                low = time
            if high is None and above <= 0.5:
                high = time
        at_risk -= died + leaves[time]
    return Estimate(value, low, high)


def _log_log(survival: float, variance: float, died: int, at_risk: int) -> tuple[float, float]:
    """Return the interval of the curve just after a time, on the scale that keeps it in 0..1."""
    if at_risk == died or survival <= 0:
        return 0.0, 0.0
    spread = math.sqrt(variance + died / (at_risk * (at_risk - died)))
    if survival >= 1:
        return 1.0, 1.0
    reach = Z * spread / abs(math.log(survival))
    return survival ** math.exp(reach), survival ** math.exp(-reach)


def alpha_interval(cases: Sequence[Sequence[str]]) -> Estimate:
    """Return Krippendorff's nominal alpha with its bootstrap interval; '' is no value.

    None where fewer than two cases can agree, or all values are one.
    """
    counted = [Counter(value for value in case if value) for case in cases]
    pairable = [counts for counts in counted if counts.total() >= 2]
    domain = sorted({value for counts in pairable for value in counts})
    if len(pairable) < 2 or len(domain) < 2:
        return Estimate(None, None, None)
    table = np.array([[counts[value] for value in domain] for counts in pairable], dtype=float)
    sizes = table.sum(axis=1)
    # Of each case: how many of its pairs differ, and how often each value was given.
    differing = (sizes**2 - (table**2).sum(axis=1)) / (sizes - 1)
    draw = np.random.default_rng(SEED)
    weights = draw.multinomial(len(table), np.full(len(table), 1 / len(table)), size=RESAMPLES)
    value = _alphas(np.ones((1, len(table))), differing, table)[0]
    sampled = _alphas(weights, differing, table)
    sampled = sampled[np.isfinite(sampled)]
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(sampled, [tail, 100 - tail])
    return Estimate(float(value), float(low), float(high))


def _alphas(weights: np.ndarray, differing: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return alpha for each row of weights over the cases; nan where all values are one."""
    observed = weights @ differing
    given = weights @ table
    total = given.sum(axis=1)
    expected = (total**2 - (given**2).sum(axis=1)) / (total - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        alphas: np.ndarray = np.where(expected > 0, 1 - observed / expected, np.nan)
    return alphas
