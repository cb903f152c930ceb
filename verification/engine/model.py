"""The hierarchical model, fitted by variational Bayes (equations 1 to 8)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.numeric import log_normalise
from verification.engine.reliability import Reliability, learn
from verification.engine.silence import Presence, silence_nats, silence_rows
from verification.engine.types import FloatArray, IntArray
from verification.engine.votes import Votes, clamp

MAX_ROUNDS = 60
SETTLED = 1e-4  # mean absolute change of q that ends a fit


@dataclass(frozen=True, eq=False)
class Fit:
    """One fitted model.

    Shapes: log_q (N, C) before clamping decided items; log_pi (C,); silence (G, 5, C) or None.
    """

    log_q: FloatArray
    log_pi: FloatArray
    reliability: Reliability
    silence: FloatArray | None
    temper: float
    rounds: int


def vote_shares(votes: Votes, class_prior: FloatArray) -> FloatArray:
    """Return a first guess of q: what the template says about each vote, averaged (N, C)."""
    expected = votes.template[votes.group[votes.pair_source], votes.pair_kind]  # (P, C, L)
    rows = np.swapaxes(expected, 1, 2) * class_prior
    rows = rows / np.maximum(rows.sum(axis=2, keepdims=True), 1e-12)
    tally = votes.gather(rows.reshape(-1, rows.shape[2])) + class_prior
    shares: FloatArray = tally / tally.sum(axis=1, keepdims=True)
    return shares


def fit(
    votes: Votes,
    class_prior: FloatArray,
    class_strength: float,
    *,
    gold: IntArray,
    pooling: float,
    temper: float = 1.0,
    presence: Presence | None = None,
    start: FloatArray | None = None,
    max_rounds: int = MAX_ROUNDS,
    split: FloatArray | None = None,
    claimed: FloatArray | None = None,
) -> Fit:
    """Return the fixed point of the variational updates.

    Shapes: class_prior (C,); gold (N,), -1 = undecided; start (N, C) or None = vote shares;
            split (K,) or None: how the first K classes share their base rate, not to be learned;
            claimed (C,) in [0, 1] or None: how far each class may be learned from guesses, since
            one that nobody ever names would be free to explain anything.
    Units:  temper multiplies the evidence, not the prior, so that an item without evidence keeps
            the base rate.  Deterministic.  Source: docs/scoring.md equations 1 to 8.
    """
    q = clamp(vote_shares(votes, class_prior) if start is None else start, gold)
    pseudo = class_strength * class_prior
    effect = None
    rounds = 0
    while True:
        rounds += 1
        counts = votes.scatter(q if claimed is None else q * claimed)
        reliability = learn(votes, counts, pooling, effect)
        effect = reliability.effect
        log_pi = np.log(_base_rates(q.sum(axis=0), pseudo, split, claimed))
        silence = None if presence is None else silence_rows(presence, q)
        log_q = answer(votes, reliability, log_pi, temper, presence, silence)
        new = clamp(np.exp(log_q), gold)
        moved = float(np.abs(new - q).mean()) if len(q) else 0.0
        q = new
        if moved < SETTLED or rounds >= max_rounds:
            return Fit(log_q, log_pi, reliability, silence, temper, rounds)


def _base_rates(
    mass: FloatArray, pseudo: FloatArray, split: FloatArray | None, claimed: FloatArray | None
) -> FloatArray:
    """Return class rates; the first classes share their part as split says (C,)."""
    if claimed is not None:
        mass = claimed * mass + (1.0 - claimed) * mass.sum() * pseudo / pseudo.sum()
    rates: FloatArray = (mass + pseudo) / (mass + pseudo).sum()
    if split is not None:
        rates[: len(split)] = rates[: len(split)].sum() * split
    return rates


def answer(
    votes: Votes,
    reliability: Reliability,
    log_pi: FloatArray,
    temper: float,
    presence: Presence | None,
    silence: FloatArray | None,
) -> FloatArray:
    """Return ln q of equation 6 for every item (N, C)."""
    table = reliability.log_theta.reshape(-1, len(log_pi))
    nats = votes.gather(table)
    if presence is not None and silence is not None:
        nats += silence_nats(presence, silence).take(presence.pattern, axis=0)
    return log_normalise(log_pi + temper * nats)
