"""Accuracy, log loss, Brier score and calibration error of answers against the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CLIP = 1e-6
BINS = 15


@dataclass(frozen=True)
class Measures:
    """accuracy and ece in [0, 1]; log_loss in nats; brier in [0, 2]."""

    accuracy: float
    log_loss: float
    brier: float
    ece: float

    def __str__(self) -> str:
        return f"{self.accuracy:.4f} {self.log_loss:6.3f} {self.brier:.3f} {self.ece:.3f}"


def measure(p: np.ndarray, truth: np.ndarray) -> Measures:
    """Return how good the answers p (n, C) are for the truth (n,)."""
    at = np.arange(len(truth))
    sure = p.max(axis=1)
    right = p.argmax(axis=1) == truth
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gap = np.bincount(bins, sure - right, minlength=BINS)
    return Measures(
        float(right.mean()),
        float(-np.log(np.clip(p[at, truth], CLIP, 1.0)).mean()),
        float(((p - np.eye(p.shape[1])[truth]) ** 2).sum(axis=1).mean()),
        float(np.abs(gap).sum() / len(truth)),
    )


def mean_of(rows: list[Measures]) -> Measures:
    """Return the mean of each measure."""
    table = np.array([[r.accuracy, r.log_loss, r.brier, r.ece] for r in rows])
    return Measures(*(float(v) for v in table.mean(axis=0)))
