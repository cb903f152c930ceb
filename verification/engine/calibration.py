"""Pooling and tempering: weights by held-out decisions where there are enough, else fixed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.numeric import log_normalise, normalise
from verification.engine.types import FloatArray, IntArray

PRIOR_GOLD = 3.0  # decided incidents' worth of belief in equal weights, per member
EM_ROUNDS = 100
TEMPERS = np.exp(np.linspace(np.log(0.5), np.log(1.5), 45))
LOG_TEMPER_SPREAD = 0.15  # prior: ln temper ~ N(0, 0.15); a few decisions say little


@dataclass(frozen=True, eq=False)
class Pool:
    """A linear pool of members, then one temper. Shapes: weights (members,)."""

    weights: FloatArray
    temper: float

    def log_answer(
        self, members: list[FloatArray], floor: float, log_prior: FloatArray | float = 0.0
    ) -> FloatArray:
        """Return the pooled log-probabilities (N, C), every candidate at least about floor.

        The temper scales what was learned beyond log_prior, so that an incident of which nothing
        is known keeps its prior.
        """
        mixed = sum(w * p for w, p in zip(self.weights, members, strict=True))
        shares = (1.0 - floor * members[0].shape[1]) * np.asarray(mixed) + floor
        return log_normalise(log_prior + self.temper * (np.log(shares) - log_prior))


def fit_pool(
    held: FloatArray, truth: IntArray, start: Pool, log_prior: FloatArray | float = 0.0
) -> Pool:
    """Return weights and temper that make held-out decisions likeliest, shrunk to the start.

    Shapes: held (members, decided, C), what each member said of a decision it was not shown;
            truth (decided,).  Source: docs/scoring.md section 5; Guo et al. 2017 (temper).
    """
    hit = np.maximum(held[:, np.arange(len(truth)), truth], 1e-9)  # (members, decided)
    weights = start.weights
    prior = PRIOR_GOLD * len(weights) * start.weights
    for _ in range(EM_ROUNDS):
        blame = weights[:, None] * hit
        weights = normalise((blame / blame.sum(axis=0)).sum(axis=1) + prior)
    mixed = np.einsum("m,mnc->nc", weights, held)
    return Pool(weights, fit_temper(np.log(np.maximum(mixed, 1e-6)), truth, log_prior))


def fit_temper(log_p: FloatArray, truth: IntArray, log_prior: FloatArray | float = 0.0) -> float:
    """Return the temper that makes the truth likeliest under a broad prior round 1."""
    at = np.arange(len(truth))
    gains = [
        float(log_normalise(log_prior + temper * (log_p - log_prior))[at, truth].sum())
        - float(np.log(temper)) ** 2 / (2 * LOG_TEMPER_SPREAD**2)
        for temper in TEMPERS
    ]
    return float(TEMPERS[int(np.argmax(gains))])
