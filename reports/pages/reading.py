"""A filed report in words and as parts of a map: what its author (and nobody else here) reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reports.intake.choices import LocationKind, TollCategory, TollHarm
from reports.intake.queries import (
    Places,
    Report,
    area_of,
    corridor_of,
    ellipse_of,
    place_ids,
    where_words,
)
from reports.intake.states import MOVES, ReportState
from reports.intake.tolls import toll_range
from reports.places.queries import place_choices

# Precision of intake -> precision of the time parts (docs/pages.md).
SHOWN_PRECISION = {"part_of_day": "minute", "days": "day"}


@dataclass(frozen=True, slots=True)
class FiledReport:
    """One's own report as its page shows it; plain values only."""

    receipt: str
    state: str
    state_reason: str
    act: str
    stance: str
    means: str
    observed_from: Any
    observed_until: Any
    precision: str
    precision_words: str
    received_at: Any
    zone: str
    where: str
    where_lines: tuple[str, ...]
    accused: dict[str, Any] | None
    accused_words: str
    origin: str
    speaker: str
    publisher: str
    source_url: str
    published_on: Any
    own_confidence: str
    count: str
    weapon: str
    effect: str
    tolls: tuple[tuple[str, str], ...]
    narrative: str
    language: str
    corrects: str
    corrected_by: str
    may_withdraw: bool
    features: dict[str, Any]


def filed_report(report: Report) -> FiledReport:
    """Return what a report's page shows."""
    places = place_choices(place_ids([report]))
    accused = report.accused
    newer = getattr(report, "superseded_by", None)
    words = {name: _words(report, name) for name in _WORDED}
    return FiledReport(
        receipt=report.receipt,
        state=report.state,
        state_reason=report.state_reason,
        act=report.act.name,
        observed_from=report.observed_from,
        observed_until=report.observed_until,
        precision=SHOWN_PRECISION.get(report.time_precision, report.time_precision),
        precision_words=str(report.get_time_precision_display()),
        received_at=report.received_at,
        zone=report.agreement.timezone,
        where=where_words(report, places) or str(report.get_location_kind_display()),
        where_lines=_where_lines(report, places),
        accused={"name": accused.name, "code": accused.code, "colour": accused.colour}
        if accused
        else None,
        accused_words=str(report.get_accused_kind_display()),
        origin=str(report.origin.get_kind_display()),
        speaker="" if report.source.user_id else report.source.name,
        publisher=report.publisher,
        source_url=report.source_url,
        published_on=report.origin.published_on,
        count=_count(report),
        weapon=report.weapon,
        tolls=tuple(_toll(toll) for toll in report.tolls),
        narrative=report.narrative,
        language=report.language,
        corrects=report.supersedes.receipt if report.supersedes else "",
        corrected_by=newer.receipt if newer else "",
        may_withdraw=ReportState.WITHDRAWN in MOVES[ReportState(report.state)],
        features=map_features(report, places),
        **words,
    )


_WORDED = ("stance", "means", "own_confidence", "effect")


def _words(report: Report, name: str) -> str:
    """Return the words of a choice, or nothing where it was left out or is not known."""
    if getattr(report, name) in ("", "unknown"):
        return ""
    return str(getattr(report, f"get_{name}_display")())


def _where_lines(report: Report, places: Places) -> tuple[str, ...]:
    named = list(places.values()) if report.place_id else []
    lines = [line for place in named for line in (place.official, place.detail) if line]
    if report.place_accuracy:
        lines.append(
            _("The name fits: %(accuracy)s") % {"accuracy": report.get_place_accuracy_display()}
        )
    if report.location_kind == LocationKind.NAMED:
        lines.append(_("Not located yet: triage will look for the place."))
    if report.location_kind == LocationKind.BEARING:
        lines.append(
            _("%(range)s on a bearing of %(bearing)d degrees, seen from %(lat).4f, %(lon).4f")
            % {
                "range": _length(report.range_m),
                "bearing": report.bearing_deg,
                "lat": report.observer_lat,
                "lon": report.observer_lon,
            }
        )
    corridor = corridor_of(report, places)
    if corridor is not None:
        lines.append(
            _("%(length)s long, at most %(width)s off the line")
            % {"length": _length(2 * corridor.half_m), "width": _length(corridor.width_m)}
        )
    elif report.lat is not None and report.radius_m is not None:
        lines.append(
            _("%(lat).4f, %(lon).4f, within %(radius)s")
            % {"lat": report.lat, "lon": report.lon, "radius": _length(report.radius_m)}
        )
    return tuple(lines)


def _length(metres: float | None) -> str:
    """Return a length in words: metres below a kilometre, else kilometres."""
    length = metres or 0.0
    if length < 1000:
        return _("%(metres)d m") % {"metres": round(length)}
    return _("%(km)s km") % {"km": f"{length / 1000:.1f}".removesuffix(".0")}


def _count(report: Report) -> str:
    if report.observation_count is None:
        return ""
    parts = (
        report.get_count_qualifier_display(),
        str(report.observation_count),
        report.get_observation_unit_display(),
    )
    return " ".join(str(part) for part in parts)


def _toll(toll: dict[str, Any]) -> tuple[str, str]:
    named = f"{TollHarm(toll['harm']).label}, {TollCategory(toll['category']).label}"
    return named, toll_range(toll["least"], toll["best"], toll["most"])


def map_features(report: Report, places: Places) -> dict[str, Any]:
    """Return the location as GeoJSON: a circle, or the error ellipse and where one stood, or the
    corridor between two places and its ends."""
    if report.lat is None or report.lon is None:
        return {}
    event: dict[str, Any] = {"shape": "allegation", "title": report.receipt}
    features = [_point(report.lon, report.lat, event)]
    ring = area_of(report, places)
    if ring:
        area = {"type": "Polygon", "coordinates": [[list(corner) for corner in ring]]}
        features += [{"type": "Feature", "geometry": area, "properties": dict(event)}]
    else:
        event |= {"radius_m": report.radius_m, "text": where_words(report, places)}
    if ellipse_of(report) is not None:
        standing = {"shape": "place", "title": _("Seen from here")}
        features.append(_point(report.observer_lon, report.observer_lat, standing))
    if report.end_one_id:
        features += [
            _point(end.lon, end.lat, {"shape": "place", "title": end.label})
            for end in places.values()
        ]
    return {"type": "FeatureCollection", "features": features}


def _point(lon: Any, lat: Any, properties: dict[str, Any]) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "geometry": place, "properties": properties}
