"""Who copies whom: agreement that the truth and each one's habits do not explain (equation 9).

Two sources that often agree are no suspects if the incident made them agree. The score of a pair
asks how much likelier their agreements are if one copies the other than if each looked alone.
A cluster is not guilt: what its chorus is worth is learned (chorus.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.numeric import sum_by
from verification.engine.types import UNKNOWN, BoolArray, FloatArray, IntArray
from verification.engine.votes import Votes, unique_index

COPY_RATE = 0.5  # c: how often a copier copies
CAP = 3.0  # nats one shared incident can add at most
SURE_NATS = 8.0  # a link by agreement alone
HINT_NATS = 2.5  # a link when the pair also meets far too often
HINT_SHARED = 8
HINT_CHANCE = 5.0  # times the meetings that activity alone would give
HINT_PARTNERS = 3  # sources one must echo so
HINT_PART = 0.12  # of all it meets too often
CROWD = 300  # reports of one incident that are compared with each other


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of sources that reported on the same incidents.

    Shapes: first, second, shared (Z,) int; nats (Z,) float, Lambda of equation 9.
    """

    first: IntArray
    second: IntArray
    shared: IntArray
    nats: FloatArray


def pair_evidence(
    votes: Votes, q: FloatArray, log_theta: FloatArray, counted: BoolArray, leave_out: FloatArray
) -> Pairs:
    """Return Lambda of every pair of sources that met on an item.

    Shapes: q (N, C); log_theta (P, L, C); counted (M,): votes that are compared; leave_out (M,):
            weight each vote had in q, which is taken out again before the pair is judged.
    Units:  nats; a shared item adds at most CAP.  Source: docs/scoring.md equation 9.
    """
    use = np.flatnonzero(counted)
    use = use[_position_in_item(votes.item[use]) < CROWD]
    item, source, label = votes.item[use], votes.source[use], votes.label[use]
    nats = np.ascontiguousarray(log_theta.reshape(-1, q.shape[1]).take(votes.row[use], axis=0).T)
    said = np.exp(nats)  # (C, votes)
    free = np.exp(-nats * leave_out[use])
    belief = np.ascontiguousarray(np.maximum(q, 1e-12).T)
    keys, scores = [], []
    n = np.int64(votes.n_sources)
    here = np.arange(len(use))
    for step in range(1, CROWD):
        here = here[here + step < len(use)]
        here = here[item[here] == item[here + step]]
        if not len(here):
            break
        there = here + step
        score = np.full(len(here), np.log(1.0 - COPY_RATE))
        same = label[here] == label[there]
        a, b = here[same], there[same]
        score[same] = _agreement(belief, item[a], said, free, a, b)
        low = np.minimum(source[here], source[there]).astype(np.int64)
        keys.append(low * n + np.maximum(source[here], source[there]))
        scores.append(score)
    if not keys:
        none = np.empty(0, dtype=np.int64)
        return Pairs(none, none, none, np.empty(0))
    pair, at = unique_index(np.concatenate(keys), int(n * n))
    shared = np.bincount(at, minlength=len(pair))
    total = sum_by(at, np.concatenate(scores)[:, None], len(pair))[:, 0]
    return Pairs(pair // n, pair % n, shared, total)


def _agreement(
    belief: FloatArray, item: IntArray, said: FloatArray, free: FloatArray, a: IntArray, b: IntArray
) -> FloatArray:
    """Return the capped nats of agreements: copying against each looking alone.

    Shapes: belief (C, N); said, free (C, votes): what each vote says of each class, and what takes
            it out of the belief again; item, a, b (pairs,).
    """
    one, both = np.zeros(len(a)), np.full(len(a), 1e-300)
    for q, p, out in zip(belief, said, free, strict=True):
        pa, pb = p.take(a), p.take(b)
        weight = q.take(item) * out.take(a) * out.take(b)
        one += weight * (pa + pb)
        both += weight * pa * pb
    ratio = (1.0 - COPY_RATE) + COPY_RATE * one / (2.0 * both)
    return np.asarray(np.minimum(CAP, np.log(ratio)))


def _position_in_item(item: IntArray) -> IntArray:
    """Return 0, 1, 2, ... within each run of equal items."""
    new = np.ones(len(item), dtype=bool)
    new[1:] = item[1:] != item[:-1]
    starts = np.flatnonzero(new)
    position: IntArray = np.arange(len(item)) - starts[np.cumsum(new) - 1]
    return position


def linked(pairs: Pairs, reports: IntArray, n_items: int) -> BoolArray:
    """Return which pairs depend on each other.

    A pair is linked by agreement alone, or by some agreement if both also meet many others far
    too often and agree too well with a good part of these: neighbours meet often, but only a
    campaign also echoes itself.
    Shapes: reports (S,): how many items each source reported on.
    Source: docs/scoring.md equation 9.
    """
    chance = reports[pairs.first] * reports[pairs.second] / max(n_items, 1)
    often = (pairs.shared >= HINT_SHARED) & (pairs.shared > HINT_CHANCE * chance)
    hint = often & (pairs.nats > HINT_NATS)
    met, echoed = (_degree(pairs, kept, len(reports)) for kept in (often, hint))
    suspect = (echoed >= HINT_PARTNERS) & (echoed >= HINT_PART * met)
    hint &= suspect[pairs.first] & suspect[pairs.second]
    links: BoolArray = (pairs.nats > SURE_NATS) | hint
    return links


def _degree(pairs: Pairs, kept: BoolArray, n_sources: int) -> IntArray:
    """Return in how many kept pairs each source is."""
    ends = np.concatenate([pairs.first[kept], pairs.second[kept]])
    return np.bincount(ends, minlength=n_sources)


def clusters_of(first: IntArray, second: IntArray, n_sources: int) -> IntArray:
    """Return the connected component of each source (S,), -1 for one that is linked to nobody.

    Components are numbered by their lowest source, so the numbering is canonical.
    """
    root = np.arange(n_sources)
    while True:
        low = np.minimum(root[first], root[second])
        new = root.copy()
        np.minimum.at(new, first, low)
        np.minimum.at(new, second, low)
        new = new[new]
        if np.array_equal(new, root):
            break
        root = new
    touched = np.zeros(n_sources, dtype=bool)
    touched[first] = touched[second] = True
    _, number = np.unique(root[touched], return_inverse=True)
    cluster = np.full(n_sources, UNKNOWN)
    cluster[touched] = number
    return cluster
