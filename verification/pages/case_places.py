"""Where the incident and its reports are placed: what the map draws, and the same as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.places.geo import distance_m
from verification.adjudication.queries import CaseFile
from verification.pages.cards import IncidentCard, ReportCard, features_of
from verification.pages.case_terms import length_words

MOST_NUMBERS = 12  # report numbers written out for one place; the rest is counted


@dataclass(frozen=True, slots=True)
class Named:
    """One place as several reports give it."""

    place: str
    note: str
    lat: float | None
    lon: float | None
    radius_m: float | None
    numbers: tuple[str, ...]

    @property
    def who(self) -> str:
        shown = ", ".join(self.numbers[:MOST_NUMBERS])
        rest = len(self.numbers) - MOST_NUMBERS
        if rest <= 0:
            return shown
        more = ngettext("and %(n)d more", "and %(n)d more", rest) % {"n": rest}
        return f"{shown} {more}"


def named_places(cards: Sequence[ReportCard]) -> list[Named]:
    """Return the places that reports give, each once, in order of their first report."""
    found: dict[tuple[Any, ...], list[ReportCard]] = {}
    for card in cards:
        key = (card.place, card.place_note, card.lat, card.lon, card.radius_m)
        found.setdefault(key, []).append(card)
    return [
        Named(
            place=same[0].place,
            note=same[0].place_note,
            lat=same[0].lat,
            lon=same[0].lon,
            radius_m=same[0].radius_m,
            numbers=tuple(card.number for card in same),
        )
        for same in found.values()
    ]


def map_of(
    file: CaseFile, incident: IncidentCard, named: Sequence[Named], cards: Sequence[ReportCard]
) -> dict[str, Any]:
    """Return area and zones, what reports give, and the incident, as GeoJSON."""
    zones = [file.incident.agreement.area, *(c.zone for c in file.clauses if c.zone)]
    features = [
        _feature({"type": "Polygon", "coordinates": zone["coordinates"]}, {"shape": "zone"})
        for zone in zones
    ]
    features += _areas(cards)
    features += [
        _feature(
            {"type": "Point", "coordinates": [one.lon, one.lat]},
            {
                "shape": "allegation",
                "title": one.who,
                "text": one.place,
                "radius_m": one.radius_m,
            },
        )
        for one in named
        if one.lat is not None and one.lon is not None
    ]
    features += features_of([incident], shape="contested")["features"]
    return {"type": "FeatureCollection", "features": features}


def _areas(cards: Sequence[ReportCard]) -> list[dict[str, Any]]:
    """Return the error ellipses of what was seen by range and bearing, and corridors between
    two places."""
    return [
        _feature(
            {"type": "Polygon", "coordinates": [[list(corner) for corner in card.area]]},
            {"shape": "allegation", "title": card.number},
        )
        for card in cards
        if card.area
    ]


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def place_rows(incident: IncidentCard, named: Sequence[Named]) -> list[dict[str, str]]:
    """Return the same as a list: which place, how exact, how far from the incident's own."""
    rows = [
        {
            "who": one.who,
            "place": one.place,
            "exact": _exactness(one.radius_m, one.note),
            "away": _away(incident, one),
        }
        for one in named
    ]
    own = {
        "who": incident.code,
        "place": incident.place,
        "exact": _exactness(incident.radius_m, ""),
        "away": "",
    }
    return [own, *rows]


def _exactness(radius_m: float | None, note: str) -> str:
    if radius_m is None:
        return note or _("not located")
    return _("within %(radius)s") % {"radius": length_words(radius_m)}


def _away(incident: IncidentCard, one: Named) -> str:
    if None in (incident.lat, incident.lon, one.lat, one.lon):
        return ""
    metres = distance_m(incident.lat or 0, incident.lon or 0, one.lat or 0, one.lon or 0)
    return _("at the same point") if metres < 1 else length_words(metres)
