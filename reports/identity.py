"""Keys and public codes: UUIDs inside, short unguessable codes outside."""

from __future__ import annotations

import secrets
import uuid

from uuid6 import uuid7

RECEIPT_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I: read aloud without error
RECEIPT_LENGTH = 10  # 32**10 = 2**50 codes


def new_key() -> uuid.UUID:
    """Return a version 7 UUID (time-ordered, RFC 9562)."""
    return uuid.UUID(int=uuid7().int)


def new_receipt() -> str:
    """Return a random receipt code such as `7K3MQ-9TXHD`."""
    drawn = "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(RECEIPT_LENGTH))
    return f"{drawn[:5]}-{drawn[5:]}"
