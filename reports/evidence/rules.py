"""Which files are taken in, and how what a file says of itself compares with the claim. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from reports.places.geo import Spot, distance_m

MEGA = 1024 * 1024
MOST_BYTES = 200 * MEGA  # of one file
MOST_IMAGE_BYTES = 50 * MEGA  # of one picture: the child that reads it holds it in memory
MOST_PIXELS = 40_000_000  # a phone's largest; above it decoding takes a worker's memory
MOST_FILES_AT_ONCE = 10
MOST_ITEMS = 20  # of one report
MOST_BYTES_OF_REPORT = 1024 * MEGA
HEAD = 8192  # bytes looked at to tell what a file is
EVERY = timedelta(days=7)  # each original is read again at least this often
READ_WITHIN = timedelta(minutes=5)  # of being brought; later it is tried again by the clock
AT_A_TIME = 50  # originals one call reads again
SLOTS = 256  # parts of the storage, by the first byte of the hash
SWEPT_EVERY = timedelta(days=1)  # each part is looked through for orphans
ORPHAN_AFTER = timedelta(days=1)  # a file that no row knows for so long belongs to nobody
GRACE = timedelta(minutes=15)  # a clock of a phone, and the time between the event and the shutter

IMAGE, VIDEO, AUDIO, DOCUMENT = "image", "video", "audio", "document"
# Detected type -> its family; whatever is not named is not taken in.
ALLOWED: Mapping[str, str] = {
    **dict.fromkeys(("image/jpeg", "image/png", "image/webp", "image/heic"), IMAGE),
    **dict.fromkeys(("video/mp4", "video/quicktime", "video/webm", "video/3gpp"), VIDEO),
    **dict.fromkeys(("audio/mpeg", "audio/mp4", "audio/ogg", "audio/x-wav", "audio/amr"), AUDIO),
    "application/pdf": DOCUMENT,
}
ENDINGS: Mapping[str, str] = {
    **{"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"},
    **{"video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm", "video/3gpp": "3gp"},
    **{"audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/ogg": "ogg", "audio/x-wav": "wav"},
    **{"audio/amr": "amr", "application/pdf": "pdf"},
}
DEFAULT_KINDS: Mapping[str, str] = {
    **{IMAGE: "photo", VIDEO: "video", AUDIO: "audio", DOCUMENT: "document"}
}
BOXED = frozenset({"video/mp4", "video/quicktime", "video/3gpp", "audio/mp4", "image/heic"})


@dataclass(frozen=True, slots=True)
class TimeCompared:
    """How an embedded time lies to the claimed window: `off` is 0 inside it (with the grace)."""

    off: timedelta  # negative: before the window

    @property
    def agrees(self) -> bool:
        return not self.off


@dataclass(frozen=True, slots=True)
class PlaceCompared:
    """How far an embedded position is from the claimed one, and how exactly that is known."""

    distance_m: float
    radius_m: float

    @property
    def agrees(self) -> bool:
        return self.distance_m <= self.radius_m


def compared_time(
    embedded: datetime, claimed_from: datetime, claimed_until: datetime
) -> TimeCompared:
    """Return how far an embedded time lies outside the claimed window."""
    if embedded < claimed_from - GRACE:
        return TimeCompared(embedded - claimed_from)
    if embedded > claimed_until + GRACE:
        return TimeCompared(embedded - claimed_until)
    return TimeCompared(timedelta(0))


def compared_place(lat: float, lon: float, claimed: Spot) -> PlaceCompared:
    """Return how far an embedded position lies from the claimed place."""
    return PlaceCompared(distance_m(lat, lon, claimed.lat, claimed.lon), claimed.radius_m)


def is_whole_container(detected: str, size: int, boxes: list[tuple[str, int]]) -> bool:
    """Answer whether a file's outermost boxes fill it and hold what a recording needs."""
    if detected not in BOXED:
        return True
    names = {name for name, _length in boxes}
    filled = sum(length for _name, length in boxes) == size
    return filled and "ftyp" in names and bool(names & {"moov", "mdat", "meta", "moof"})
