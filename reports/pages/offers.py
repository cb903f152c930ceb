"""What a form offers to choose from, and how it reads what was chosen."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reports.people.queries import SourceChoice
from reports.places.minimap import frame_of, mini_map
from reports.places.queries import PlaceChoice

PART_NAMES = (
    ("night", _("Night: 00:00 to 06:00")),
    ("morning", _("Morning: 06:00 to 12:00")),
    ("afternoon", _("Afternoon: 12:00 to 18:00")),
    ("evening", _("Evening: 18:00 to 24:00")),
)
LIKELIHOODS = (
    ("", _("Rather not say")),
    ("almost_certain", _("Almost certain")),
    ("very_likely", _("Very likely")),
    ("likely", _("Likely")),
    ("roughly_even", _("Roughly even")),
    ("unlikely", _("Unlikely")),
)


def place_options(places: Iterable[PlaceChoice]) -> list[tuple[str, SafeString]]:
    """Return candidates to choose from, each with its place among the others on a small map."""
    offered = list(places)
    if not offered:
        return []
    frame = frame_of(offered)
    return [(str(one.id), _label(one, mini_map(one, offered, frame))) for one in offered]


def _label(place: PlaceChoice, drawing: SafeString) -> SafeString:
    """Return a candidate as its card shows it: spellings, what and where it is, other names."""
    lines = [line for line in (place.detail, place.near, " · ".join(place.names)) if line]
    hints = format_html_join(
        "", '<span class="hint" dir="auto">{}</span>', ((line,) for line in lines)
    )
    return format_html("<span>{}<bdi>{}</bdi>{}</span>", drawing, place.label, hints)


def speaker_groups(sources: Iterable[SourceChoice]) -> list[tuple[str, Any]]:
    """Return the speakers as a list grouped by their kind."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for source in sources:
        groups.setdefault(source.kind, []).append((str(source.id), source.name))
    return [("", str(_("Nobody else: I say it myself"))), *groups.items()]


def readable_uuid(text: Any) -> uuid.UUID | None:
    """Return a typed or sent key as a UUID, or None."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
