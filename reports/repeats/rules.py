"""How long an answer is kept, and how its key is stored: never as it was sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from datetime import datetime, timedelta

KEPT = timedelta(days=60)  # that a request was done: phones and couriers are late
ANSWER_KEPT = timedelta(days=1)  # what it was answered: as long as a line that broke is tried again


def digest_of(secret: str, owner: uuid.UUID, key: str) -> str:
    """Return under which name a key is kept; it does not lead back to the key."""
    return _made(secret, "name", owner, key).hex()


def seal_of(secret: str, owner: uuid.UUID, key: str) -> bytes:
    """Return what an answer is sealed with: whoever reads the table alone cannot open it."""
    return base64.urlsafe_b64encode(_made(secret, "seal", owner, key))


def print_of(secret: str, owner: uuid.UUID, key: str, said: bytes) -> str:
    """Return what tells one request from another, to who knows its key; to nobody else."""
    return hmac.new(_made(secret, "print", owner, key), said, hashlib.sha256).hexdigest()


def kept_at(at: datetime) -> datetime:
    """Return the hour under which an answer is kept; finer, it would point at an event."""
    return at.replace(minute=0, second=0, microsecond=0)


def lock_of(digest: str) -> int:
    """Return the number of the lock that stands for a key (a signed 64-bit integer)."""
    return int.from_bytes(bytes.fromhex(digest[:16]), signed=True)


def _made(secret: str, what: str, owner: uuid.UUID, key: str) -> bytes:
    words = f"cvr repeats {what}\n{owner}\n{key}".encode()
    return hmac.new(secret.encode(), words, hashlib.sha256).digest()
