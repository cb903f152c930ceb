"""The two hashes everything is made of (RFC 6962 section 2.1): a leaf's and a node's."""

from __future__ import annotations

import hashlib

HASH_SIZE = 32  # bytes of SHA-256
EMPTY_ROOT = hashlib.sha256(b"").digest()  # root of the tree without leaves


def leaf_hash(body: bytes) -> bytes:
    """Return the hash of a leaf. Source: docs/log-format.md 1; the prefix 0x00 marks a leaf."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two children. Source: docs/log-format.md 1 (0x01)."""
    return hashlib.sha256(b"\x01" + left + right).digest()
