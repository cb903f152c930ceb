"""Public dataclasses -> what maps and charts draw; words in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verification.publication.charts import StandingRow, TimelineDay
from verification.publication.faces import Day, PublicIncident
from verification.publication.shapes import SHAPES
from verification.standing.queries import StandingLine


def map_features(incidents: Sequence[PublicIncident], zone: str) -> dict[str, Any]:
    """Return incidents as GeoJSON: circles round named places, cells of the grid otherwise.

    A cell is drawn once for all its incidents; each has its pin in the middle, which is no point
    anybody reported.
    """
    located = [i for i in incidents if i.lat is not None and i.lon is not None]
    cells: dict[str, list[PublicIncident]] = {}
    for incident in located:
        if incident.ring:
            cells.setdefault(incident.cell, []).append(incident)
    features = [_cell(found) for found in cells.values()]
    features += [_pin(incident, ZoneInfo(zone)) for incident in located]
    return {"type": "FeatureCollection", "features": features}


def place_features(place: dict[str, Any], *, shape: str, title: str) -> dict[str, Any]:
    """Return one published place as GeoJSON; no feature where the place is not known."""
    features = []
    if place["ring"]:
        ring = {"type": "Polygon", "coordinates": [place["ring"]]}
        features.append(_feature(ring, {"shape": shape, "title": title}))
    if place["lat"] is not None:
        point = {"type": "Point", "coordinates": [place["lon"], place["lat"]]}
        circle = {"radius_m": place["radius_m"]} if place["radius_m"] else {}
        features.append(_feature(point, {"shape": shape, "title": title, **circle}))
    return {"type": "FeatureCollection", "features": features}


def _cell(incidents: Sequence[PublicIncident]) -> dict[str, Any]:
    words = ngettext(
        "%(count)d incident somewhere in this area",
        "%(count)d incidents somewhere in this area",
        len(incidents),
    ) % {"count": len(incidents)}
    strongest = max((i.shape for i in incidents), key=SHAPES.index)
    ring = [list(corner) for corner in incidents[0].ring]
    return _feature(
        {"type": "Polygon", "coordinates": [ring]}, {"shape": strongest, "title": words}
    )


def _pin(incident: PublicIncident, zone: ZoneInfo) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "shape": incident.shape,
        "title": f"{incident.code} · {incident.act_name}",
        "text": _pin_text(incident, zone),
        "href": reverse("incident", args=[incident.code]),
    }
    named = incident.attributed if incident.state == "decided" else incident.accused
    if len(named) == 1:
        properties["hue"] = named[0].colour
    if incident.radius_m:
        properties["radius_m"] = round(incident.radius_m)
    return _feature({"type": "Point", "coordinates": [incident.lon, incident.lat]}, properties)


def _pin_text(incident: PublicIncident, zone: ZoneInfo) -> str:
    day = date_format(incident.window_from.astimezone(zone), "j M Y")
    where = incident.place.label if incident.place else _("place known to a grid cell")
    if incident.state == "decided":
        who = ", ".join(p.name for p in incident.attributed)
        said = _("attributed to %(who)s") % {"who": who} if who else _("not attributed")
    else:
        who = ", ".join(p.name for p in incident.accused)
        said = _("accused: %(who)s") % {"who": who} if who else _("nobody accused")
    return f"{day}; {where}; {said}"


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def timeline_days(days: Iterable[Day]) -> list[TimelineDay]:
    """Return the timeline's days with their labels."""
    return [
        TimelineDay(
            label=date_format(day.begins, "j M"),
            allegations=day.allegations,
            contested=day.contested,
            findings=day.findings,
            coverage=day.coverage,
        )
        for day in days
    ]


def standing_rows(lines: Iterable[StandingLine]) -> list[StandingRow]:
    """Return the standings as the chart draws them; no interval exists, so none is drawn."""
    return [
        StandingRow(
            letter=line.party,
            name=line.name,
            hue=line.colour,
            decided=line.decided,
            bound_low=line.bound_low,
            bound_high=line.bound_high,
            numbers=_numbers(line),
            expected=line.expected,
        )
        for line in lines
    ]


def _numbers(line: StandingLine) -> str:
    values = {"decided": line.decided, "open": line.open_against}
    if line.expected is None:
        return _("%(decided)d decided · %(open)d open against it") % values
    return _("%(decided)d decided · %(open)d open against it · %(expected)d expected") % {
        **values,
        "expected": line.expected,
    }
