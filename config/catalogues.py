"""The catalogues of translations: what is wrong in one, and how it becomes what Django reads.

Used by `manage.py translations` and by the tests, never by the running site (polib is theirs).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polib

FOLDER = Path(__file__).resolve().parent / "locale"
# Whole-number rules of the languages we claim (source: Unicode CLDR plural rules).
PLURALS = {
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
    "(n%100<12 || n%100>14) ? 1 : 2);",
    "uk": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
    "(n%100<12 || n%100>14) ? 1 : 2);",
    "hy": "nplurals=2; plural=(n != 1);",
    "az": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 ? 4 : 5);",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{[\w.]*\}")
TAG = re.compile(r"</?[a-z][^>]*>")


def po_file(language: str) -> Path:
    """Return where the translations of a language are written."""
    return FOLDER / language / "LC_MESSAGES" / "django.po"


def plural_forms(language: str) -> int:
    """Return how many plural forms a language has."""
    return int(re.findall(r"nplurals=(\d)", PLURALS[language])[0])


def compiled(catalogue: polib.POFile) -> bytes:
    """Return the bytes Django reads (.mo); equal catalogues give equal bytes."""
    return catalogue.to_binary()


def problems_in(catalogue: polib.POFile, language: str) -> Iterator[str]:
    """Yield, in words, what is missing or wrong in a language's catalogue."""
    if catalogue.metadata.get("Plural-Forms") != PLURALS[language]:
        yield "the header's Plural-Forms are not those of the language"
    for entry in catalogue:
        if entry.obsolete:
            yield f"no longer used: {entry.msgid!r}"
        elif entry.fuzzy:
            yield f"fuzzy: {entry.msgid!r}"
        else:
            yield from (f"{words}: {entry.msgid!r}" for words in _wrong(entry, language))


def _wrong(entry: polib.POEntry, language: str) -> Iterator[str]:
    sources = [entry.msgid] + ([entry.msgid_plural] if entry.msgid_plural else [])
    forms = [entry.msgstr]
    if entry.msgid_plural:
        forms = [text for _number, text in sorted(entry.msgstr_plural.items())]
        if len(forms) != plural_forms(language):
            yield f"has {len(forms)} plural forms of {plural_forms(language)}"
    for text in forms:
        if not text.strip():
            yield "not translated"
        elif sorted(PLACEHOLDER.findall(text)) not in [
            sorted(PLACEHOLDER.findall(source)) for source in sources
        ]:
            yield "other placeholders"
        elif sorted(TAG.findall(text)) not in [sorted(TAG.findall(source)) for source in sources]:
            yield "other tags"
        elif (text[:1] == "\n", text[-1:] == "\n") != (
            entry.msgid[:1] == "\n",
            entry.msgid[-1:] == "\n",
        ):
            yield "begins or ends in another line break"
