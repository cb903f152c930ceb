"""Reads one picture in a child: `python -m reports.evidence.decoder look|read|burn|history`.

The original comes on standard input; a line of JSON goes to standard output, and after `read` the
bytes of the working copy and of the thumbnail, whose lengths the line tells; after `burn` those of
a copy with the boxes of its second argument covered. The process limits
itself before it looks at a byte: memory, processor time, what it may write, and no file or socket
can be opened any more. It knows no settings, no database and no secret.
"""

from __future__ import annotations

import json
import math
import resource
import sys
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageOps
from PIL.ExifTags import GPS, IFD, Base

from reports.evidence import provenance
from reports.evidence.pdq import pdq_of
from reports.evidence.rules import MEGA, MOST_IMAGE_BYTES, MOST_PIXELS

MEMORY = 512 * MEGA  # address space
SECONDS = 20  # of processor time
WRITTEN = 64 * MEGA
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}
COPY_SIDE, THUMB_SIDE, HASHED_SIDE = 3200, 480, 512  # pixels
BAND = 256  # lines of a copy made at a time
COPY_QUALITY, THUMB_QUALITY = 86, 78
VERSION = "1"  # of what is read and how copies are made


class Refused(Exception):
    """The picture is not read; the one argument is the code of the reason."""


def limit_self() -> None:
    """Give up, for good, what reading a picture does not need."""
    Image.init()
    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    _warm_up()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))  # nothing can be opened from here on
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def _warm_up() -> None:
    """Load what is loaded at first use, while files can still be opened."""
    small = Image.fromarray(np.zeros((80, 80, 3), dtype=np.uint8))
    pdq_of(np.asarray(small))
    held = BytesIO()
    small.save(held, "JPEG")
    Image.open(held).load()
    datetime.strptime("2000", "%Y").replace(tzinfo=UTC)


def opened(data: bytes) -> Image.Image:
    """Return the picture, its header read and its size found bearable. Errors: Refused."""
    try:
        picture = Image.open(BytesIO(data), formats=tuple(FORMATS))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_many_pixels") from error
    if picture.width * picture.height > MOST_PIXELS:
        raise Refused("too_many_pixels")
    return picture


def looked_at(data: bytes) -> dict[str, Any]:
    """Return what a picture's header tells."""
    picture = opened(data)
    return {
        "type": FORMATS[str(picture.format)],
        "width": picture.width,
        "height": picture.height,
    }


