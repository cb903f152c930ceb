"""The catalogues of translations: what is wrong in one, and how it becomes what Django reads.

Used by `manage.py translations` and by the tests, never by the running site (polib is theirs).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from gettext import c2py
from pathlib import Path

import polib

FOLDER = Path(__file__).resolve().parents[2] / "config" / "locale"
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
    forms = {0: entry.msgstr}
    if entry.msgid_plural:
        forms = entry.msgstr_plural
        if len(forms) != plural_forms(language):
            yield f"has {len(forms)} plural forms of {plural_forms(language)}"
    for number, text in forms.items():
        if not text.strip():
            yield "not translated"
        elif not _same_marks(PLACEHOLDER, text, sources) and not (
            entry.msgid_plural and _says_its_number(number, language) and _lacks_one(text, sources)
        ):
            yield "other placeholders"
        elif not _same_marks(TAG, text, sources):
            yield "other tags"
        elif _edges(text) != _edges(entry.msgid):
            yield "begins or ends in another line break"


def _marks(pattern: re.Pattern[str], text: str) -> list[str]:
    return sorted(pattern.findall(text))


def _same_marks(pattern: re.Pattern[str], text: str, sources: list[str]) -> bool:
    return _marks(pattern, text) in [_marks(pattern, source) for source in sources]


def _lacks_one(text: str, sources: list[str]) -> bool:
    """Return whether a form leaves out one placeholder, the number, and has no other."""
    have, want = _marks(PLACEHOLDER, text), _marks(PLACEHOLDER, sources[-1])
    return len(have) == len(want) - 1 and all(have.count(one) <= want.count(one) for one in have)


@cache
def _says_its_number(form: int, language: str) -> bool:
    """Return whether a form stands for one number alone, as the Arabic dual does for two."""
    choose = c2py(PLURALS[language].split("plural=", 1)[1].rstrip(";"))
    return sum(choose(n) == form for n in range(1000)) == 1


def _edges(text: str) -> tuple[bool, bool]:
    return text[:1] == "\n", text[-1:] == "\n"
