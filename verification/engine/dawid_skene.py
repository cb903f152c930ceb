"""Dawid and Skene (1979): the classic every model is measured against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.numeric import log_normalise, normalise, sum_by
from verification.engine.types import FloatArray, IntArray
from verification.engine.votes import clamp

SETTLED = 1e-5
TINY = 1e-10


@dataclass(frozen=True, eq=False)
class Labels:
    """Plain labels: who called which item what.

    Shapes: item, worker, label (M,) int; gold (N,), -1 = unknown.
    """

    item: IntArray
    worker: IntArray
    label: IntArray
    gold: IntArray
    n_workers: int
    n_classes: int

    def vote_shares(self) -> FloatArray:
        """Return each item's share of labels (N, C), even where nobody labelled."""
        one = np.eye(self.n_classes)[self.label]
        tally = sum_by(self.item, one, len(self.gold))
        tally[tally.sum(axis=1) == 0] = 1.0
        return clamp(normalise(tally), self.gold)


def dawid_skene(labels: Labels, *, rounds: int = 100) -> FloatArray:
    """Return p (N, C) by maximum-likelihood EM; decided items stay decided.

    Errors: none; an item without labels gets the base rates.
    Source: Dawid and Skene 1979, equations 2.3 to 2.5.
    """
    q = labels.vote_shares()
    key = labels.worker.astype(np.int64) * labels.n_classes + labels.label
    size = labels.n_workers * labels.n_classes
    for _ in range(rounds):
        counts = sum_by(key, q[labels.item], size).reshape(labels.n_workers, -1, labels.n_classes)
        theta = normalise(counts + TINY, 1).reshape(size, labels.n_classes)
        evidence = sum_by(labels.item, np.log(theta)[key], len(q))
        new = np.exp(log_normalise(evidence + np.log(q.mean(axis=0) + TINY)))
        new = clamp(new, labels.gold)
        moved = float(np.abs(new - q).max()) if len(q) else 0.0
        q = new
        if moved < SETTLED:
            break
    return q
