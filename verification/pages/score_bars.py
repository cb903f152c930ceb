"""How far each origin moved a score, as bars in three widths; the stylesheet shows one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from verification.publication.bars import Push, PushWords, push_bars

WIDTHS = {"wide": 780, "middle": 540, "narrow": 340}  # user units


def bars_of(pushes: Sequence[Push], *, leading: str, n_origins: int) -> dict[str, Any]:
    """Return the drawings, by width, with their title; `leading` is the answer they are about."""
    words = PushWords(
        title=_("How each independent origin moved the score towards: %(name)s")
        % {"name": leading},
        desc=ngettext("%(count)d independent origin.", "%(count)d independent origins.", n_origins)
        % {"count": n_origins},
        against=_("speaks against"),
        towards=_("speaks for"),
    )
    rtl = get_language_bidi()
    drawn = {size: push_bars(pushes, words, width=width, rtl=rtl) for size, width in WIDTHS.items()}
    return {**drawn, "title": words.title}
