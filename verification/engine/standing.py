"""How many breaches each party committed, how sure that is, and whether parties can be compared.

Intervals come from a random audit, never from the model's own certainty: a model that is sure
and wrong would publish narrow nonsense (docs/scoring.md section 9).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from verification.engine.labels import BadClaims
from verification.engine.special import beta_cdf, gamma_quantile, student_quantile
from verification.engine.types import FloatArray, IntArray

LEVEL = 0.90
PSEUDO_AUDITS = 2.0  # audits worth of caution added to every variance
LEARNED = 5  # numbers an audit has also taught what predicts it: base rates, pool, trust in it
RATE_SHAPE, RATE_DAYS = 0.5, 0.0  # Jeffreys prior of a Poisson rate


@dataclass(frozen=True)
class Estimate:
    """An estimated count with its interval. variance is that of the count."""

    value: float
    low: float
    high: float
    variance: float
    n_audited: int


def audited_count(
    predicted: FloatArray, audited: IntArray, true: FloatArray, *, level: float = LEVEL
) -> Estimate:
    """Return how many breaches (or how much severity) there were, by prediction-powered inference.

    Shapes: predicted (N,): the engine's weight times probability, from a fit that did not see the
            audited decisions; audited (n,): positions of a random sample; true (n,): what the
            panel found there (weight or 0).
    Units:  the interval covers the truth in about `level` of all missions.
    Errors: BadClaims with fewer than two audits or different lengths.
    Source: equation 12; Angelopoulos et al. 2023 (PPI), PPI++ for the tuned weight.
    """
    n, size = len(audited), len(predicted)
    if n < 2 or len(true) != n:
        raise BadClaims(f"an interval needs two audits with results, got {n} and {len(true)}")
    seen = predicted[audited]
    power = _power(seen, true, predicted, n)
    rectified = true - power * seen
    mean = float(power * predicted.mean() + rectified.mean())
    rest = max(0.0, 1.0 - n / size)  # audited incidents are known, only the rest is guessed
    spread = _cautious_variance(rectified, seen, true)
    variance = size * size * rest * (spread / n)
    half = student_quantile(0.5 + level / 2, _freedom(n)) * float(np.sqrt(variance))
    value = size * mean
    floor = float(np.sum(true))
    return Estimate(
        max(value, floor), max(floor, value - half), max(floor, value + half), variance, n
    )


def _power(seen: FloatArray, true: FloatArray, predicted: FloatArray, n: int) -> float:
    """Return how far to trust the predictions, shrunk to full trust while audits are few."""
    spread = float(predicted.var())
    if spread <= 0.0:
        return 0.0
    joint = float(np.mean((seen - seen.mean()) * (true - true.mean())))
    joint += PSEUDO_AUDITS * spread / n
    return float(np.clip(joint / (float(seen.var()) + PSEUDO_AUDITS * spread / n), 0.0, 1.0))


def _cautious_variance(rectified: FloatArray, seen: FloatArray, true: FloatArray) -> float:
    """Return the residual variance with what the predictions expect mixed in.

    With few breaches in the audit the sample variance is too small by luck; the model's own
    Bernoulli variance stands in for PSEUDO_AUDITS more audits.
    """
    n = len(true)
    weight = float(np.max(true, initial=1.0))
    share = np.clip(seen / weight, 0.0, 1.0)
    expected = float(np.mean(share * (1 - share))) * weight * weight
    own = float(rectified.var(ddof=0)) * n / _freedom(n)
    return (own * n + PSEUDO_AUDITS * expected) / n


def _freedom(n_audited: int) -> int:
    """Return the degrees of freedom left when the audit has also taught the predictions.

    Cross-fitting hides each decision from its own prediction, not from the others'; without this
    the intervals held the truth in 87 to 90 % (docs/scoring.md section 8).
    """
    return max(1, n_audited - 1 - LEARNED)


@dataclass(frozen=True)
class Bounds:
    """The count if every open case went for the party, and if every one went against it."""

    low: float
    high: float


def open_case_bounds(decided: float, open_weight: float) -> Bounds:
    """Return the bounds with all open cases from or to the party."""
    if decided < 0 or open_weight < 0:
        raise BadClaims("counts and open cases cannot be negative")
    return Bounds(decided, decided + open_weight)


@dataclass(frozen=True)
class Rate:
    """A rate per covered day: Gamma(shape, days) and its interval."""

    shape: float
    days: float
    low: float
    high: float

    @property
    def mean(self) -> float:
        return self.shape / self.days


def rate_per_day(
    count: float, covered_days: float, *, variance: float = 0.0, level: float = LEVEL
) -> Rate:
    """Return the breach rate per covered day (Gamma-Poisson), count uncertainty included.

    Units:  variance is that of the count (Estimate.variance); 0 = the count is known.
    Errors: BadClaims without coverage.  Source: docs/scoring.md section 9.
    """
    if covered_days <= 0:
        raise BadClaims("a rate needs covered days")
    shape, days = count + RATE_SHAPE, covered_days + RATE_DAYS
    if variance > 0:  # same mean, wider: moments of the mixture
        inflation = (shape + variance) / shape
        shape, days = shape / inflation, days / inflation
    tail = (1 - level) / 2
    return Rate(
        shape, days, gamma_quantile(tail, shape, days), gamma_quantile(1 - tail, shape, days)
    )


def p_rate_exceeds(a: Rate, b: Rate) -> float:
    """Return P(rate a > rate b) for independent Gamma rates, exactly.

    Source: the ratio of two Gammas is a Beta prime; docs/scoring.md section 9.
    """
    return beta_cdf(b.days / (a.days + b.days), b.shape, a.shape)


class Refusal(StrEnum):
    """Why no comparison is supported."""

    UNEVEN_COVERAGE = "coverage_too_uneven"
    TOO_MANY_OPEN = "too_many_open"
    TOO_FEW = "too_few"
    NO_AUDIT = "no_audit"
    NOT_DISTINCT = "not_distinct"


@dataclass(frozen=True)
class Thresholds:
    """Where a comparison starts to be supported; the standing room owns the values."""

    coverage_ratio: float = 3.0
    least_breaches: float = 5.0
    least_audits: int = 30
    certainty: float = 0.95


@dataclass(frozen=True)
class Side:
    """What is known of one party: estimate or None, decided and open counts, covered days."""

    estimate: Estimate | None
    decided: float
    open_cases: float
    covered_days: float


@dataclass(frozen=True)
class Comparison:
    """p_first_worse is None when a rate cannot be formed; refusals empty = a verdict holds."""

    p_first_worse: float | None
    refusals: tuple[Refusal, ...]

    @property
    def is_supported(self) -> bool:
        return not self.refusals


def compare(first: Side, second: Side, thresholds: Thresholds) -> Comparison:
    """Return whether one party's rate exceeds the other's, or every reason not to say so.

    Source: records.md (standing); docs/scoring.md section 9.
    """
    refusals: list[Refusal] = []
    days = sorted([first.covered_days, second.covered_days])
    if days[0] <= 0:
        return Comparison(None, (Refusal.UNEVEN_COVERAGE,))
    if days[1] > thresholds.coverage_ratio * days[0]:
        refusals.append(Refusal.UNEVEN_COVERAGE)
    audited = [side.estimate.n_audited if side.estimate else 0 for side in (first, second)]
    if min(audited) < thresholds.least_audits:
        refusals.append(Refusal.NO_AUDIT)
    if first.decided + second.decided < thresholds.least_breaches:
        refusals.append(Refusal.TOO_FEW)
    if _order_can_turn(first, second):
        refusals.append(Refusal.TOO_MANY_OPEN)
    p = p_rate_exceeds(_rate(first), _rate(second))
    if max(p, 1 - p) < thresholds.certainty:
        refusals.append(Refusal.NOT_DISTINCT)
    return Comparison(p, tuple(refusals))


def _rate(side: Side) -> Rate:
    if side.estimate is None:
        return rate_per_day(side.decided, side.covered_days)
    return rate_per_day(side.estimate.value, side.covered_days, variance=side.estimate.variance)


def _order_can_turn(first: Side, second: Side) -> bool:
    """Return whether open cases, all to one side, could turn the order of decided rates."""
    a, b = first.decided / first.covered_days, second.decided / second.covered_days
    worst_a = (first.decided + first.open_cases) / first.covered_days
    worst_b = (second.decided + second.open_cases) / second.covered_days
    return worst_b >= a if a > b else worst_a >= b
