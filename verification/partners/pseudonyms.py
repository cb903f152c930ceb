"""A partner's own ids: the same for the same thing each time, and no other partner's."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid

ID_SIZE = 15  # bytes: 24 characters, no two alike by chance


def pseudonym(secret: str, kind: str, key: uuid.UUID) -> str:
    """Return the id under which one partner knows a thing.

    Keyed by a secret that never leaves: two partners who lay their tables side by side find no id
    in both, and nobody gets from an id to a row, or to its time (keys here are ordered by it).
    """
    digest = hmac.new(secret.encode(), kind.encode() + b"\0" + key.bytes, hashlib.sha256).digest()
    return f"{kind}_{base64.b32encode(digest[:ID_SIZE]).decode().lower()}"
