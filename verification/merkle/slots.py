"""Salted commitments: sixteen slots, some of them decoys, under one hash.

Each field can be shown with its salt and four hashes, and erased by losing its salt; how many
fields there are and what they are called is hidden. Source: docs/log-format.md 3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Any

from verification.merkle.canonical import canonical
from verification.merkle.hash import HASH_SIZE, leaf_hash
from verification.merkle.proofs import check_inclusion, inclusion_path
from verification.merkle.tree import kept_nodes

SLOTS = 16
SALT_SIZE = 32  # bytes

RandomBytes = Callable[[int], bytes]
Opening = Sequence[Any]  # [salt in hex, name, value] of a field, [digest in hex] of a decoy


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One field shown: whoever holds the leaf can check it, and learns nothing of the others."""

    salt: str
    name: str
    value: Any
    slot: int
    path: tuple[bytes, ...]

    def is_in(self, commit: bytes) -> bool:
        """Answer whether the field stands under a leaf's commitment."""
        try:
            digest = slot_digest(self.salt, self.name, self.value)
            check_inclusion(leaf_hash(digest), self.slot, SLOTS, self.path, commit)
        except ValueError:
            return False
        return True


def slot_digest(salt: str, name: str, value: Any) -> bytes:
    """Return the digest of a field under its salt (32 bytes in lower-case hex)."""
    if type(value) is str and value.isascii() and name.isascii():  # the same bytes, sooner
        opened = f'["{salt}",{encode_basestring(name)},{encode_basestring(value)}]'.encode()
    else:
        opened = canonical([salt, name, value])
    return hashlib.sha256(opened).digest()


def openings_for(fields: Mapping[str, Any], random: RandomBytes) -> list[list[Any]]:
    """Return the sixteen openings of these fields: salted, shuffled, filled up with decoys.

    Errors: ValueError for more than sixteen fields.
    """
    salts, order = _drawn(fields, random)
    filled = [
        [salt.hex(), *field] for salt, field in zip(salts, sorted(fields.items()), strict=False)
    ]
    filled += [[salt.hex()] for salt in salts[len(filled) :]]
    return [filled[at] for at in order]


def committed(fields: Mapping[str, Any], random: RandomBytes) -> bytes:
    """Return the commitment over the openings of these fields, without making them."""
    salts, order = _drawn(fields, random)
    for at, (name, value) in enumerate(sorted(fields.items())):
        salts[at] = slot_digest(salts[at].hex(), name, value)
    return _root([salts[at] for at in order])


def _drawn(fields: Mapping[str, Any], random: RandomBytes) -> tuple[list[bytes], list[int]]:
    """Return a salt (or decoy) for each slot, and in which order they stand."""
    if len(fields) > SLOTS:
        raise ValueError(f"a leaf has room for {SLOTS} fields")
    drawn = random(SLOTS * (SALT_SIZE + 8))  # a salt or decoy, and a key to shuffle by
    salts = [drawn[at : at + SALT_SIZE] for at in range(0, SLOTS * SALT_SIZE, SALT_SIZE)]
    keys = [drawn[at : at + 8] for at in range(SLOTS * SALT_SIZE, len(drawn), 8)]
    return salts, sorted(range(SLOTS), key=keys.__getitem__)


def commitment(openings: Sequence[Opening]) -> bytes:
    """Return the hash over sixteen openings. Errors: ValueError if they are not sixteen."""
    if len(openings) != SLOTS:
        raise ValueError(f"there are {SLOTS} slots")
    return _root([_digest(opening) for opening in openings])


def _root(digests: Sequence[bytes]) -> bytes:
    """Return the root over the slots' digests: as `tree.root_of`, for this one size."""
    sha256 = hashlib.sha256
    level = [sha256(b"\x00" + digest).digest() for digest in digests]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return level[0]


def _digest(opening: Opening) -> bytes:
    if len(opening) == 1:
        decoy = bytes.fromhex(opening[0])
        if len(decoy) != HASH_SIZE:
            raise ValueError("a decoy has the size of a digest")
        return decoy
    salt, name, value = opening
    return slot_digest(salt, name, value)


def fields_in(openings: Sequence[Opening]) -> dict[str, Any]:
    """Return {name: value} of the fields among openings."""
    return {opening[1]: opening[2] for opening in openings if len(opening) == 3}


def disclosed(openings: Sequence[Opening], name: str) -> Disclosure:
    """Return one field with what it takes to check it. Errors: KeyError if there is none."""
    for slot, opening in enumerate(openings):
        if len(opening) == 3 and opening[1] == name:
            nodes = kept_nodes([leaf_hash(_digest(one)) for one in openings])
            path = tuple(inclusion_path(nodes, slot, SLOTS))
            return Disclosure(opening[0], name, opening[2], slot, path)
    raise KeyError(name)
