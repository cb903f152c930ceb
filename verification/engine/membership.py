"""Who belongs to a cluster of copies: each source against the cluster as a whole (equation 14).

A pair of sources may agree by luck, and among many pairs some will. What counts in the end is
whether a source repeats what the rest of the cluster says more than its own habits explain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.types import UNKNOWN, BoolArray, FloatArray, IntArray
from verification.engine.votes import Votes

RATES = (0.3, 0.5, 0.7, 0.9)  # how often a copier may copy, all equally likely
CAP = 3.0  # nats one incident can add at most
HINT_NATS = 2.5  # enough for a source that reports where the cluster does, far too often
HINT_SHARED = 8
HINT_MEMBERS = 5  # of a cluster large enough to have targets of its own, not only a neighbourhood
HINT_CHANCE = 5.0  # times the meetings that activity alone would give
CERTAIN = 9.0  # odds that a membership holds, before it counts
ROUNDS = 4


@dataclass(frozen=True, eq=False)
class Fit:
    """How well each source fits each cluster, its own votes left out of the cluster.

    Shapes: nats, strict, met, chance (S, clusters): log Bayes factor of copying against
            looking alone, as the answers stand and with the cluster given the benefit of the
            doubt; incidents where both spoke; how many of these activity alone would give.
    """

    nats: FloatArray
    strict: FloatArray
    met: IntArray
    chance: FloatArray


@dataclass(frozen=True, eq=False)
class Habits:
    """How likely each counted vote is for a source that looks alone.

    Shapes: use (V,): which votes; expected (V,): as the answers stand; doubt (V,): half as if the
            truth were what makes the vote likeliest, since where the answer is in doubt a cluster
            may simply be right, and who agrees with it too.
    """

    use: IntArray
    expected: FloatArray
    doubt: FloatArray


def sure_nats(n_sources: int) -> float:
    """Return the nats that make one link among n sources certain enough.

    Before any data a source copies one given other with odds of about 1 to n, so that the more
    sources there are, the more a single coincidence must say.
    """
    return float(np.log(CERTAIN * max(n_sources, 1)))


def settled(
    votes: Votes,
    q: FloatArray,
    log_theta: FloatArray,
    counted: BoolArray,
    leave_out: FloatArray,
    cluster: IntArray,
    *,
    grow: bool,
) -> IntArray:
    """Return the clusters (S,) with everybody judged against them as a whole, -1 = independent.

    Members that only met a few others by luck leave; outsiders that echo a cluster join. While
    the answers are only a sketch, honest sources that agree look like copies: unless it may grow,
    a cluster takes in only who also reports where it does far too often.
    Shapes: as pair_evidence; cluster (S,) from linked pairs.  Source: docs/scoring.md equation 14.
    """
    sure = sure_nats(int((np.bincount(votes.source[counted]) > 0).sum()))
    at = np.arange(len(cluster))
    habits = None
    for _ in range(ROUNDS):
        if cluster.max(initial=UNKNOWN) == UNKNOWN:
            break
        habits = habits or habits_of(votes, q, log_theta, counted, leave_out)
        found = cluster_evidence(votes, habits, cluster)
        large = np.bincount(cluster[cluster != UNKNOWN]) >= HINT_MEMBERS
        often = large & (found.met >= HINT_SHARED) & (found.met > HINT_CHANCE * found.chance)
        fits = (found.strict > sure) | (often & (found.nats > HINT_NATS))
        stays = (cluster != UNKNOWN) & fits[at, np.maximum(cluster, 0)]
        opens = fits & (grow | often)
        best = np.where(opens, found.nats, -np.inf).argmax(axis=1)
        new = np.where(stays, cluster, np.where(opens.any(axis=1), best, UNKNOWN))
        new = _renumbered(new)
        if np.array_equal(new, cluster):
            break
        cluster = new
    return cluster


def _renumbered(cluster: IntArray) -> IntArray:
    """Return clusters of at least two, numbered by their lowest source."""
    size = np.bincount(cluster[cluster != UNKNOWN], minlength=1)
    alone = (cluster != UNKNOWN) & (size[np.maximum(cluster, 0)] < 2)
    kept = np.where(alone, UNKNOWN, cluster)
    _, first = np.unique(kept[kept != UNKNOWN], return_index=True)
    order = np.full(len(size), UNKNOWN)
    order[kept[kept != UNKNOWN][np.sort(first)]] = np.arange(len(first))
    return np.where(kept == UNKNOWN, UNKNOWN, order[np.maximum(kept, 0)])


def cluster_evidence(votes: Votes, habits: Habits, cluster: IntArray) -> Fit:
    """Return how well every source fits every cluster.

    Per incident where the rest of the cluster spoke, a copier says with chance c what one of them
    said, else what it would have said anyhow; c is unknown and averaged over RATES.
    Source: docs/scoring.md equation 14.
    """
    use = habits.use
    item, source, label = votes.item[use], votes.source[use], votes.label[use]
    n, sources, labels = int(cluster.max()) + 1, votes.n_sources, votes.n_labels
    member = cluster[source] != UNKNOWN
    key = item[member].astype(np.int64) * n + cluster[source[member]]
    place, at = np.unique(key, return_inverse=True)
    voices = np.bincount(at, minlength=len(place))
    said = np.bincount(at * labels + label[member], minlength=len(place) * labels)
    where, which = place // n, place % n
    vote, meeting = _joined(item, where)
    own = cluster[source[vote]] == which[meeting]
    others = voices[meeting] - own
    cell = source[vote] * n + which[meeting]
    alone = np.bincount(cell[own & (others == 0)], minlength=sources * n)
    heard = others > 0
    vote, meeting, own, others, cell = (a[heard] for a in (vote, meeting, own, others, cell))
    share = (said[meeting * labels + label[vote]] - own) / others
    size = sources * n
    nats, strict = (_bayes(cell, share / p[vote], size) for p in (habits.expected, habits.doubt))
    met = np.bincount(cell, minlength=size).reshape(sources, n)
    places = np.bincount(which, minlength=n) - alone.reshape(sources, n)
    reports = np.bincount(source, minlength=sources)[:, None]
    chance = reports * places / max(votes.n_items, 1)
    return Fit(nats.reshape(sources, n), strict.reshape(sources, n), met, chance)


def _bayes(cell: IntArray, ratio: FloatArray, size: int) -> FloatArray:
    """Return the log Bayes factor of each cell (size,), ratio = chorus against looking alone."""
    nats = [
        np.bincount(cell, np.minimum(CAP, np.log((1.0 - c) + c * ratio)), minlength=size)
        for c in RATES
    ]
    return np.asarray(np.logaddexp.reduce(nats, axis=0) - np.log(len(RATES)))


def _joined(item: IntArray, where: IntArray) -> tuple[IntArray, IntArray]:
    """Return every (vote, meeting) of one item; where is sorted."""
    low = np.searchsorted(where, item)
    size = np.searchsorted(where, item, side="right") - low
    vote = np.repeat(np.arange(len(item)), size)
    starts = np.cumsum(size) - size
    return vote, np.arange(len(vote)) + np.repeat(low - starts, size)


def habits_of(
    votes: Votes, q: FloatArray, log_theta: FloatArray, counted: BoolArray, leave_out: FloatArray
) -> Habits:
    """Return how likely each counted vote is for a source that looks alone.

    Shapes: as pair_evidence.
    """
    use = np.flatnonzero(counted)
    nats = np.ascontiguousarray(log_theta.reshape(-1, q.shape[1]).take(votes.row[use], axis=0).T)
    said = np.exp(nats)
    belief = np.maximum(q, 1e-12).take(votes.item[use], axis=0).T * np.exp(-nats * leave_out[use])
    expected = np.maximum((belief * said).sum(axis=0) / belief.sum(axis=0), 1e-9)
    return Habits(use, expected, 0.5 * (expected + said.max(axis=0)))
