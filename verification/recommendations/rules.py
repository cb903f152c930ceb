"""Pure rules of recommendations: what one must say, what counts as evidence, when it is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from verification.recommendations.states import AWAITED, RecommendationState

TEXT_LEAST, TEXT_MOST = 20, 2_000  # characters
EVIDENCE_MOST = 10  # items with one answer


@dataclass(frozen=True, slots=True)
class Evidence:
    """What somebody points to: one's own report, an incident on record, or a published page.

    Exactly one of `receipt`, `incident` (its code) and `url` is given.
    """

    receipt: str = ""
    incident: str = ""
    url: str = ""
    note: str = ""


def is_overdue(*, state: str, due_at: datetime, at: datetime) -> bool:
    """Answer whether the party is still waited for past the day it was given."""
    return state in AWAITED and due_at <= at


def problems_in_text(text: str) -> list[str]:
    """Return what is wrong with what somebody wrote; nothing if it can be published."""
    if "\x00" in text:
        return [_("Remove the invisible NUL character.")]
    if not TEXT_LEAST <= len(text.strip()) <= TEXT_MOST:
        return [_("Write 20 to 2,000 characters; they are published word for word.")]
    return []


def problems_in_evidence(items: tuple[Evidence, ...], *, to: str) -> list[str]:
    """Return what is wrong with the evidence given with a move."""
    problems: list[str] = []
    if to == RecommendationState.REPORTED and not items:
        problems.append(_("Point to at least one report, incident or published page."))
    if len(items) > EVIDENCE_MOST:
        problems.append(_("At most ten items at a time."))
    for item in items:
        if sum(map(bool, (item.receipt, item.incident, item.url))) != 1:
            problems.append(_("Each item is a report, an incident or a link, one of them."))
        if item.url and not item.url.startswith(("http://", "https://")):
            problems.append(_("A link begins with https://."))
        if len(item.url) > 1000 or len(item.note) > 300 or "\x00" in item.url + item.note:
            problems.append(_("A link has at most 1,000 characters, a note at most 300."))
    return list(dict.fromkeys(problems))
