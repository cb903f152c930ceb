"""Public dataclasses -> what maps and charts draw; words in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.agreement.naming import day_words
from verification.publication.charts import StandingRow, TimelineDay
from verification.publication.faces import Area, Day, PublicIncident
from verification.publication.kept import ring_of
from verification.publication.shapes import SHAPES
from verification.publication.timeline import BY_DAY, BY_MONTH, BY_WEEK, step_of, truce_shape
from verification.standing.queries import StandingLine

EVEN = (45, 55)  # per cent of the time by which half had begun: about a constant rate


def map_features(incidents: Sequence[PublicIncident], zone: str) -> dict[str, Any]:
    """Return incidents as GeoJSON: circles round named places, areas otherwise.

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
    day = day_words(incident.window_from.astimezone(zone))
    where = incident.place.label if incident.place else _("place known to an area")
    if incident.state == "decided":
        who = ", ".join(p.name for p in incident.attributed)
        said = _("attributed to %(who)s") % {"who": who} if who else _("not attributed")
    else:
        who = ", ".join(p.name for p in incident.accused)
        said = _("accused: %(who)s") % {"who": who} if who else _("nobody accused")
    return f"{day}; {where}; {said}"


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def area_features(areas: Iterable[Area], to: Callable[[Area], str]) -> dict[str, Any]:
    """Return areas as GeoJSON, each with its count by shape; the link leads to its incidents."""
    features = []
    for area in areas:
        counts = {
            "allegation": area.allegations,
            "contested": area.contested,
            "finding": area.findings,
        }
        properties: dict[str, Any] = {
            "shape": max(counts, key=lambda shape: (counts[shape], shape)),
            "counts": counts,
            "title": area_name(area),
        }
        if area.key:
            properties["href"] = to(area)
        if area.radius_m:
            properties["radius_m"] = round(area.radius_m)
        else:
            ring = [[round(lon, 3), round(lat, 3)] for lon, lat in ring_of(area.cell)]
            properties["ring"] = ring
        point = {"type": "Point", "coordinates": [round(area.lon, 4), round(area.lat, 4)]}
        features.append(_feature(point, properties))
    return {"type": "FeatureCollection", "features": features}


def area_name(area: Area) -> str:
    """Return an area in words: a place by its names, others by where their middle lies."""
    if area.place is not None:
        return area.place.label
    where = {"lat": f"{area.lat:.1f}", "lon": f"{area.lon:.1f}"}
    if area.n_areas > 1:
        return _("%(n)d places and areas around %(lat)s° N, %(lon)s° E") % {
            **where,
            "n": area.n_areas,
        }
    return _("Area around %(lat)s° N, %(lon)s° E") % where


def area_rows(areas: Iterable[Area], to: Callable[[Area], str]) -> list[dict[str, Any]]:
    """Return areas as rows of the table beside the map."""
    return [
        {"name": area_name(area), "url": to(area) if area.key else "", "area": area}
        for area in areas
    ]


LABELS = {BY_DAY: "j M", BY_WEEK: "j M Y", BY_MONTH: "M Y"}


def timeline_step(days: Sequence[Day]) -> str:
    """Return what one bar of these stands for."""
    return step_of((days[-1].ends - days[0].begins).days) if days else BY_DAY


def timeline_days(days: Sequence[Day], to: Callable[[date, date], str]) -> list[TimelineDay]:
    """Return the timeline's bars with their labels; a longer bar leads to its own days."""
    step = timeline_step(days)
    return [
        TimelineDay(
            label=date_format(day.begins, LABELS[step]),
            allegations=day.allegations,
            contested=day.contested,
            findings=day.findings,
            coverage=day.coverage,
            url=""
            if step == BY_DAY
            else to(day.begins.date(), (day.ends - timedelta(days=1)).date()),
        )
        for day in days
    ]


@dataclass(frozen=True, slots=True)
class ShapeView:
    """The curve of a truce, what it says in sentences, and its table: label, count, so far."""

    sums: tuple[int, ...]
    labels: tuple[str, str]
    sentences: tuple[str, ...]
    rows: tuple[tuple[str, int, int], ...]


def shape_view(days: Sequence[Day]) -> ShapeView | None:
    """Return how a truce went, in plain words; None where there is too little to say so."""
    shape = truce_shape(days)
    if shape is None:
        return None
    labels = [bar.label for bar in timeline_days(days, lambda _from, _until: "")]
    counts = [day.allegations + day.contested + day.findings for day in days]
    share = round(shape.half_at * 100)
    if share < EVEN[0]:
        first = _("It grew calmer: half of all incidents had begun after %(p)d %% of the time.")
    elif share > EVEN[1]:
        first = _("It grew worse: half of all incidents began after %(p)d %% of the time was over.")
    else:
        first = _("It went on evenly: half of all incidents had begun after %(p)d %% of the time.")
    sentences = [first % {"p": share}, _most(labels, counts, shape.peak)]
    if shape.peak_after_half >= 0 and shape.peak_after_half != shape.peak:
        words = _("In the second half of the time the busiest is %(when)s, with %(n)d.")
        at = shape.peak_after_half
        sentences.append(words % {"when": labels[at], "n": counts[at]})
    return ShapeView(
        shape.sums,
        (labels[0], labels[-1]),
        tuple(sentences),
        tuple(zip(labels, counts, shape.sums, strict=True)),
    )


def _most(labels: Sequence[str], counts: Sequence[int], at: int) -> str:
    return _("The busiest bar for its length is %(when)s, with %(n)d.") % {
        "when": labels[at],
        "n": counts[at],
    }


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
