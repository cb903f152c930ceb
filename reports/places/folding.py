"""One spelling for searching: transliterated, lower case, without marks; and its bare sounds. Pure.

`config/static/js/lib/place-names.js` does the same on a phone; tests/vectors/names.json holds both
to it. Whoever changes one changes the other, and adds a migration that folds the names anew.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

# Letters the general transliteration renders too far from how people type them.
_BY_HAND = str.maketrans({"ə": "a", "Ə": "A", "ı": "i", "İ": "I", "ğ": "g", "Ğ": "G"})

_MARKS = dict.fromkeys(map(ord, "'`\""))

# One sound, many spellings: the Azerbaijani c is the English j, the French dj, the Russian dzh.
SOUNDS = (
    *(("dzh", "j"), ("dzj", "j"), ("dj", "j"), ("dz", "j"), ("zh", "j"), ("tch", "j")),
    *(("ch", "j"), ("ts", "j"), ("sh", "s"), ("kh", "k"), ("gh", "k"), ("ph", "f"), ("ow", "u")),
)
LETTERS = str.maketrans("cqgxwz", "jkkkvs")
_SILENT = re.compile(
    r"(?<=\S)[aeiouyh]"
)  # vowels are written in one script and left out in another
_OPENING = re.compile(r"(?<!\S)[aeiouy]+")
_ASPIRATE = re.compile(r"(?<!\S)h")
_DOUBLED = re.compile(r"(\S)\1+")


def folded(text: str) -> str:
    """Return the form two spellings of a name are compared in."""
    plain = _plain(unicodedata.normalize("NFC", text))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def _plain(text: str) -> str:
    """Return a text letter by letter in small ASCII; a softened letter is the letter itself."""
    return anyascii(text.translate(_BY_HAND)).casefold().translate(_MARKS)


def bones(plain: str) -> str:
    """Return the bare sounds of a folded name: what is left when vowels and digraphs are gone."""
    for spelling, sound in SOUNDS:
        plain = plain.replace(spelling, sound)
    plain = _OPENING.sub("a", plain.translate(LETTERS))
    return _DOUBLED.sub(r"\1", _SILENT.sub("", _ASPIRATE.sub("k", plain)))


# The blocks people here write in: Latin with marks, Cyrillic, Armenian, Arabic, Georgian, quotes.
_BLOCKS = (
    *((0x00A0, 0x036F), (0x0400, 0x058F), (0x0600, 0x06FF), (0x10A0, 0x10FF)),
    *((0x1E00, 0x1EFF), (0x2010, 0x201F), (0xFB13, 0xFB17)),
)


@lru_cache(maxsize=1)
def letters_folded() -> dict[str, str]:
    """Return {plain: all letters that fold to it}, for those who cannot ask this side."""
    found: dict[str, str] = {}
    for first, last in _BLOCKS:
        for code in range(first, last + 1):
            if unicodedata.normalize("NFC", chr(code)) == chr(code):
                plain = _plain(chr(code))
                found[plain] = found.get(plain, "") + chr(code)
    return found
