"""Pure rules of instruments: what a line means, what lies together."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

CHAIN_MOST = 10
RADIUS_MOST_M = 200_000.0
OVERPASS = timedelta(minutes=1)  # a satellite's line speaks of the minute it passed in
NEAR = timedelta(hours=6)  # heat is seen hours after what lit it, sound in minutes
CONFIDENCE = {"l": "low", "n": "nominal", "h": "high"}


class NoReading(ValueError):
    """Raised for a line that says nothing an instrument can say."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One observation as it is read, before it is kept."""

    instrument: str
    begins: datetime
    ends: datetime
    raw: bytes
    lat: float | None = None
    lon: float | None = None
    radius_m: float | None = None
    bearing_deg: float | None = None
    clock_error_s: float = 0.0
    likelihood: str = ""
    product: str = ""
    origin_chain: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


def checked(reading: Reading) -> Reading:
    """Return a reading that can be kept. Errors: NoReading."""
    numbers = (reading.lat, reading.lon, reading.radius_m, reading.bearing_deg)
    if any(number is not None and not math.isfinite(number) for number in numbers):
        raise NoReading("a number is none")
    spot = (reading.lat, reading.lon, reading.radius_m)
    if any(one is None for one in spot) != all(one is None for one in spot):
        raise NoReading("a position is latitude, longitude and radius")
    if reading.lat is not None and reading.lon is not None and reading.radius_m is not None:
        if abs(reading.lat) > 90 or abs(reading.lon) > 180:
            raise NoReading("no such position")
        if not 0 < reading.radius_m <= RADIUS_MOST_M:
            raise NoReading("no such radius")
    elif reading.bearing_deg is None:
        raise NoReading("neither a position nor a bearing")
    if reading.begins.tzinfo is None or reading.ends.tzinfo is None:
        raise NoReading("a time without its offset")
    if not reading.begins < reading.ends:
        raise NoReading("it ends before it begins")
    if len(reading.origin_chain) > CHAIN_MOST or not 0 <= reading.clock_error_s < 86_400:
        raise NoReading("out of bounds")
    return reading


def read_firms(row: Mapping[str, str], *, product: str) -> Reading:
    """Return what a line of a FIRMS table says (MODIS or VIIRS). Errors: NoReading.

    `acq_time` is UTC as HHMM, written without its leading zeros; a pixel is scan by track
    kilometres, so the radius is half its diagonal: a line is never a point.
    """
    try:
        clock = row["acq_time"].strip().zfill(4)
        at = datetime.strptime(f"{row['acq_date'].strip()} {clock}", "%Y-%m-%d %H%M")
        pixel = math.hypot(float(row["scan"]), float(row["track"])) * 1000
        lat, lon = float(row["latitude"]), float(row["longitude"])
    except (KeyError, ValueError, AttributeError) as error:
        raise NoReading("no line of FIRMS") from error
    begins = at.replace(tzinfo=UTC)
    plain = ",".join(f"{name}={row[name]}" for name in sorted(row) if isinstance(row[name], str))
    return checked(
        Reading(
            instrument="heat",
            begins=begins,
            ends=begins + OVERPASS,
            raw=plain.encode(),
            lat=lat,
            lon=lon,
            radius_m=pixel / 2,
            likelihood=_confidence(row.get("confidence", "")),
            product=product,
            origin_chain=(f"satellite:{row.get('satellite', '').strip().lower()}", "nasa-firms"),
        )
    )


def _confidence(text: str) -> str:
    """Return low, nominal or high, whether it came as a letter, a word or per cent."""
    plain = text.strip().lower()
    if plain.isdecimal():
        return "low" if int(plain) < 30 else "high" if int(plain) >= 80 else "nominal"
    return CONFIDENCE.get(plain[:1], "")


def speak_of_the_same(
    one: tuple[datetime, datetime], other: tuple[datetime, datetime], apart_m: float, reach_m: float
) -> bool:
    """Answer whether two windows lie within hours, and two spots within reach, of each other."""
    return one[0] < other[1] + NEAR and other[0] < one[1] + NEAR and apart_m <= reach_m
