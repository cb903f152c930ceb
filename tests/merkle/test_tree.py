"""The tree, its proofs and its tiles: published vectors, every small size, and properties."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verification.merkle.hash import EMPTY_ROOT, leaf_hash, node_hash
from verification.merkle.proofs import (
    BadProof,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
)
from verification.merkle.tiles import (
    WIDTH,
    BadTile,
    bundle,
    in_hashes,
    tile_nodes,
    tile_path,
    tile_sizes,
    tile_width,
    unbundled,
)
from verification.merkle.tree import Frontier, kept_nodes, range_root, root_of, tree_root

PUBLISHED = json.loads(
    (Path(__file__).parents[1] / "vectors" / "published.json").read_text(encoding="utf-8")
)
RFC6962: dict[str, Any] = PUBLISHED["rfc6962"]
LEAVES = [leaf_hash(bytes.fromhex(one)) for one in RFC6962["leaves"]]
ROOTS = [bytes.fromhex(one) for one in RFC6962["roots"]]
MANY = [leaf_hash(str(n).encode()) for n in range(1_101)]
NODES = kept_nodes(MANY)


def defined_root(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(defined_root(hashes[:k]), defined_root(hashes[k:]))


def path_in_hex(path: list[bytes]) -> list[str]:
    return [one.hex() for one in path]


class TestPublishedVectors:
    @pytest.mark.parametrize("size", range(9))
    def test_roots(self, size: int) -> None:
        assert root_of(LEAVES[:size]) == ROOTS[size]

    @pytest.mark.parametrize("case", RFC6962["inclusion"])
    def test_inclusion(self, case: dict[str, Any]) -> None:
        path = inclusion_path(kept_nodes(LEAVES), case["index"], case["size"])
        assert path_in_hex(path) == case["path"]
        check_inclusion(LEAVES[case["index"]], case["index"], case["size"], path, ROOTS[8])

    @pytest.mark.parametrize("case", RFC6962["consistency"])
    def test_consistency(self, case: dict[str, Any]) -> None:
        old, new = case["old"], case["new"]
        path = consistency_path(kept_nodes(LEAVES), old, new)
        assert path_in_hex(path) == case["path"]
        check_consistency(old, new, ROOTS[old], ROOTS[new], path)


class TestEverySize:
    def test_the_root_is_that_of_the_definition(self) -> None:
        frontier = Frontier()
        for size in range(len(MANY)):
            assert frontier.root() == tree_root(NODES, size)
            if size < 200 or size % 37 == 0:
                assert frontier.root() == defined_root(MANY[:size])
            frontier.append(MANY[size])

    def test_a_frontier_goes_on_from_what_was_kept(self) -> None:
        first = Frontier()
        for leaf in MANY[:777]:
            first.append(leaf)
        second = Frontier(777, first.peaks)
        for leaf in MANY[777:]:
            second.append(leaf)
        assert second.root() == root_of(MANY)
        with pytest.raises(ValueError, match="one peak for each bit"):
            Frontier(776, first.peaks)

    def test_every_leaf_of_small_trees(self) -> None:
        for size in range(1, 70):
            root = tree_root(NODES, size)
            for index in range(size):
                check_inclusion(MANY[index], index, size, inclusion_path(NODES, index, size), root)

    def test_every_pair_of_small_trees(self) -> None:
        for new in range(70):
            for old in range(new + 1):
                path = consistency_path(NODES, old, new)
                check_consistency(old, new, tree_root(NODES, old), tree_root(NODES, new), path)


sizes = st.integers(1, len(MANY))


class TestForgeries:
    @given(size=sizes, data=st.data())
    @settings(max_examples=200, deadline=None)
    def test_no_bit_of_an_inclusion_proof_can_change(self, size: int, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, size - 1))
        root = tree_root(NODES, size)
        path = inclusion_path(NODES, index, size)
        check_inclusion(MANY[index], index, size, path, root)
        forged = data.draw(changed([MANY[index], root, *path]))
        with pytest.raises(BadProof):
            check_inclusion(forged[0], index, size, forged[2:], forged[1])
        other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index)) if size > 1 else -1
        with pytest.raises(BadProof):
            check_inclusion(MANY[index], other, size, path, root)

    @given(new=sizes, data=st.data())
    @settings(max_examples=200, deadline=None)
    def test_no_bit_of_a_consistency_proof_can_change(self, new: int, data: st.DataObject) -> None:
        old = data.draw(st.integers(0, new))
        roots = [tree_root(NODES, old), tree_root(NODES, new)]
        path = consistency_path(NODES, old, new)
        check_consistency(old, new, *roots, path)
        forged = data.draw(changed([*roots, *path]))
        if old:  # from the empty tree the newer root follows from nothing
            with pytest.raises(BadProof):
                check_consistency(old, new, forged[0], forged[1], forged[2:])

    @pytest.mark.parametrize("extra", [1, 2])
    def test_proofs_of_another_length_are_refused(self, extra: int) -> None:
        root, path = tree_root(NODES, 100), inclusion_path(NODES, 42, 100)
        for wrong in (path[:-extra], path + [MANY[0]] * extra):
            with pytest.raises(BadProof):
                check_inclusion(MANY[42], 42, 100, wrong, root)
        path, old = consistency_path(NODES, 42, 100), tree_root(NODES, 42)
        for wrong in (path[:-extra], path + [MANY[0]] * extra):
            with pytest.raises(BadProof):
                check_consistency(42, 100, old, root, wrong)

    def test_a_tree_cannot_shrink_or_come_from_another_empty_one(self) -> None:
        with pytest.raises(BadProof, match="shrank"):
            check_consistency(2, 1, MANY[0], MANY[0], [])
        with pytest.raises(BadProof):
            check_consistency(0, 1, MANY[0], MANY[0], [])
        check_consistency(0, 1, EMPTY_ROOT, MANY[0], [])

    def test_a_node_cannot_pose_as_a_leaf(self) -> None:
        left, right = MANY[0], MANY[1]
        assert node_hash(left, right) != leaf_hash(left + right)

    @pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
    def test_there_is_no_proof_of_no_leaf(self, index: int, size: int) -> None:
        with pytest.raises(ValueError, match="no such leaf"):
            inclusion_path(NODES, index, size)
        with pytest.raises(BadProof):
            check_inclusion(MANY[0], index, size, [], MANY[0])

    def test_there_is_no_proof_of_shrinking(self) -> None:
        with pytest.raises(ValueError, match="only grows"):
            consistency_path(NODES, 3, 2)


@st.composite
def changed(draw: st.DrawFn, hashes: list[bytes]) -> list[bytes]:
    """Change one bit of one of these hashes."""
    which, bit = draw(st.integers(0, len(hashes) - 1)), draw(st.integers(0, 255))
    forged = bytearray(hashes[which])
    forged[bit // 8] ^= 1 << bit % 8
    return [bytes(forged) if n == which else one for n, one in enumerate(hashes)]


class TestTiles:
    def test_the_example_of_the_specification(self) -> None:
        """A tree of 70,000: 273 full tiles, one of 112; one full, one of 17; one of 1."""
        found = list(tile_sizes(70_000))
        assert [one for one in found if one[0] == 0][-1] == (0, 273, 112)
        assert [one for one in found if one[0] == 1] == [(1, 0, WIDTH), (1, 1, 17)]
        assert [one for one in found if one[0] == 2] == [(2, 0, 1)]
        assert len(found) == 274 + 2 + 1
        assert list(tile_sizes(256)) == [(0, 0, 256), (1, 0, 1)]
        assert list(tile_sizes(0)) == []

    @pytest.mark.parametrize(
        ("number", "width", "path"),
        [
            (0, 256, "tile/0/000"),
            (273, 112, "tile/0/273.p/112"),
            (1_234_067, 256, "tile/0/x001/x234/067"),
        ],
    )
    def test_paths(self, number: int, width: int, path: str) -> None:
        assert tile_path(0, number, width) == path

    @pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 300, 512, 1_100])
    def test_everything_can_be_read_from_them(self, size: int) -> None:
        read: list[tuple[int, int]] = []

        def tile(level: int, number: int, width: int) -> bytes:
            read.append((level, number))
            span = WIDTH**level
            start = number * WIDTH
            return b"".join(
                range_root(NODES, n * span, (n + 1) * span) for n in range(start, start + width)
            )

        nodes = tile_nodes(size, tile)
        assert tree_root(nodes, size) == tree_root(NODES, size)
        for index in range(0, size, 7):
            assert inclusion_path(nodes, index, size) == inclusion_path(NODES, index, size)
            assert consistency_path(nodes, index, size) == consistency_path(NODES, index, size)
        assert len(read) == len(set(read))
        named = {(level, number): width for level, number, width in tile_sizes(size)}
        assert set(read) <= set(named)
        assert all(tile_width(size, *one) == width for one, width in named.items())
        assert tile_width(size, 0, size // WIDTH + 1) == 0

    def test_a_tile_of_the_wrong_length_is_refused(self) -> None:
        with pytest.raises(BadTile):
            tree_root(tile_nodes(3, lambda level, number, width: b"short"), 3)

    def test_hashes_in_a_row(self) -> None:
        assert in_hashes(b"".join(MANY[:3])) == MANY[:3]

    @given(st.lists(st.binary(max_size=300), max_size=20))
    def test_a_bundle_gives_its_leaves_back(self, bodies: list[bytes]) -> None:
        assert unbundled(bundle(bodies)) == bodies

    @given(st.binary(max_size=40))
    def test_any_bytes_are_a_bundle_or_refused(self, junk: bytes) -> None:
        try:
            bodies = unbundled(junk)
        except BadTile:
            return
        assert bundle(bodies) == junk

    def test_a_leaf_too_long_is_refused(self) -> None:
        assert unbundled(bundle([b"x" * 65_535])) == [b"x" * 65_535]
        with pytest.raises(BadTile):
            bundle([b"x" * 65_536])
