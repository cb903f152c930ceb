"""Form values that stand for a row without its key: a key tells the millisecond it was made in."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.crypto import salted_hmac

LENGTH = 24  # hex digits, 96 bits


def opaque(key: str) -> str:
    """Return what a page shows in place of a key: the same each time, and nothing to be read."""
    return salted_hmac("verification.pages.opaque", key).hexdigest()[:LENGTH]


def keys_behind(keys: Iterable[str]) -> dict[str, str]:
    """Return {what the page shows: key}, to read back what was chosen."""
    return {opaque(key): key for key in keys}
