"""Who did not report is evidence too (equation 5): a side is silent about its own violations.

Per item and group, the number of distinct sources that reported (0, 1, 2, 3 or more) is drawn
from a row that depends on the true class. Only groups that had coverage there and then count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.numeric import digamma, normalise, sum_by
from verification.engine.types import BoolArray, FloatArray, IntArray

MOST = 3  # more sources of one group than this tell no more
ABSENT = MOST + 1  # the group had no coverage: no evidence
MARGINAL_WEIGHT = 40.0  # pseudo incidents of "this group reports alike whatever the class"

RARE = 2.0  # the least such belief in one count: a pattern seen once must not confirm itself


@dataclass(frozen=True, eq=False)
class Presence:
    """Reporting patterns: items share a pattern when all groups reported equally often.

    Shapes: pattern (N,) int into codes (U, G) int, each 0..MOST or ABSENT.
    """

    pattern: IntArray
    codes: IntArray

    @property
    def n_groups(self) -> int:
        return int(self.codes.shape[1])


def presence_patterns(
    item: IntArray, source: IntArray, group: IntArray, present: BoolArray
) -> Presence:
    """Return the reporting pattern of every item.

    Shapes: item, source (M,); group (S,); present (N, G). Statements of a group without coverage
    do not count as its reporting.  Source: docs/scoring.md equation 5.
    """
    n, n_groups = present.shape
    key = np.sort(item.astype(np.int64) * len(group) + source)
    key = key[np.diff(key, prepend=-1) > 0]
    who, where = group[key % max(len(group), 1)], key // max(len(group), 1)
    heard = np.bincount(where * n_groups + who, minlength=n * n_groups).reshape(n, n_groups)
    codes = np.where(present, np.minimum(heard, MOST), ABSENT)
    packed = codes @ (ABSENT + 1) ** np.arange(n_groups, dtype=np.int64)
    _, first, pattern = np.unique(packed, return_index=True, return_inverse=True)
    return Presence(pattern=pattern, codes=codes[first])


def silence_rows(presence: Presence, q: FloatArray) -> FloatArray:
    """Return E ln psi per group, code and class (G, MOST + 2, C); the ABSENT row is zero.

    Shapes: q (N, C).  Source: docs/scoring.md equation 5.
    """
    by_pattern = sum_by(presence.pattern, q, len(presence.codes))
    rows = np.zeros((presence.n_groups, ABSENT + 1, q.shape[1]))
    for g in range(presence.n_groups):
        counts = sum_by(presence.codes[:, g], by_pattern, ABSENT + 1)[:ABSENT]
        marginal = normalise(counts.sum(axis=1) + 1e-3)[:, None]
        prior = np.maximum(MARGINAL_WEIGHT * marginal, RARE)
        expected = counts.sum(axis=0) * marginal
        rows[g, :ABSENT] = digamma(prior + counts) - np.log(prior + expected) + np.log(marginal)
    return rows


def silence_nats(presence: Presence, rows: FloatArray) -> FloatArray:
    """Return the silence evidence per pattern and class (U, C)."""
    nats = np.zeros((len(presence.codes), rows.shape[2]))
    for g in range(presence.n_groups):
        nats += rows[g, presence.codes[:, g]]
    return nats
