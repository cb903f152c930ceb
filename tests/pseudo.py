"""A language nobody speaks: every string that goes through gettext comes back accented.

What stays in plain letters on a page was never handed to a translator. It is also a third
longer than English, as real languages are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.utils.translation import deactivate, trans_real

CODE = "eo"  # a language Django knows and we do not claim stands in for it
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ACCENTED = "áƀçðéƒĝĥíĵķļɱñóþɋŕšţúṽŵẋýžÁƁÇÐÉƑĜĤÍĴĶĻṀÑÓÞɊŔŠŢÚṼŴẊÝŽ"
TO_ACCENTED = str.maketrans(PLAIN, ACCENTED)
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{[\w.]*\}|<[^>]*>|&\w+;)")


def accented(text: str) -> str:
    """Return a string as the language has it: placeholders, tags and entities stay."""
    pieces = KEPT.split(text)
    pieces[::2] = [piece.translate(TO_ACCENTED) for piece in pieces[::2]]
    longer = "·" * (len(text) // 3) if len(text) > 3 and not text.endswith("\n") else ""
    return "".join(pieces) + longer


class Pseudo(trans_real.DjangoTranslation):
    """The catalogue that answers everything."""

    def gettext(self, message: str) -> str:
        """Return the accented string, without its context."""
        text = message.rsplit(trans_real.CONTEXT_SEPARATOR, 1)[-1]
        return accented(text) if text else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the one or the many, accented."""
        return self.gettext(msgid1 if n == 1 else msgid2)


@contextmanager
def pseudo_language() -> Iterator[str]:
    """Offer the language, under CODE, while the block runs."""
    kept = settings.LANGUAGES
    settings.LANGUAGES = [*kept, (CODE, "Pseudo")]
    forget()
    pseudo = Pseudo(CODE)
    translations: dict[str, Any] = trans_real._translations  # type: ignore[attr-defined]
    translations[CODE] = pseudo
    try:
        yield CODE
    finally:
        settings.LANGUAGES = kept
        deactivate()  # a page read in it leaves it on in this thread
        translations.pop(CODE, None)
        forget()


def forget() -> None:
    """Have Django look again which languages there are."""
    trans_real.get_languages.cache_clear()
    trans_real._get_supported_language_variant.cache_clear()
