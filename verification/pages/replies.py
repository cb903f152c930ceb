"""What a party's answer says, in words: its own figures, its documents, the time it was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from reports.intake.tolls import toll_range
from verification.corroboration.replies import toll_names

HARM_WORDS = {"killed": _("Killed, by its own count"), "injured": _("Injured, by its own count")}


def reply_words(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the party's figures and documents as pages show them.

    Findings published before answers held ranges and documents lack those fields.
    """
    figures = []
    for harm, words in HARM_WORDS.items():
        least, best, most = (row.get(name) for name in toll_names(harm))
        if (least, best, most) != (None, None, None):
            figures.append((str(words), toll_range(least, best, most)))
    return {
        "figures": figures,
        "documents": list(row.get("documents") or ()),
        "extension_reason": row.get("extension_reason", ""),
    }
