"""What each group, basis and source is worth: the confusion tables of equations 2, 3, 7 and 8.

A source's row is its group-and-basis row times its own multiplicative effect, renormalised. The
group-and-basis row shrinks to the group's and the basis's, these to the overall one, and that to
the template. Everything is closed form given soft answers q.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.numeric import digamma, normalise, sum_by
from verification.engine.types import FloatArray
from verification.engine.votes import Votes

TINY = 1e-12
EFFECT_START = 8.0  # c of equation 4 before any data: sources vary by about a third
EFFECT_WEIGHT = 20.0  # cells' worth of belief in EFFECT_START
EFFECT_RANGE = (0.5, 200.0)
NEWTON_STEPS = 3
EFFECT_STEPS = 3  # per round of the fit, which goes on where the last one stopped


@dataclass(frozen=True, eq=False)
class Reliability:
    """The learned tables.

    Shapes: log_theta (P, L, C): E ln probability that the pair says the label if the class is
            true; cell_mean (Q, L, C): mean of the group-and-basis rows; effect (G,): c of
            equation 4; n_source (S, L, C): soft counts; exposure (S, L, C): expected counts.
    Source: docs/scoring.md section 4.
    """

    log_theta: FloatArray
    cell_mean: FloatArray
    cell_log: FloatArray
    effect: FloatArray
    n_source: FloatArray
    exposure: FloatArray


def learn(
    votes: Votes, counts: FloatArray, pooling: float, effect: FloatArray | None = None
) -> Reliability:
    """Return the tables that soft counts of votes imply.

    Shapes: counts (P, L, C), how often each pair said each label while each class was true.
    Units:  pooling w in pseudo statements; effect: c of the round before, to go on from.
    Source: docs/scoring.md equations 3, 7, 8.
    """
    in_cell = sum_by(votes.cell, counts, len(votes.cell_group))
    mean, strength = _cells(votes, in_cell, pooling)
    posterior = in_cell + strength * mean
    posterior = np.where(votes.allowed[votes.cell_kind][:, :, None], posterior, TINY)
    total = posterior.sum(axis=1, keepdims=True)
    cell_mean = posterior / total
    cell_log = digamma(np.maximum(posterior, TINY)) - digamma(total)
    cell_log = np.where(votes.allowed[votes.cell_kind][:, :, None], cell_log, np.log(TINY))
    seen = counts.sum(axis=1, keepdims=True)  # (P, 1, C)
    n_source = sum_by(votes.pair_source, counts, votes.n_sources)
    exposure = sum_by(votes.pair_source, seen * cell_mean[votes.cell], votes.n_sources)
    effect = _effect_strength(votes, n_source, exposure, effect)
    log_theta = source_rows(votes, cell_mean, cell_log, effect, n_source, exposure)
    return Reliability(log_theta, cell_mean, cell_log, effect, n_source, exposure)


def _cells(votes: Votes, in_cell: FloatArray, w: float) -> tuple[FloatArray, float]:
    """Return the prior mean of each group-and-basis row and its strength (equation 3).

    Without counts it is the template itself, whichever groups and bases are listed unused; what
    was learned of the group and of the basis moves it by the same ratio.
    """
    learned, empty = (_pooled(votes, counts, w) for counts in (in_cell, np.zeros_like(in_cell)))
    own = np.swapaxes(votes.template, 2, 3)[votes.cell_group, votes.cell_kind]
    moved = np.maximum(own * learned / np.maximum(empty, TINY), TINY)
    return normalise(np.where(votes.allowed[votes.cell_kind][:, :, None], moved, TINY), 1), 2.0 * w


def _pooled(votes: Votes, in_cell: FloatArray, w: float) -> FloatArray:
    """Return the product form of equation 3: group row times basis row over the common one."""
    template = np.swapaxes(votes.template, 2, 3)  # (G, E, L, C)
    allowed = votes.allowed[:, :, None]
    by_kind = sum_by(votes.cell_kind, in_cell, votes.n_kinds)
    by_group = sum_by(votes.cell_group, in_cell, votes.n_groups)
    everything = in_cell.sum(axis=0)
    cell_template = template[votes.cell_group, votes.cell_kind]
    shape = cell_template.mean(axis=0) if len(cell_template) else template.mean(axis=(0, 1))
    base = normalise(everything + w * normalise(shape, 0), 0)
    own_group = template.mean(axis=1)
    tilt = own_group / np.maximum(template.mean(axis=(0, 1)), TINY)
    group = normalise(by_group + w * normalise(base * tilt, 1), 1)
    kind_template = template.mean(axis=0)
    turn = kind_template / normalise(template.mean(axis=(0, 1)) * allowed + TINY, 1)
    kind_base = normalise(np.maximum(base * allowed, TINY) * np.maximum(turn, TINY), 1)
    kind = normalise(by_kind + w * kind_base, 1)
    mean = group[votes.cell_group] * kind[votes.cell_kind] / np.maximum(base, TINY)
    here = votes.allowed[votes.cell_kind][:, :, None]
    return normalise(np.where(here, np.maximum(mean, TINY), TINY), 1)


def _effect_strength(
    votes: Votes, n: FloatArray, exposure: FloatArray, before: FloatArray | None
) -> FloatArray:
    """Return c of each group by empirical Bayes (equation 8), shrunk to EFFECT_START."""
    c = np.full(votes.n_groups, EFFECT_START) if before is None else before
    start = np.log(EFFECT_START) - digamma(np.array(EFFECT_START))
    touched = exposure > 1e-3
    cells = sum_by(votes.group, touched.astype(float).sum(axis=(1, 2))[:, None], votes.n_groups)
    for _ in range(EFFECT_STEPS):
        own = c[votes.group][:, None, None]
        gap = (own + n) / (own + exposure) - digamma(own + n) + np.log(own + exposure) - 1.0
        gap = np.where(touched, gap, 0.0).sum(axis=(1, 2))
        total = sum_by(votes.group, gap[:, None], votes.n_groups)
        target = (total + EFFECT_WEIGHT * start) / (cells + EFFECT_WEIGHT)
        c = np.clip(_solve(np.maximum(target[:, 0], 1e-4)), *EFFECT_RANGE)
    return c


def _solve(target: FloatArray) -> FloatArray:
    """Return c with ln c - digamma(c) = target, by Newton.

    Source: the start, within 1.5 %, is the usual one for a Gamma's shape (Minka 2002).
    """
    c = (3.0 - target + np.sqrt((target - 3.0) ** 2 + 24.0 * target)) / (12.0 * target)
    for _ in range(NEWTON_STEPS):
        value, up, down = digamma(np.stack([c, c * 1.0001, c * 0.9999]))
        slope = 1.0 / c - (up - down) / (c * 0.0002)
        c = np.clip(c - (np.log(c) - value - target) / slope, 0.2 * c, 5.0 * c)
    return c


def source_rows(
    votes: Votes,
    cell_mean: FloatArray,
    cell_log: FloatArray,
    effect: FloatArray,
    n_source: FloatArray,
    exposure: FloatArray,
) -> FloatArray:
    """Return E ln theta of every pair (P, L, C) (equations 2 and 7), rows normalised."""
    c = effect[votes.group][:, None, None]
    log_r = digamma(c + n_source) - np.log(c + exposure)
    mean_r = (c + n_source) / (c + exposure)
    total = (cell_mean[votes.cell] * mean_r[votes.pair_source]).sum(axis=1, keepdims=True)
    rows: FloatArray = cell_log[votes.cell] + log_r[votes.pair_source] - np.log(total)
    return rows
