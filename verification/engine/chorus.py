"""What copies are made of: first-pass weights, composite sources, strangers (equations 10, 11)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.types import UNKNOWN, BoolArray, FloatArray, IntArray
from verification.engine.votes import Votes

BINS = (2, 3, 5, 9)  # a chorus of 2, 3-4, 5-8, 9 and more voices
FEW = 3  # a source with fewer reports than this has no record: a stranger
STRANGERS = 1.5  # votes that any number of strangers saying the same can add up to


@dataclass(frozen=True, eq=False)
class Chorus:
    """Votes with copies folded into composites.

    Shapes: votes: the given votes, absorbed ones with weight 0, then one vote per composite,
            sorted by item; original (M',): index of the given vote or -1; voice_of (M,): which
            composite absorbed a given vote, or -1; composite (M',): its number or -1.
    """

    votes: Votes
    original: IntArray
    composite: IntArray
    voice_of: IntArray


def first_pass_weights(votes: Votes, counted: BoolArray) -> FloatArray:
    """Return 1/m per vote, m = votes of one alignment saying the same on the same item.

    Before anybody's independence is known, a side speaks with one voice.
    Source: docs/scoring.md equation 10.
    """
    side = votes.group[votes.source]
    m = _multiplicity(votes, side, votes.n_groups)
    return np.where(counted, votes.weight / m, votes.weight)


def stranger_weights(votes: Votes, counted: BoolArray) -> FloatArray:
    """Return weights under which strangers saying the same on one item add up to STRANGERS.

    Accounts without a record cannot be caught copying, since they never meet twice; so a crowd of
    them counts little more than one source would.
    """
    strange = strangers(votes, counted)
    side = np.where(strange, votes.group[votes.source] + 1, 0)  # an inquiry is no part of a crowd
    m = _multiplicity(votes, side, votes.n_groups + 1)
    return np.where(strange, votes.weight * np.minimum(1.0, STRANGERS / m), votes.weight)


def strangers(votes: Votes, counted: BoolArray) -> BoolArray:
    """Return which votes come from sources without a record (M,)."""
    reports = np.bincount(votes.source[counted], minlength=votes.n_sources)
    return counted & (reports[votes.source] < FEW)


def spokesmen(votes: Votes, cluster: IntArray, counted: BoolArray) -> IntArray:
    """Return who reports for each source (S,) when a group's reporters are counted.

    Members of one cluster are one reporter of their group, and so are its strangers: else five
    hundred accounts would also break the silence of five hundred.
    """
    reports = np.bincount(votes.source[counted], minlength=votes.n_sources)
    side = np.where(cluster != UNKNOWN, cluster + 1, np.where(reports < FEW, 0, UNKNOWN))
    spokesman = np.arange(votes.n_sources)
    one = side != UNKNOWN
    _, first, at = np.unique(
        side[one] * votes.n_groups + votes.group[one], return_index=True, return_inverse=True
    )
    spokesman[one] = spokesman[one][first][at]
    return spokesman


def _multiplicity(votes: Votes, side: IntArray, n_sides: int) -> IntArray:
    """Return how many votes share item, label and side with each vote."""
    key = (votes.item.astype(np.int64) * votes.n_labels + votes.label) * n_sides + side
    _, at, count = np.unique(key, return_inverse=True, return_counts=True)
    m: IntArray = count[at]
    return m


def with_composites(
    votes: Votes, cluster: IntArray, counted: BoolArray, chorus_prior: FloatArray
) -> Chorus:
    """Return votes in which each chorus of one cluster is one vote of a composite source.

    m >= 2 votes of a cluster with one label on one item become one vote of the cluster's own
    source, of kind bin(m), in the group "coordinated". A member's lone vote stays its own.
    Shapes: cluster (S,); chorus_prior (C, L).  Source: docs/scoring.md equation 11.
    """
    member = counted & (cluster[votes.source] >= 0) & (votes.weight > 0)
    at = np.flatnonzero(member)
    key = (votes.item[at].astype(np.int64) * votes.n_labels + votes.label[at]) * max(
        1, int(cluster.max(initial=0)) + 1
    ) + cluster[votes.source[at]]
    _, first, where, count = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    together = count >= 2
    number = np.where(together, np.cumsum(together) - 1, -1)
    voice_of = np.full(len(votes.item), -1)
    voice_of[at] = number[where]
    head = at[first[together]]
    size = count[together]
    return _assemble(votes, cluster, voice_of, head, size, chorus_prior)


def _assemble(
    votes: Votes,
    cluster: IntArray,
    voice_of: IntArray,
    head: IntArray,
    size: IntArray,
    prior: FloatArray,
) -> Chorus:
    """Build the longer votes: one more group, four more kinds, one more source per cluster."""
    n_clusters = int(cluster.max(initial=-1)) + 1
    groups, kinds = votes.n_groups, votes.n_kinds
    template = np.zeros((groups + 1, kinds + len(BINS), *votes.template.shape[2:]))
    template[:groups, :kinds] = votes.template
    template[groups, :kinds] = votes.template.mean(axis=0)
    template[:, kinds:] = prior
    says = np.tile(prior.max(axis=0) > 0, (len(BINS), 1))
    item = np.concatenate([votes.item, votes.item[head]])
    order = np.argsort(item, kind="stable")
    weight = np.where(voice_of >= 0, 0.0, votes.weight)
    longer = Votes(
        item=item[order],
        source=np.concatenate([votes.source, votes.n_sources + cluster[votes.source[head]]])[order],
        kind=np.concatenate([votes.kind, kinds + np.searchsorted(BINS, size, side="right") - 1])[
            order
        ],
        label=np.concatenate([votes.label, votes.label[head]])[order],
        weight=np.concatenate([weight, np.ones(len(head))])[order],
        group=np.concatenate([votes.group, np.full(n_clusters, groups)]),
        n_items=votes.n_items,
        n_classes=votes.n_classes,
        allowed=np.concatenate([votes.allowed, says]),
        template=template,
        accelerate=votes.accelerate,
    )
    original = np.concatenate([np.arange(len(votes.item)), np.full(len(head), -1)])[order]
    composite = np.concatenate([np.full(len(votes.item), -1), np.arange(len(head))])[order]
    return Chorus(longer, original, composite, voice_of)
