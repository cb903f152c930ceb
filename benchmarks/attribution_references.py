"""Reference models the engine is measured against, written from their papers.

Each takes plain labels and returns p (items, classes). Decided items are clamped while fitting.
"""

from __future__ import annotations

import numpy as np

from verification.engine.dawid_skene import Labels, dawid_skene
from verification.engine.ensemble import averaged, correlated, one_coin
from verification.engine.numeric import digamma, log_normalise, normalise, sum_by
from verification.engine.votes import clamp


def majority(labels: Labels) -> np.ndarray:
    """Plain majority vote, no smoothing."""
    return labels.vote_shares()


def _keys(labels: Labels) -> tuple[np.ndarray, int]:
    size = labels.n_workers * labels.n_classes
    return labels.worker.astype(np.int64) * labels.n_classes + labels.label, size


def ibcc(labels: Labels, rounds: int = 200, diagonal: float = 4.0) -> np.ndarray:
    """Independent Bayesian classifier combination by VB (Kim and Ghahramani 2012)."""
    c, (key, size) = labels.n_classes, _keys(labels)
    prior = np.ones((c, c)) + (diagonal - 1) * np.eye(c)
    q = labels.vote_shares()
    for _ in range(rounds):
        counts = sum_by(key, q[labels.item], size).reshape(-1, c, c) + prior
        e_log = digamma(counts) - digamma(counts.sum(axis=1, keepdims=True))
        pi = 1.0 + q.sum(axis=0)
        evidence = sum_by(labels.item, e_log.reshape(size, c)[key], len(q))
        new = clamp(np.exp(log_normalise(evidence + digamma(pi) - digamma(pi.sum()))), labels.gold)
        done = np.abs(new - q).max() < 1e-5
        q = new
        if done:
            break
    return q


def lfc(labels: Labels, rounds: int = 200) -> np.ndarray:
    """Learning from crowds, MAP confusion matrices (Raykar et al. 2010)."""
    c, (key, size) = labels.n_classes, _keys(labels)
    prior = np.full((c, c), 0.5) + 1.5 * np.eye(c)
    q = labels.vote_shares()
    for _ in range(rounds):
        theta = normalise(sum_by(key, q[labels.item], size).reshape(-1, c, c) + prior, 1)
        evidence = sum_by(labels.item, np.log(theta).reshape(size, c)[key], len(q))
        new = clamp(np.exp(log_normalise(evidence + np.log(q.mean(axis=0) + 1e-10))), labels.gold)
        done = np.abs(new - q).max() < 1e-5
        q = new
        if done:
            break
    return q


def ebcc(labels: Labels) -> np.ndarray:
    """EBCC with the published ten subtypes, mean of two starts (Li et al. 2019)."""
    return correlated(labels, subtypes=10, starts=2)


def accu_copy(labels: Labels, rounds: int = 12, copy_rate: float = 0.8) -> np.ndarray:
    """ACCU with copy detection (Dong, Berti-Equille, Srivastava 2009), vectorised.

    Worker accuracy, pairwise dependence from shared false values, votes discounted by dependence
    on better-known workers.
    """
    c, n_w = labels.n_classes, labels.n_workers
    q = labels.vote_shares()
    first, second, item, same = _meetings(labels)
    pair, at = np.unique(first * n_w + second, return_inverse=True)
    discount = np.ones(len(labels.item))
    for _ in range(rounds):
        right = q[labels.item, labels.label]
        n_of = np.bincount(labels.worker, minlength=n_w)
        accuracy = np.clip(
            (np.bincount(labels.worker, right, minlength=n_w) + 2) / (n_of + 3), 0.05, 0.99
        )
        if len(pair):
            discount = _independence(
                labels, q, accuracy, (first, second, item, same, pair, at), copy_rate
            )
        gain = np.log((c - 1) * accuracy / (1 - accuracy))[labels.worker] * discount
        one = np.eye(c)[labels.label] * gain[:, None]
        q = clamp(np.exp(log_normalise(sum_by(labels.item, one, len(q)))), labels.gold)
    return q


def _meetings(labels: Labels) -> tuple[np.ndarray, ...]:
    order = np.lexsort((labels.worker, labels.item))
    item, worker, label = labels.item[order], labels.worker[order], labels.label[order]
    out = []
    here = np.arange(len(order))
    for step in range(1, 200):
        here = here[here + step < len(order)]
        here = here[item[here] == item[here + step]]
        if not len(here):
            break
        there = here + step
        out.append((order[here], order[there]))
    if not out:
        empty = np.empty(0, dtype=np.int64)
        return empty, empty, empty, empty.astype(bool)
    a = np.concatenate([x[0] for x in out])
    b = np.concatenate([x[1] for x in out])
    del item, worker, label
    same = labels.label[a] == labels.label[b]
    return labels.worker[a].astype(np.int64), labels.worker[b].astype(np.int64), a, same


def _independence(
    labels: Labels, q: np.ndarray, accuracy: np.ndarray, met: tuple[np.ndarray, ...], rate: float
) -> np.ndarray:
    first, second, at_vote, same, pair, at = met
    false_values = max(1, labels.n_classes - 1)
    true = q[labels.item[at_vote], labels.label[at_vote]]
    a, b = accuracy[first], accuracy[second]
    p_true, p_false = a * b, (1 - a) * (1 - b) / false_values
    p_diff = np.maximum(1 - p_true - p_false, 1e-6)
    mean = (a + b) / 2
    log_same = true * np.log((1 - rate) + rate * mean / p_true) + (1 - true) * np.log(
        (1 - rate) + rate * (1 - mean) / p_false
    )
    del p_diff
    score = np.bincount(at, np.where(same, log_same, np.log(1 - rate)), minlength=len(pair))
    depends = 1 / (1 + np.exp(np.clip(np.log(0.9 / 0.1) - score, -50, 50)))
    junior = np.where(accuracy[first] >= accuracy[second], second, first)
    n_w = labels.n_workers
    vote_key = labels.item.astype(np.int64) * n_w + labels.worker
    order = np.argsort(vote_key, kind="stable")
    wanted = labels.item[at_vote[same]].astype(np.int64) * n_w + junior[same]
    where = order[np.searchsorted(vote_key[order], wanted)]
    log_free = np.log(1 - rate * depends[at[same]] + 1e-9)
    return np.exp(np.bincount(where, log_free, minlength=len(labels.item)))


REFERENCES = {
    "majority": majority,
    "Dawid-Skene": dawid_skene,
    "IBCC": ibcc,
    "LFC": lfc,
    "BWA": averaged,
    "one-coin": one_coin,
    "EBCC": ebcc,
    "ACCU-copy": accu_copy,
}
