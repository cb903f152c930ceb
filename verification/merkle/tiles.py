"""Tiles: the tree cut into static files of 256 hashes, and the leaves into bundles.

Source: c2sp.org/tlog-tiles; docs/log-format.md 4. Reading a node out of tiles is all that a
proof needs, so any copy of the files can answer any question about the log.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence

from verification.merkle.hash import HASH_SIZE
from verification.merkle.tree import Nodes, root_of

WIDTH = 256  # hashes of a full tile
HEIGHT = 8  # levels of the tree in one level of tiles
MOST_BYTES = 65_535  # of one leaf: its length stands before it in two bytes

ReadTile = Callable[[int, int, int], bytes]  # (level, number, width) -> its hashes, in a row


class BadTile(ValueError):
    """Raised when a tile or a bundle is not what its name says."""


def tile_sizes(size: int) -> Iterator[tuple[int, int, int]]:
    """Yield (level, number, width) of every tile of a tree of this size, level by level."""
    level = 0
    while size:
        full, rest = divmod(size, WIDTH)
        yield from ((level, number, WIDTH) for number in range(full))
        if rest:
            yield level, full, rest
        size, level = full, level + 1


def tile_width(size: int, level: int, number: int) -> int:
    """Return how many hashes a tile has in a tree of this size; 0 if there is none."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - number * WIDTH))


def tile_path(level: int | str, number: int, width: int) -> str:
    """Return a tile's (or with "entries" a bundle's) place under the log's address."""
    digits = f"{number % 1000:03}"
    while number >= 1000:
        number //= 1000
        digits = f"x{number % 1000:03}/{digits}"
    return f"tile/{level}/{digits}" + ("" if width == WIDTH else f".p/{width}")


def tile_nodes(size: int, read: ReadTile) -> Nodes:
    """Return the nodes of a tree of this size, read from its tiles; each is read once.

    Errors: BadTile for a tile of the wrong length.
    """
    kept: dict[tuple[int, int], bytes] = {}
    known: dict[tuple[int, int], bytes] = {}

    def tile(level: int, number: int) -> bytes:
        if (level, number) not in kept:
            width = tile_width(size, level, number)
            hashes = read(level, number, width)
            if len(hashes) != width * HASH_SIZE:
                raise BadTile(f"{tile_path(level, number, width)} has {len(hashes)} bytes")
            kept[level, number] = hashes
        return kept[level, number]

    def node(level: int, index: int) -> bytes:
        if (level, index) not in known:
            tall, within = divmod(level, HEIGHT)
            start, count = index << within, 1 << within
            offset = start % WIDTH * HASH_SIZE
            part = tile(tall, start // WIDTH)[offset : offset + count * HASH_SIZE]
            known[level, index] = root_of(in_hashes(part))
        return known[level, index]

    return node


def in_hashes(joined: bytes) -> list[bytes]:
    """Return the hashes that were written in a row."""
    return [joined[at : at + HASH_SIZE] for at in range(0, len(joined), HASH_SIZE)]


def bundle(bodies: Sequence[bytes]) -> bytes:
    """Return leaves as one bundle, each after its length. Errors: BadTile for a long leaf."""
    if any(len(body) > MOST_BYTES for body in bodies):
        raise BadTile("a leaf has at most 65,535 bytes")
    return b"".join(struct.pack(">H", len(body)) + body for body in bodies)


def unbundled(joined: bytes) -> list[bytes]:
    """Return the leaves of a bundle. Errors: BadTile if it ends in the middle of one."""
    bodies, at = [], 0
    while at < len(joined):
        if at + 2 > len(joined):
            raise BadTile("the bundle ends in the middle of a length")
        (length,) = struct.unpack_from(">H", joined, at)
        at += 2
        if at + length > len(joined):
            raise BadTile("the bundle ends in the middle of a leaf")
        bodies.append(joined[at : at + length])
        at += length
    return bodies
