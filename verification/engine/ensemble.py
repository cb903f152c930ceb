"""Plain labels by many workers: four unlike models, pooled, stacked where truth is known.

For questions without sides and origins (a photo's class, a translation's sense) and for the
public benchmarks. Claims about incidents go through posterior.py instead: the one-coin member
here turns upside down when sides accuse each other.
"""

from __future__ import annotations

import numpy as np

from verification.engine.averaging import Ballots, average_ballots
from verification.engine.calibration import Pool, fit_pool
from verification.engine.dawid_skene import Labels
from verification.engine.model import fit
from verification.engine.numeric import digamma, log_normalise, sum_by
from verification.engine.types import UNKNOWN, FloatArray, IntArray
from verification.engine.votes import Votes, clamp

RIGHT = 4.0  # a label is four times as likely right as any one error, before data
POOLING = 20.0
SUBTYPES = 3  # of each class, in the correlated model
STARTS = 5
CONCENTRATION = 0.1  # of subtypes, as published
SKETCH_ROUNDS = 8  # full convergence lets large classes swallow small ones (simulator.py)
ROUNDS = 200
SETTLED = 1e-4
ENOUGH_GOLD = 20
FOLDS = 4
MEMBERS = 4
FLOOR = 1e-4  # every class stays possible


def classify(labels: Labels, *, seed: int = 0) -> FloatArray:
    """Return p (N, C): pooled answers; decided items count as training and return themselves.

    Errors: none.  Deterministic for a seed.  Source: docs/scoring.md section 7.
    """
    labels = _sorted(labels)
    pool = Pool(np.full(MEMBERS, 1.0 / MEMBERS), 1.0)
    gold = np.flatnonzero(labels.gold != UNKNOWN)
    if len(gold) >= ENOUGH_GOLD:
        fold = np.random.default_rng([seed, len(gold)]).permutation(len(gold)) % FOLDS
        held, truth = [], []
        for number in range(FOLDS):
            hidden = gold[fold == number]
            partial = np.array(labels.gold)
            partial[hidden] = UNKNOWN
            members = answers(_with_gold(labels, partial), seed)
            held.append(np.stack([member[hidden] for member in members]))
            truth.append(labels.gold[hidden])
        pool = fit_pool(np.concatenate(held, axis=1), np.concatenate(truth), pool)
    return clamp(np.exp(pool.log_answer(answers(labels, seed), FLOOR)), labels.gold)


def answers(labels: Labels, seed: int) -> list[FloatArray]:
    """Return what the one-coin, hierarchical, correlated and averaging models say."""
    return [
        one_coin(labels),
        hierarchical(labels),
        correlated(labels, seed=seed),
        averaged(labels),
    ]


def _with_gold(labels: Labels, gold: IntArray) -> Labels:
    return Labels(
        labels.item, labels.worker, labels.label, gold, labels.n_workers, labels.n_classes
    )


def _sorted(labels: Labels) -> Labels:
    order = np.lexsort((labels.label, labels.worker, labels.item))
    return Labels(
        labels.item[order],
        labels.worker[order],
        labels.label[order],
        labels.gold,
        labels.n_workers,
        labels.n_classes,
    )


def hierarchical(labels: Labels) -> FloatArray:
    """Return the hierarchical model's answer: one group, one basis."""
    c = labels.n_classes
    template = np.full((1, 1, c, c), 1.0) + (RIGHT - 1.0) * np.eye(c)
    votes = Votes(
        item=labels.item,
        source=labels.worker,
        kind=np.zeros(len(labels.item), dtype=np.int64),
        label=labels.label,
        weight=np.ones(len(labels.item)),
        group=np.zeros(labels.n_workers, dtype=np.int64),
        n_items=len(labels.gold),
        n_classes=c,
        allowed=np.ones((1, c), dtype=bool),
        template=template / template.sum(axis=3, keepdims=True),
    )
    even = np.full(c, 1.0 / c)
    fitted = fit(votes, even, float(c), gold=labels.gold, pooling=POOLING, max_rounds=SKETCH_ROUNDS)
    return clamp(np.exp(fitted.log_q), labels.gold)


