"""A weighted average of ballots: the plain model that wins while there is little data.

Each statement is a ballot over the candidates; each source has one precision, learned from how
far its ballots lie from the averages. After BWA of Li, Rubinstein and Cohn (ICML 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.numeric import normalise, sum_by
from verification.engine.types import FloatArray, IntArray
from verification.engine.votes import clamp

PRIOR_VOTES = 15.0  # votes' worth of belief that a source is of average precision
PRIOR_BALLOT = 1.0  # average votes' worth of belief in the base rates
ROUNDS = 30
SETTLED = 1e-6


@dataclass(frozen=True, eq=False)
class Averaged:
    """Shapes: p (N, C) before clamping decided items; weight (S,), mean about 1; rates (C,)."""

    p: FloatArray
    weight: FloatArray
    rates: FloatArray


def average_ballots(
    item: IntArray,
    source: IntArray,
    ballot: FloatArray,
    scale: FloatArray,
    rates: FloatArray,
    gold: IntArray,
    n_sources: int,
    learn_rates: bool = True,
    worth: FloatArray | None = None,
) -> Averaged:
    """Return source weights and the weighted average of each item's ballots.

    Shapes: item, source, scale, worth (M,); ballot (M, C), rows sum to 1; rates (C,); gold (N,);
            the rates of an item without ballots, kept as given unless learn_rates.
    Units:  scale in [0, 1]: 0 = the ballot is ignored, 1/m = one of m copies; worth in ballots,
            beside what the source's own precision makes of them; None = one each.
    Source: docs/scoring.md section 5.
    """
    n = len(gold)
    weight = np.ones(n_sources)
    cast = scale if worth is None else scale * worth
    q = clamp(_shares(item, ballot, cast, rates, n), gold)
    heard = np.bincount(source, weights=scale, minlength=n_sources)
    p = q
    for _ in range(ROUNDS):
        miss = scale * ((ballot - q.take(item, axis=0)) ** 2).sum(axis=1)
        error = np.bincount(source, weights=miss, minlength=n_sources)
        typical = max(float(miss.sum()) / max(float(scale.sum()), 1e-9), 1e-3)
        weight = (PRIOR_VOTES + heard) / (PRIOR_VOTES * typical + error) * typical
        if learn_rates:
            rates = normalise(q.sum(axis=0) + PRIOR_VOTES * rates)
        p = _shares(item, ballot, cast * weight[source], rates, n)
        moved = float(np.abs(clamp(p, gold) - q).mean()) if n else 0.0
        q = clamp(p, gold)
        if moved < SETTLED:
            break
    return Averaged(p, weight, rates)


def _shares(
    item: IntArray, ballot: FloatArray, weight: FloatArray, rates: FloatArray, n: int
) -> FloatArray:
    return normalise(sum_by(item, ballot * weight[:, None], n) + PRIOR_BALLOT * rates)
