"""How much may be under way, how long it is kept, and how fast a line has to be. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from reports.evidence.rules import ALLOWED, IMAGE, MEGA, MOST_BYTES, MOST_IMAGE_BYTES

MOST_UNFINISHED = 20  # files one person may have under way
MOST_UNFINISHED_BYTES = 2048 * MEGA  # and their declared lengths together
KEPT_FOR = timedelta(days=3)  # since the last bytes came; a line can be down for a weekend
KEPT_AFTER = timedelta(days=1)  # how long a finished one can still be asked for its code
LEFT_FREE = 512 * MEGA  # of the disk, for everything else
PIECE = 16 * 1024  # bytes read at a time: at most so many are lost when a line breaks
SILENCE_S = 30.0  # a line on which nothing comes for so long is given up
WRITE_S = 120.0  # one request may write for so long; what it brought counts
ALGORITHMS: Mapping[str, str] = {"sha1": "sha1", "sha256": "sha256"}  # of a piece's checksum


def most_bytes_of(told_type: str) -> int:
    """Return how large a file may be, as far as its sender says what it is."""
    return MOST_IMAGE_BYTES if ALLOWED.get(told_type) == IMAGE else MOST_BYTES
