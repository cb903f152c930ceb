"""Names in several languages: {language: text}, with a fixed way to fall back."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language

FALLBACK = ("en", "fr", "ru")


def localized(names: Mapping[str, str], language: str | None = None) -> str:
    """Return the name in the asked (or the present) language, else English, else any."""
    wanted = (language or get_language() or "en").split("-")[0]
    for code in (wanted, *FALLBACK):
        if names.get(code):
            return names[code]
    return next(iter(names.values()), "")
