"""Proofs that a leaf is in a tree, and that a tree only grew (RFC 6962 2.1, RFC 9162 2.1.3-4).

Making a proof walks the tree from its root; checking one walks up from the leaf, by another
algorithm, so that a mistake in one is not hidden by the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from verification.merkle.hash import EMPTY_ROOT, node_hash
from verification.merkle.tree import Nodes, range_root, split


class BadProof(ValueError):
    """Raised when a proof does not lead to the root it should."""


def inclusion_path(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Return the hashes that lead from a leaf to the root, the leaf's sibling first.

    Errors: ValueError for an index outside the tree.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, start, middle))
            start = middle
    return path[::-1]


def consistency_path(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """Return the hashes which show that the tree of size `new` begins with that of size `old`.

    Errors: ValueError unless 0 <= old <= new.
    """
    if not 0 <= old <= new:
        raise ValueError("a tree only grows")
    path: list[bytes] = []
    if old in (0, new):
        return path
    start, end, whole = 0, new, True  # whole: the old tree's root is known, so it is left out
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(range_root(nodes, start, end))
    return path[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to.

    Errors: BadProof if its length does not fit. Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise BadProof("no such leaf in a tree of this size")
    here, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise BadProof("the proof is too long")
        if here & 1 or here == last:
            root = node_hash(sibling, root)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        here, last = here >> 1, last >> 1
    if last != 0:
        raise BadProof("the proof is too short")
    return root


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf is in the tree with this root. Errors: BadProof."""
    if root_from_inclusion(leaf, index, size, path) != root:
        raise BadProof("the leaf is not in the tree with this root")


def check_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that one tree begins with the other.

    Errors: BadProof. Source: RFC 9162 section 2.1.4.2.
    """
    if not 0 <= old <= new:
        raise BadProof("the tree shrank")
    if old in (0, new):
        wanted = EMPTY_ROOT if old == 0 else new_root
        if path or old_root != wanted:
            raise BadProof("the older root is not that of this tree")
        return
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not hashes:
        raise BadProof("the proof is empty")
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise BadProof("the proof is too long")
        if here & 1 or here == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        here, last = here >> 1, last >> 1
    if last != 0 or first != old_root or second != new_root:
        raise BadProof("the newer tree does not begin with the older one")
