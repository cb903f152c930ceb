"""How long an answer is kept, and how its key is stored: never as it was sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from datetime import timedelta

KEPT = timedelta(days=60)  # phones and couriers are late


def digest_of(secret: str, owner: uuid.UUID, key: str) -> str:
    """Return under which name a key is kept; it does not lead back to the key."""
    return _made(secret, "name", owner, key).hex()


def seal_of(secret: str, owner: uuid.UUID, key: str) -> bytes:
    """Return what an answer is sealed with: whoever reads the table alone cannot open it."""
    return base64.urlsafe_b64encode(_made(secret, "seal", owner, key))


def lock_of(digest: str) -> int:
    """Return the number of the lock that stands for a key (a signed 64-bit integer)."""
    return int.from_bytes(bytes.fromhex(digest[:16]), signed=True)


def _made(secret: str, what: str, owner: uuid.UUID, key: str) -> bytes:
    words = f"cvr repeats {what}\n{owner}\n{key}".encode()
    return hmac.new(secret.encode(), words, hashlib.sha256).digest()
