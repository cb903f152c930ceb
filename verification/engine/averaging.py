"""A weighted average of ballots: the plain model that wins while there is little data.

Each statement is a ballot over the candidates; each source has one precision, learned from how
far its ballots lie from the averages. After BWA of Li, Rubinstein and Cohn (ICML 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.baseline import ballots_of_labels
from verification.engine.evidence import ballot_worth
from verification.engine.numeric import normalise, sum_by
from verification.engine.types import Claims, FloatArray, IntArray, Priors
from verification.engine.votes import clamp

PRIOR_VOTES = 15.0  # votes' worth of belief that a source is of average precision
PRIOR_BALLOT = 1.0  # average votes' worth of belief in the base rates
ROUNDS = 30
SETTLED = 1e-6


@dataclass(frozen=True, eq=False)
class Ballots:
    """The ballots that statements cast.

    Shapes: ballot (M, C), rows sum to 1; scale, worth (M,).
    Units:  scale in [0, 1]: 0 = the ballot is ignored, 1/m = one of m copies; worth in ballots,
            beside what the source's own precision makes of them.
    """

    ballot: FloatArray
    scale: FloatArray
    worth: FloatArray


@dataclass(frozen=True, eq=False)
class Averaged:
    """Shapes: p (N, C) before clamping decided items; weight (S,), mean about 1; rates (C,)."""

    p: FloatArray
    weight: FloatArray
    rates: FloatArray


def cast_ballots(claims: Claims, priors: Priors, share: FloatArray) -> Ballots:
    """Return the ballots of a mission's statements; labels that name nobody cast none.

    Shapes: share (M,), what each statement counts for among its copies and strangers, in [0, 1].
    Source: docs/scoring.md section 5.
    """
    ballots, telling = ballots_of_labels(claims.n_parties, priors.class_prior)
    worth = ballot_worth(priors, claims.n_bases)
    scale = np.where(telling[claims.label] > 0, share, 0.0)
    return Ballots(ballots[claims.label], scale, worth[claims.basis, claims.label])


def tally_ballots(
    averaged: Averaged, cast: Ballots, incident: IntArray, trust: FloatArray, n: int
) -> FloatArray:
    """Return the ballots of each of n incidents counted with learned weights (N, C), not yet p.

    Shapes: incident (M,), trust (M,): the learned weight of each statement's source, 0 = left out.
    """
    weight = trust * cast.scale * cast.worth
    return averaged.rates + sum_by(incident, cast.ballot * weight[:, None], n)


def average_ballots(
    item: IntArray,
    source: IntArray,
    cast: Ballots,
    rates: FloatArray,
    gold: IntArray,
    n_sources: int,
    learn_rates: bool = True,
) -> Averaged:
    """Return source weights and the weighted average of each item's ballots.

    Shapes: item, source (M,); rates (C,), those of an item without ballots, kept as given unless
            learn_rates; gold (N,).
    Source: docs/scoring.md section 5.
    """
    n = len(gold)
    weight = np.ones(n_sources)
    ballot, scale = cast.ballot, cast.scale
    counted = scale * cast.worth
    q = clamp(_shares(item, ballot, counted, rates, n), gold)
    heard = np.bincount(source, weights=scale, minlength=n_sources)
    p = q
    for _ in range(ROUNDS):
        miss = scale * ((ballot - q.take(item, axis=0)) ** 2).sum(axis=1)
        error = np.bincount(source, weights=miss, minlength=n_sources)
        typical = max(float(miss.sum()) / max(float(scale.sum()), 1e-9), 1e-3)
        weight = (PRIOR_VOTES + heard) / (PRIOR_VOTES * typical + error) * typical
        if learn_rates:
            rates = normalise(q.sum(axis=0) + PRIOR_VOTES * rates)
        p = _shares(item, ballot, counted * weight[source], rates, n)
        moved = float(np.abs(clamp(p, gold) - q).mean()) if n else 0.0
        q = clamp(p, gold)
        if moved < SETTLED:
            break
    return Averaged(p, weight, rates)


def _shares(
    item: IntArray, ballot: FloatArray, weight: FloatArray, rates: FloatArray, n: int
) -> FloatArray:
    return normalise(sum_by(item, ballot * weight[:, None], n) + PRIOR_BALLOT * rates)
