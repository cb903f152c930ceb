"""The reports of a case side by side: a column for each side, origins in it, copies under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from verification.pages.cards import OriginGroup, PartyFace, ReportCard
from verification.pages.opaque import opaque

LONG = 420  # characters of a narrative shown at once; the rest unfolds


@dataclass(frozen=True, slots=True)
class Column:
    """All origins that speak from one side (None: from none)."""

    side: PartyFace | None
    origins: tuple[dict[str, Any], ...]
    n_reports: int


def columns(origins: Sequence[OriginGroup]) -> list[Column]:
    """Return the origins by who stands behind them: parties by code, then the unaligned."""
    by_side: dict[str, list[tuple[int, OriginGroup]]] = {}
    for number, origin in enumerate(origins, start=1):
        side = str(origin.side["code"]) if origin.side is not None else ""
        by_side.setdefault(side, []).append((number, origin))
    order = sorted(by_side, key=lambda code: (code == "", code))
    return [
        Column(
            side=by_side[code][0][1].side,
            origins=tuple(_origin(number, origin) for number, origin in by_side[code]),
            n_reports=sum(1 + len(origin.copies) for _number, origin in by_side[code]),
        )
        for code in order
    ]


def _origin(number: int, origin: OriginGroup) -> dict[str, Any]:
    lead = origin.lead
    return {
        "number": number,
        "kind": origin.kind,
        "said_by": origin.said_by,
        "relayed": origin.said_by != lead.speaker,
        "lead": lead,
        "cite": opaque(lead.key),
        "opening": opening_of(lead.narrative),
        "same_words": _("The same words as %(number)s.") % {"number": lead.number},
        "copies": [_copy(card, lead) for card in origin.copies],
    }


def _copy(card: ReportCard, lead: ReportCard) -> dict[str, Any]:
    """Return a copy with only what it says otherwise than the report above it."""
    same = card.narrative.split() == lead.narrative.split()
    return {
        "card": replace(card, narrative="") if same else card,
        "cite": opaque(card.key),
        "same_words": same,
        "accuses_otherwise": (card.accused, card.accused_words)
        != (lead.accused, lead.accused_words),
        "opening": "" if same else opening_of(card.narrative),
    }


def opening_of(narrative: str) -> str:
    """Return the beginning of a long narrative; '' where it is short enough to stand whole."""
    return Truncator(narrative).chars(LONG) if len(narrative) > LONG + LONG // 4 else ""
