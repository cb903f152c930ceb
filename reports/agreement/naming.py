"""Names and days in the reader's language; names fall back in a fixed way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language

FALLBACK = ("en", "fr", "ru")


def localized(names: Mapping[str, str], language: str | None = None) -> str:
    """Return the name in the asked (or the present) language, else English, else any."""
    wanted = (language or get_language() or "en").split("-")[0]
    for code in (wanted, *FALLBACK):
        if names.get(code):
            return names[code]
    return next(iter(names.values()), "")


def day_words(day: date) -> str:
    """Return a day as the reader's language writes it; in English as 10 Oct 2020."""
    return date_format(day, "j M Y" if _is_english() else "DATE_FORMAT")


def long_day_words(day: date) -> str:
    """Return a day with its month in full, for titles; in English as 10 October 2020."""
    return date_format(day, "j F Y" if _is_english() else "DATE_FORMAT")


def _is_english() -> bool:
    return (get_language() or "en").startswith("en")
