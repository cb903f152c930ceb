"""One spelling for searching: transliterated, lower case, without marks. Pure."""

from __future__ import annotations

import unicodedata

from anyascii import anyascii

# Letters the general transliteration renders too far from how people type them.
_BY_HAND = str.maketrans({"ə": "a", "Ə": "A", "ı": "i", "İ": "I", "ğ": "g", "Ğ": "G"})


def folded(text: str) -> str:
    """Return the form two spellings of a name are compared in."""
    plain = anyascii(unicodedata.normalize("NFC", text).translate(_BY_HAND)).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())
