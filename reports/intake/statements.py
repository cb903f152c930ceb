"""From a draft to the row that states it: the same for one report and for many at once."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from reports.agreement.models import ActKind, Party
from reports.intake.choices import LocationKind
from reports.intake.drafts import ReportDraft, Where, as_plain
from reports.intake.models import Origin, Report
from reports.people.models import Source, User
from reports.places.geo import between, enclosing_radius_m, seen_from
from reports.places.models import Place

# Errors a tired observer makes by eye, where none is given (field manuals' rules of thumb).
DEFAULT_RANGE_ERROR = 0.2  # share of the range
DEFAULT_BEARING_ERROR_DEG = 10.0
DEFAULT_OFF_THE_LINE = 0.2  # share of the way between two places; roads are not straight


def statement_of(
    draft: ReportDraft,
    *,
    by: User,
    at: datetime,
    source: Source,
    act: ActKind,
    places: tuple[Place, ...],
    origin: Origin,
    earlier: Report | None,
    accused: Party | None,
) -> Report:
    """Return the report a draft without problems says, not saved yet."""
    said = columns_of_statement(
        draft, by=by, at=at, source=source, act=act, places=places, accused=accused, raw=draft.raw()
    )
    return Report(origin=origin, supersedes=earlier, **said)


def columns_of_statement(
    draft: ReportDraft,
    *,
    by: User,
    at: datetime,
    source: Source,
    act: ActKind,
    places: tuple[Place, ...],
    accused: Party | None,
    raw: bytes,
) -> dict[str, Any]:
    """Return what a draft says as columns of its report, all but what it follows from.

    `raw` is what `draft.raw()` returned.
    """
    return {
        "client_uuid": draft.client_uuid,
        "agreement": draft.agreement,
        "source": source,
        "filed_by": by,
        "channel": draft.channel,
        "stance": draft.stance,
        "act": act,
        "means": draft.means,
        "weapon": draft.weapon.strip(),
        "observed_from": draft.observed_from,
        "observed_until": draft.observed_until,
        "time_precision": draft.time_precision,
        "received_at": at,
        "location_kind": draft.where.kind,
        "place_typed": draft.where.typed.strip(),
        "place_accuracy": draft.where.accuracy,
        **_NOWHERE,
        **_located(draft.where, places),
        "effect": draft.effect,
        "observation_unit": draft.observation_unit,
        "observation_count": draft.observation_count,
        "count_qualifier": draft.count_qualifier,
        "tolls": [as_plain(toll) for toll in draft.tolls],
        "accused_kind": draft.accused_kind,
        "accused": accused,
        "narrative": draft.narrative.strip(),
        "language": draft.language,
        "publisher": draft.origin.publisher.strip(),
        "source_url": draft.origin.url,
        "own_confidence": draft.own_confidence,
        "form_version": draft.form_version,
        "raw": raw,
        "sha256": hashlib.sha256(raw).hexdigest(),
    }


# Every report has these columns; most locations fill only some.
_NOWHERE = dict.fromkeys(
    (
        *("place", "lat", "lon", "radius_m", "observer_lat", "observer_lon", "range_m"),
        *("bearing_deg", "range_error_m", "bearing_error_deg", "end_one", "end_other"),
    )
)


def _located(where: Where, places: tuple[Place, ...]) -> dict[str, Any]:
    """Return the spot columns: the event's point and radius, and what they were computed from."""
    if len(places) == 1:
        place = places[0]
        return {"place": place, "lat": place.lat, "lon": place.lon, "radius_m": place.radius_m}
    if len(places) == 2:
        return _lying_between(where, *places)
    if where.kind == LocationKind.POINT:
        return {"lat": where.lat, "lon": where.lon, "radius_m": where.accuracy_m}
    observed = (where.lat, where.lon, where.range_m, where.bearing_deg)
    if where.kind != LocationKind.BEARING or None in observed:
        return {}
    return _seen_by(where)


def _lying_between(where: Where, one: Place, other: Place) -> dict[str, Any]:
    """Return the spot of an event between two places: the circle round the whole corridor.

    Where nobody said how far off the line it may lie: as far as the names themselves reach, and a
    fifth of the way.
    """
    way = between(one.lat, one.lon, other.lat, other.lon, width_m=0.0)
    width = where.accuracy_m
    if width is None:
        width = max(one.radius_m, other.radius_m, 2 * way.half_m * DEFAULT_OFF_THE_LINE)
    return {
        "lat": way.lat,
        "lon": way.lon,
        "radius_m": way.half_m + width,
        "end_one": one,
        "end_other": other,
    }


def _seen_by(where: Where) -> dict[str, Any]:
    """Return the spot of an event seen by range and bearing, and the observer's position."""
    range_error = where.range_error_m
    bearing_error = where.bearing_error_deg
    range_m = where.range_m or 0.0
    seen = seen_from(
        where.lat or 0.0,
        where.lon or 0.0,
        range_m=range_m,
        bearing_deg=where.bearing_deg or 0.0,
        range_error_m=range_m * DEFAULT_RANGE_ERROR if range_error is None else range_error,
        bearing_error_deg=DEFAULT_BEARING_ERROR_DEG if bearing_error is None else bearing_error,
    )
    return {
        "lat": seen.lat,
        "lon": seen.lon,
        "radius_m": max(enclosing_radius_m(seen), 1.0),
        "observer_lat": where.lat,
        "observer_lon": where.lon,
        "range_m": where.range_m,
        "bearing_deg": where.bearing_deg,
        "range_error_m": seen.along_m,
        "bearing_error_deg": DEFAULT_BEARING_ERROR_DEG if bearing_error is None else bearing_error,
    }
