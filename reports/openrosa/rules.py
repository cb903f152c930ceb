"""Pure rules of phones and what they send."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta

MEGA = 1024 * 1024
XML_MOST = MEGA  # bytes of one filled form
POST_MOST = 50 * MEGA  # bytes we ask clients to put into one post (a larger file goes alone)
BODY_MOST = 210 * MEGA  # bytes of any post
FILES_MOST = 110  # parts of one post: Collect sends 101 files and the form
APART_MOST = 200  # files of a submission that are kept apart
APART_BYTES_MOST = 300 * MEGA
DEPTH_MOST = 20  # of the tree of a filled form
NODES_MOST = 5_000
PHONES_MOST = 10  # of one person at a time
LIFETIME = timedelta(days=365)
NONCE_FOR = timedelta(minutes=5)
LABEL_MOST = 60  # characters
NAME_MOST = 255  # characters of a file's name
SPACE = uuid.UUID("2b9c6f5e-0c6a-4f0e-9a7c-6d1f0f2a5f11")  # of ids that are no UUID themselves

UNNAMED, REFUSED, FULL, EMPTY, CLOSED = "unnamed", "refused", "full", "empty", "closed"
TOO_LARGE = "too-large"  # dropped while it came: only its name is known


def key_of(instance_id: str) -> uuid.UUID:
    """Return the id a filled form is filed under: its own where that is a UUID."""
    try:
        return uuid.UUID(instance_id.removeprefix("uuid:"))
    except ValueError:
        return uuid.uuid5(SPACE, instance_id)


def still_missing(named: Collection[str], came: Collection[str]) -> list[str]:
    """Return the files a form speaks of that have not come, in its own order."""
    have = set(came)
    return [name for name in dict.fromkeys(named) if name not in have]
