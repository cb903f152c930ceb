"""How large a bundle may be, and how long it and its links live. Pure."""

from __future__ import annotations

from datetime import timedelta

MEGA = 1024 * 1024
MOST_BYTES = 1024 * MEGA  # built within the time a worker may hold one job
LIFE = timedelta(days=3)  # after which the bytes are destroyed
LINK_LIFE = timedelta(minutes=15)  # of one link; the page gives a new one
MOST_WORDS = 500
