"""Openings under lock: a leaf's fields and the seed of its salts, sealed by its record's key."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from verification.merkle.canonical import canonical
from verification.merkle.slots import committed, openings_for

KEY_SIZE = 32  # bytes: AES-256
SEED_SIZE = 32
NONCE_SIZE = 12


class Unreadable(ValueError):
    """Raised when an opening was changed, or is not that of its leaf."""


def salted(seed: bytes, fields: Mapping[str, Any]) -> list[list[Any]]:
    """Return the sixteen openings of these fields; salts, decoys and order come from the seed."""
    return openings_for(fields, hashlib.shake_256(seed).digest)


def commitment_of(seed: bytes, fields: Mapping[str, Any]) -> bytes:
    """Return the commitment over the openings that `salted` would give."""
    return committed(fields, hashlib.shake_256(seed).digest)


def sealed(key: bytes, index: int, seed: bytes, fields: Mapping[str, Any]) -> bytes:
    """Return an opening that only this key opens, and only for this leaf."""
    nonce = os.urandom(NONCE_SIZE)
    plain = canonical([seed.hex(), fields])
    return nonce + AESGCM(key).encrypt(nonce, plain, index.to_bytes(8))


def unsealed(key: bytes, index: int, opening: bytes) -> list[list[Any]]:
    """Return the sixteen openings. Errors: Unreadable."""
    nonce, rest = opening[:NONCE_SIZE], opening[NONCE_SIZE:]
    try:
        seed, fields = json.loads(AESGCM(key).decrypt(nonce, rest, index.to_bytes(8)))
    except (InvalidTag, ValueError) as problem:
        raise Unreadable("this opening was changed") from problem
    return salted(bytes.fromhex(seed), fields)
