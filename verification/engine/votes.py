"""The core's own view of statements: votes in a table, ready for one gather and one scatter.

The core knows classes and labels only; what they mean is the business of evidence.py. A row of
the table is one (source, kind) pair saying one label, so that a whole fit needs one table
T[row, class] and two passes over the votes per round.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from verification.engine.types import UNKNOWN, BoolArray, FloatArray, IntArray

try:  # optional accelerator: the same sums, about twice as fast
    from scipy import sparse as _sparse
except ImportError:  # numpy alone gives the same answers
    _sparse = None


@dataclass(frozen=True, eq=False)
class Votes:
    """Votes sorted by item, with the table rows they read and feed.

    Shapes: item, source, kind, label (M,) int; weight (M,) float; group (S,) int;
            allowed (E, L) bool: which labels a kind can say; template (G, E, C, L): prior means
            of what a source of that group says on that basis when the class is true.
    Units:  weight in (0, 1], 1 = a full vote; template rows sum to 1 over allowed labels.
    Source: docs/scoring.md section 4, equations 2 and 3.
    """

    item: IntArray
    source: IntArray
    kind: IntArray
    label: IntArray
    weight: FloatArray
    group: IntArray
    n_items: int
    n_classes: int
    allowed: BoolArray
    template: FloatArray
    accelerate: bool = True
    pair: IntArray = field(init=False)  # (M,) which (source, kind) pair
    row: IntArray = field(init=False)  # (M,) pair * L + label
    pair_source: IntArray = field(init=False)  # (P,)
    pair_kind: IntArray = field(init=False)  # (P,)
    cell: IntArray = field(init=False)  # (P,) which (group, kind) cell
    cell_group: IntArray = field(init=False)  # (Q,)
    cell_kind: IntArray = field(init=False)  # (Q,)
    incidence: Any = field(init=False)  # (N, R) sparse, or None
    full: bool = field(init=False)  # every vote counts whole

    def __post_init__(self) -> None:
        key = self.source.astype(np.int64) * self.n_kinds + self.kind
        pairs, pair = unique_index(key, len(self.group) * self.n_kinds)
        pair_source, pair_kind = pairs // self.n_kinds, pairs % self.n_kinds
        cells, cell = np.unique(
            self.group[pair_source] * self.n_kinds + pair_kind, return_inverse=True
        )
        row = pair * self.n_labels + self.label
        size = (self.n_items, len(pairs) * self.n_labels)
        for name, value in (
            ("pair", pair), ("row", row), ("pair_source", pair_source), ("pair_kind", pair_kind),
            ("cell", cell), ("cell_group", cells // self.n_kinds),
            ("cell_kind", cells % self.n_kinds),
            ("full", bool((self.weight == 1.0).all())),
            ("incidence", _incidence(self.item, row, self.weight, size, self.accelerate)),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    @property
    def n_labels(self) -> int:
        return int(self.template.shape[3])

    @property
    def n_kinds(self) -> int:
        return int(self.template.shape[1])

    @property
    def n_groups(self) -> int:
        return int(self.template.shape[0])

    @property
    def n_sources(self) -> int:
        return len(self.group)

    def gather(self, table: FloatArray) -> FloatArray:
        """Return the weighted sum of table rows of each item's votes: (R, C) -> (N, C)."""
        if self.incidence is not None:
            return np.asarray(self.incidence @ table)
        out = np.empty((table.shape[1], self.n_items))
        for k, column in enumerate(np.ascontiguousarray(table.T)):
            out[k] = self._summed(column, self.row, self.item, self.n_items)
        return out.T

    def _summed(self, values: FloatArray, at: IntArray, by: IntArray, size: int) -> FloatArray:
        """Return the weighted sums (size,) of what each vote finds at one index, by another."""
        found = values.take(at)
        if not self.full:
            found *= self.weight
        return np.asarray(np.bincount(by, weights=found, minlength=size), dtype=np.float64)

    def scatter(self, q: FloatArray) -> FloatArray:
        """Return how much of each class feeds each pair and label: (N, C) -> (P, L, C)."""
        size = len(self.pair_source) * self.n_labels
        if self.incidence is not None:
            return np.asarray(self.incidence.T @ q).reshape(-1, self.n_labels, q.shape[1])
        flat = np.empty((q.shape[1], size))
        for k, column in enumerate(np.ascontiguousarray(q.T)):
            flat[k] = self._summed(column, self.item, self.row, size)
        return np.ascontiguousarray(flat.T).reshape(-1, self.n_labels, q.shape[1])


def _incidence(
    item: IntArray, row: IntArray, weight: FloatArray, size: tuple[int, int], wanted: bool
) -> Any:
    """Return votes as a sparse items-by-rows matrix if the accelerator is there and wanted."""
    if _sparse is None or not wanted:
        return None
    starts = np.searchsorted(item, np.arange(size[0] + 1)).astype(np.int32)
    return _sparse.csr_array((weight, row.astype(np.int32), starts), shape=size)


def unique_index(key: IntArray, size: int) -> tuple[IntArray, IntArray]:
    """Return the used keys in order and the position of each key among them.

    A presence table beats sorting while keys are few; above that np.unique takes over.
    """
    if size > 50_000_000:
        found, position = np.unique(key, return_inverse=True)
        return found, position
    used = np.zeros(size, dtype=bool)
    used[key] = True
    number = np.cumsum(used) - 1
    return np.flatnonzero(used), number[key]


def clamp(q: FloatArray, gold: IntArray) -> FloatArray:
    """Return q with decided items set to their class."""
    decided = np.flatnonzero(gold != UNKNOWN)
    if not len(decided):
        return q
    fixed = q.copy()
    fixed[decided] = 0.0
    fixed[decided, gold[decided]] = 1.0
    return fixed