def one_coin(labels: Labels) -> FloatArray:
    """Return the answer of one reliability per worker, errors spread evenly (ZenCrowd's model)."""
    c = labels.n_classes
    q = labels.vote_shares()
    cast = np.bincount(labels.worker, minlength=labels.n_workers)
    for _ in range(ROUNDS):
        hits = np.bincount(labels.worker, q[labels.item, labels.label], minlength=labels.n_workers)
        gain = digamma(hits + RIGHT) - digamma(cast - hits + c - 1.0) + np.log(c - 1.0)
        nats = np.zeros((len(q), c))
        np.add.at(nats, (labels.item, labels.label), gain[labels.worker])
        new = clamp(np.exp(log_normalise(nats + digamma(1.0 + q.sum(axis=0)))), labels.gold)
        moved = float(np.abs(new - q).max()) if len(q) else 0.0
        q = new
        if moved < SETTLED:
            break
    return q


def averaged(labels: Labels) -> FloatArray:
    """Return the weighted average of votes: the best calibrated plain model."""
    one = np.eye(labels.n_classes)[labels.label]
    rates = np.full(labels.n_classes, 1.0 / labels.n_classes)
    fitted = average_ballots(
        labels.item,
        labels.worker,
        Ballots(one, np.ones(len(one)), np.ones(len(one))),
        rates,
        labels.gold,
        labels.n_workers,
    )
    return clamp(fitted.p, labels.gold)


def correlated(
    labels: Labels, *, subtypes: int = SUBTYPES, starts: int = STARTS, seed: int = 0
) -> FloatArray:
    """Return the mean answer of EBCC: subtypes of each class make workers err together.

    Source: Li, Rubinstein and Cohn (ICML 2019); docs/scoring.md section 7.
    """
    runs = [_correlated_once(labels, subtypes, [seed, start]) for start in range(starts)]
    return np.asarray(sum(runs) / len(runs))


def _correlated_once(labels: Labels, m: int, seed: list[int]) -> FloatArray:
    c = labels.n_classes
    key = labels.worker.astype(np.int64) * c + labels.label
    size = labels.n_workers * c
    start = np.random.default_rng(seed).dirichlet(np.ones(m), size=(len(labels.gold), c))
    parts = start * labels.vote_shares()[:, :, None]
    prior = (np.ones((c, c)) + (RIGHT - 1.0) * np.eye(c))[:, :, None]
    for _ in range(ROUNDS):
        counts = sum_by(key, parts[labels.item].reshape(len(key), c * m), size)
        rows = counts.reshape(-1, c, c, m) + prior
        nats = digamma(rows) - digamma(rows.sum(axis=1, keepdims=True))
        mix = CONCENTRATION / m + parts.sum(axis=0)
        base = digamma(1.0 + parts.sum(axis=(0, 2)))[:, None] + digamma(mix)
        base = base - digamma(mix.sum(axis=1, keepdims=True))
        evidence = sum_by(labels.item, nats.reshape(size, c * m)[key], len(parts))
        new = np.exp(log_normalise(evidence + base.reshape(-1))).reshape(-1, c, m)
        new = _clamp_parts(new, labels.gold)
        moved = float(np.abs(new - parts).max()) if len(parts) else 0.0
        parts = new
        if moved < SETTLED:
            break
    return np.asarray(parts.sum(axis=2))


def _clamp_parts(parts: FloatArray, gold: IntArray) -> FloatArray:
    decided = np.flatnonzero(gold != UNKNOWN)
    own = parts[decided, gold[decided]] + 1e-12
    parts[decided] = 0.0
    parts[decided, gold[decided]] = own / own.sum(axis=1, keepdims=True)
    return parts
