"""In which role somebody had a file in hand, in words; never who it was."""

from __future__ import annotations

from django.utils.translation import gettext as _


def role_words(role: str) -> str:
    """Return the words for a role in a line of custody."""
    words = {
        "machine": _("the machine"),
        "author": _("the author"),
        "monitor": _("the author"),
        "triage": _("triage"),
        "reviewer": _("a member of the panel"),
        "chair": _("the chair"),
        "liaison": _("a party’s liaison"),
    }
    return words.get(role, role)
