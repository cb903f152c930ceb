"""Distribution functions the standing engine needs, so that no larger library is needed.

Regularised incomplete gamma and beta by series and continued fractions; quantiles by bisection.
"""

from __future__ import annotations

import math
from functools import lru_cache

STEPS = 400
TOLERANCE = 1e-14
TINY = 1e-300


def normal_quantile(p: float) -> float:
    """Return z with Phi(z) = p. Units: 0 < p < 1; error below 1e-12. Source: bisection on erf."""
    low, high = -12.0, 12.0
    for _ in range(120):
        middle = (low + high) / 2
        if 0.5 * math.erfc(-middle / math.sqrt(2)) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@lru_cache(maxsize=1024)
def student_quantile(p: float, freedom: float) -> float:
    """Return the quantile of Student's t. Units: freedom >= 1; error below 1e-10 for p near 1/2."""
    if p < 0.5:
        return -student_quantile(1 - p, freedom)
    low, high = 0.0, 1e4
    for _ in range(200):
        t = (low + high) / 2
        above = 0.5 * beta_cdf(freedom / (freedom + t * t), freedom / 2, 0.5)
        if 1 - above < p:
            low = t
        else:
            high = t
    return (low + high) / 2


def gamma_cdf(x: float, shape: float) -> float:
    """Return P(X <= x) for Gamma(shape, rate 1).

    Source: Abramowitz and Stegun 6.5.29 (series), 6.5.31 (continued fraction).
    """
    if x <= 0:
        return 0.0
    log_front = shape * math.log(x) - x - math.lgamma(shape)
    if x < shape + 1:
        term = total = 1.0 / shape
        n = shape
        for _ in range(STEPS * 25):
            n += 1
            term *= x / n
            total += term
            if term < total * TOLERANCE:
                break
        return min(1.0, total * math.exp(log_front))
    b, c = x + 1 - shape, 1 / TINY
    d = 1 / b
    h = d
    for i in range(1, STEPS * 25):
        a = -i * (i - shape)
        b += 2
        d = 1 / _away(a * d + b)
        c = _away(b + a / c)
        h *= d * c
        if abs(d * c - 1) < TOLERANCE:
            break
    return max(0.0, 1 - math.exp(log_front) * h)


def gamma_quantile(p: float, shape: float, rate: float = 1.0) -> float:
    """Return x with P(X <= x) = p for Gamma(shape, rate)."""
    low, high = 0.0, shape + 10 * math.sqrt(shape) + 20
    for _ in range(200):
        middle = (low + high) / 2
        if gamma_cdf(middle, shape) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2 / rate


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return P(X <= x) for Beta(a, b). Source: Abramowitz and Stegun 26.5.8 (Lentz's method)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_cdf(1 - x, b, a)
    return min(1.0, math.exp(log_front) * _beta_fraction(x, a, b) / a)


def _beta_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    h = d
    for m in range(1, STEPS * 25):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away(1 + even * d)
        c = _away(1 + even / c)
        h *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _away(1 + odd * d)
        c = _away(1 + odd / c)
        h *= d * c
        if abs(d * c - 1) < TOLERANCE:
            break
    return h


def _away(value: float) -> float:
    return value if abs(value) > TINY else TINY
