"""How often a caller may ask: counted in the cache, which may be gone; then nobody is counted."""

from __future__ import annotations

from django.core.cache import cache

WINDOW = 60  # seconds


def is_too_often(who: str, most: int) -> bool:
    """Count one request of a caller, and answer whether there were too many within a minute."""
    key = f"lines:{who}"
    cache.add(key, 0, WINDOW)
    try:
        return int(cache.incr(key)) > most
    except ValueError:  # the minute ended between the two lines above
        return False