def read(data: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """Return what a picture says of itself, its working copy and its thumbnail."""
    told = looked_at(data)
    picture = opened(data)
    told |= embedded(picture.getexif())
    picture.draft("RGB", (COPY_SIDE, COPY_SIDE))
    picture.load()
    clean = _without_all_but_pixels(_shrunk(picture))
    copy = _jpeg(clean, COPY_QUALITY)
    hashed = clean.copy()
    hashed.thumbnail((HASHED_SIDE, HASHED_SIDE))
    digest, quality = pdq_of(np.asarray(hashed))
    clean.thumbnail((THUMB_SIDE, THUMB_SIDE))
    told |= {"pdq": digest.hex(), "pdq_quality": quality, "version": VERSION}
    return told, copy, _jpeg(clean, THUMB_QUALITY)


def _shrunk(picture: Image.Image) -> Image.Image:
    """Return the picture at the size of a copy.

    Pillow makes a second whole picture of one with transparency before it shrinks it; we lay such
    a one on white and shrink it in bands, so that 40 million pixels fit into the memory we have.
    """
    if picture.mode not in ("RGBA", "LA"):
        picture.thumbnail((COPY_SIDE, COPY_SIDE))
        return picture
    wide, high = picture.size
    scale = max(1.0, max(wide, high) / COPY_SIDE)
    made = Image.new("RGB", (max(1, round(wide / scale)), max(1, round(high / scale))))
    step, margin = high / made.height, math.ceil(4 * scale)  # a filter reaches two pixels out
    for top in range(0, made.height, BAND):
        bottom = min(top + BAND, made.height)
        first = max(0, math.floor(top * step) - margin)
        last = min(high, math.ceil(bottom * step) + margin)
        band = _on_white(picture.crop((0, first, wide, last)))
        taken = (0, top * step - first, wide, min(bottom * step, high) - first)
        size = (made.width, bottom - top)
        made.paste(band.resize(size, Image.Resampling.BICUBIC, box=taken), (0, top))
    made.getexif()[Base.Orientation] = picture.getexif().get(Base.Orientation, 1)
    return made


def _on_white(picture: Image.Image) -> Image.Image:
    layer = picture.convert("RGBA")
    ground = Image.new("RGB", layer.size, (255, 255, 255))
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground


def burnt(data: bytes, boxes: Sequence[Sequence[int]]) -> tuple[dict[str, Any], bytes]:
    """Return a copy in which what lies in these boxes (left, top, right, bottom) is gone."""
    told = looked_at(data)
    picture = opened(data)
    picture.load()
    clean = _without_all_but_pixels(picture)
    for box in boxes:
        clean.paste((0, 0, 0), (box[0], box[1], box[2], box[3]))
    return told, _jpeg(clean, COPY_QUALITY)


def _without_all_but_pixels(picture: Image.Image) -> Image.Image:
    """Return the upright picture on white, with nothing beside its pixels."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        upright = _on_white(upright)
    clean = upright.convert("RGB")
    clean.info = {}
    return clean


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    held = BytesIO()
    picture.info = {}
    picture.save(held, "JPEG", quality=quality, optimize=True)
    return held.getvalue()


def embedded(exif: Image.Exif) -> dict[str, Any]:
    """Return the time, the position and the device a picture names; '' and None if it does not."""
    photo, gps = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
    taken, basis = _taken(exif, photo, gps)
    lat, lon = _position(gps)
    makes = (_text(exif.get(Base.Make)), _text(exif.get(Base.Model)))
    return {
        "taken": taken,
        "basis": basis,
        "lat": lat,
        "lon": lon,
        "device": " ".join(dict.fromkeys(word for word in makes if word)),
        "software": _text(exif.get(Base.Software)),
    }


def _taken(exif: Image.Exif, photo: Mapping[int, Any], gps: Mapping[int, Any]) -> tuple[str, str]:
    """Return when a picture was taken (ISO; without offset where it names none), and by what."""
    fixed = _by_satellite(gps)
    if fixed:
        return fixed, "satellite"
    typed = photo.get(Base.DateTimeOriginal) or exif.get(Base.DateTime)
    local = _instant(_text(typed))
    if local is None:
        return "", ""
    offset = _offset(_text(photo.get(Base.OffsetTimeOriginal)))
    if offset is None:
        return local.isoformat(), "local"
    return local.replace(tzinfo=offset).isoformat(), "offset"


def _by_satellite(gps: Mapping[int, Any]) -> str:
    day, clock = _text(gps.get(GPS.GPSDateStamp)), gps.get(GPS.GPSTimeStamp)
    try:
        hour, minute, second = (float(part) for part in clock or ())
        found = datetime.strptime(day, "%Y:%m:%d").replace(tzinfo=UTC)
        return (found + timedelta(hours=hour, minutes=minute, seconds=second)).isoformat()
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        return ""


def _instant(text: str) -> datetime | None:
    try:
        return datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None


def _offset(text: str) -> timezone | None:
    try:
        return datetime.strptime(text, "%z").tzinfo  # type: ignore[return-value]
    except ValueError:
        return None


def _position(gps: Mapping[int, Any]) -> tuple[float | None, float | None]:
    lat = _degrees(gps.get(GPS.GPSLatitude), _text(gps.get(GPS.GPSLatitudeRef)), "S", 90)
    lon = _degrees(gps.get(GPS.GPSLongitude), _text(gps.get(GPS.GPSLongitudeRef)), "W", 180)
    if lat is None or lon is None or (lat, lon) == (0.0, 0.0):
        return None, None
    return lat, lon


def _degrees(parts: Any, side: str, negative: str, most: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (ValueError, TypeError, ZeroDivisionError):
        return None
    found = degrees + minutes / 60 + seconds / 3600
    if not 0 <= found <= most:
        return None
    return round(-found if side == negative else found, 6)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value if letter.isprintable()).strip()[:80]


def main(task: str, said: str = "") -> None:
    """Do one task. What goes wrong in a decoder is a reason to refuse, told by its code."""
    if task == "history":
        provenance.prepare()
    limit_self()
    data = sys.stdin.buffer.read(MOST_IMAGE_BYTES + 1)
    copy = thumb = b""
    try:
        if len(data) > MOST_IMAGE_BYTES:
            raise Refused("too_large")
        if task == "read":
            told, copy, thumb = read(data)
        elif task == "history":
            told = provenance.told_by(data, said)
        elif task == "burn":
            told, copy = burnt(data, json.loads(said))
        else:
            told = looked_at(data)
        told |= {"copy": len(copy), "thumb": len(thumb)}
    except Refused as refusal:
        told, copy, thumb = {"refused": refusal.args[0]}, b"", b""
    except MemoryError:
        told, copy, thumb = {"refused": "too_much_memory"}, b"", b""
    except Exception:  # noqa: BLE001 - decoders raise what they like; the parent is told one thing
        told, copy, thumb = {"refused": "not_readable"}, b"", b""
    out = sys.stdout.buffer
    out.write(json.dumps(told).encode() + b"\n" + copy + thumb)
    out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:3])
