"""QuakeML 1.2: what a network of seismometers heard, one reading for each event.

That an event was an explosion is the network's guess, and who lit it no ground can tell.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element, ParseError, tostring  # nosec B405 - read by defusedxml

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from reports.sensors.rules import NoReading, Reading, checked

SHAKES = timedelta(minutes=1)  # what is heard of one event
POORLY_M = 20_000.0  # metres: where a network does not say how well it knows the place
DEGREE_M = 111_320.0


def read_quakeml(raw: bytes, *, feed: str) -> tuple[list[Reading], int]:
    """Return what a bulletin says, and how many of its events say nothing.

    Errors: NoReading, where it is no QuakeML.
    """
    try:
        root = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise NoReading("no QuakeML") from error
    if not root.tag.endswith("}quakeml"):
        raise NoReading("no QuakeML")
    readings, wrong = [], 0
    for event in root.iterfind("{*}eventParameters/{*}event"):
        try:
            readings.append(_reading(event, feed))
        except NoReading:
            wrong += 1
    return readings, wrong


def _reading(event: Element, feed: str) -> Reading:
    origin = _origin(event)
    try:
        at = datetime.fromisoformat(_text(origin, "{*}time/{*}value"))
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)  # the format is of UTC
        error = timedelta(seconds=_number(origin, "{*}time/{*}uncertainty") or 0.0)
        begins, ends = at - error, at + error + SHAKES
        lat, lon = (
            _number(origin, f"{{*}}{name}/{{*}}value") for name in ("latitude", "longitude")
        )
        radius = _radius(origin)
    except (ValueError, OverflowError) as wrong:
        raise NoReading("no event of QuakeML") from wrong
    agency = _text(origin, "{*}creationInfo/{*}agencyID").lower()
    kind = _text(event, "{*}type") or "kind not said"
    return checked(
        Reading(
            instrument="seismic",
            begins=begins,
            ends=ends,
            raw=tostring(event),
            lat=lat,
            lon=lon,
            radius_m=radius,
            clock_error_s=error.total_seconds(),
            likelihood=_text(event, "{*}typeCertainty"),
            product=f"{feed}: {kind}",
            origin_chain=(f"agency:{agency}", f"feed:{feed}") if agency else (f"feed:{feed}",),
        )
    )


def _origin(event: Element) -> Element:
    """Return the origin the network prefers, or the first."""
    preferred = _text(event, "{*}preferredOriginID")
    origins = event.findall("{*}origin")
    named = [one for one in origins if one.get("publicID") == preferred]
    if not origins:
        raise NoReading("an event without an origin")
    return (named or origins)[0]


def _radius(origin: Element) -> float:
    """Return by how much the place may be wrong: as it is said, or far."""
    said = _number(origin, "{*}originUncertainty/{*}horizontalUncertainty")
    if said:
        return said
    degrees = [_number(origin, f"{{*}}{n}/{{*}}uncertainty") for n in ("latitude", "longitude")]
    known = [one for one in degrees if one is not None]
    return math.hypot(*known) * DEGREE_M if len(known) == 2 and any(known) else POORLY_M


def _number(node: Element, path: str) -> float | None:
    text = _text(node, path)
    return float(text) if text else None


def _text(node: Element, path: str) -> str:
    return (node.findtext(path) or "").strip()
