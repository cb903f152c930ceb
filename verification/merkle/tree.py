"""The tree over a list of leaves: its root as it grows, and its nodes by place.

A node is named by (level, index): the hash over the 2**level leaves from index * 2**level on,
all of which are there. Everything else is put together from such nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from verification.merkle.hash import EMPTY_ROOT, HASH_SIZE, node_hash

Nodes = Callable[[int, int], bytes]  # (level, index) -> hash of a complete subtree


class Frontier:
    """The right edge of a tree: enough to append and to give the root, nothing more.

    `peaks` are the roots of the complete subtrees, the biggest (leftmost) first: one for each
    bit that is set in `size`.
    """

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if size < 0 or len(self.peaks) != size.bit_count():
            raise ValueError("a frontier has one peak for each bit of its size")
        if any(len(peak) != HASH_SIZE for peak in self.peaks):
            raise ValueError("a peak is 32 bytes")

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        carried, size = leaf, self.size
        while size & 1:
            carried = node_hash(self.peaks.pop(), carried)
            size >>= 1
        self.peaks.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree as it stands."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    frontier = Frontier()
    for leaf in hashes:
        frontier.append(leaf)
    return frontier.root()


def kept_nodes(hashes: Sequence[bytes]) -> Nodes:
    """Return the nodes of a tree held in memory: every level is computed once."""
    levels = [list(hashes)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append(
            [node_hash(below[i], below[i + 1]) for i in range(0, len(below) - len(below) % 2, 2)]
        )
    return lambda level, index: levels[level][index]


def split(n: int) -> int:
    """Return the largest power of two below n (n > 1), where RFC 6962 splits n leaves."""
    return 1 << (n - 1).bit_length() - 1


def range_root(nodes: Nodes, start: int, end: int) -> bytes:
    """Return the root over the leaves start..end of a tree (start fits the range's power)."""
    n = end - start
    if n & (n - 1) == 0:
        level = n.bit_length() - 1
        return nodes(level, start >> level)
    middle = start + split(n)
    return node_hash(range_root(nodes, start, middle), range_root(nodes, middle, end))


def tree_root(nodes: Nodes, size: int) -> bytes:
    """Return the root of a tree of this size."""
    return range_root(nodes, 0, size) if size else EMPTY_ROOT
