"""Keys and public codes: UUIDs inside, short unguessable codes outside."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable

from django.utils.crypto import salted_hmac
from uuid6 import uuid7

RECEIPT_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I: read aloud without error
RECEIPT_LENGTH = 10  # 32**10 = 2**50 codes
OPAQUE_LENGTH = 24  # hex digits, 96 bits


def new_key() -> uuid.UUID:
    """Return a version 7 UUID (time-ordered, RFC 9562)."""
    return uuid.UUID(int=uuid7().int)


def new_receipt() -> str:
    """Return a random receipt code such as `7K3MQ-9TXHD`."""
    # 32 letters: the low five bits of a random byte are as random as the byte.
    drawn = "".join(RECEIPT_ALPHABET[byte & 31] for byte in secrets.token_bytes(RECEIPT_LENGTH))
    return f"{drawn[:5]}-{drawn[5:]}"


def opaque(key: str) -> str:
    """Return what is shown in place of a key, which tells the millisecond it was made in.

    The same each time, and nothing to be read from it.
    """
    return salted_hmac("verification.pages.opaque", key).hexdigest()[:OPAQUE_LENGTH]


def keys_behind(keys: Iterable[str]) -> dict[str, str]:
    """Return {what is shown: key}, to read back what was chosen."""
    return {opaque(key): key for key in keys}
