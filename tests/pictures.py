"""Small pictures made for tests: drawn from a number, with whatever a camera might write in."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np
import pillow_heif
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

pillow_heif.register_heif_opener()


def drawn(seed: int = 1, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Return a picture of soft blotches, the same for a number each time."""
    rng = np.random.default_rng(seed)
    blotches = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(blotches).resize(size, Image.Resampling.BICUBIC)


def exif_of(
    *,
    taken: datetime | None = None,
    offset: str = "",
    position: tuple[float, float] | None = None,
    device: tuple[str, str] = ("", ""),
    **more: str,
) -> Image.Exif:
    """Return what a camera writes: when, where, and what it is; `more` by the names of tags."""
    exif = Image.Exif()
    photo, gps = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
    if taken is not None:
        photo[Base.DateTimeOriginal] = taken.strftime("%Y:%m:%d %H:%M:%S")
    if offset:
        photo[Base.OffsetTimeOriginal] = offset
    if position is not None:
        gps[GPS.GPSLatitudeRef], gps[GPS.GPSLatitude] = "N", _parts(position[0])
        gps[GPS.GPSLongitudeRef], gps[GPS.GPSLongitude] = "E", _parts(position[1])
    if device[0]:
        exif[Base.Make], exif[Base.Model] = device
    for name, text in more.items():
        (photo if name in ("BodySerialNumber", "LensSerialNumber") else exif)[Base[name]] = text
    return exif


def _parts(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 4)


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """Return a picture's bytes."""
    held = BytesIO()
    picture.save(held, kind, **options)
    return held.getvalue()


def photo(seed: int = 1, **exif: Any) -> bytes:
    """Return a photograph as a phone would send it."""
    return encoded(drawn(seed), exif=exif_of(**exif)) if exif else encoded(drawn(seed))


def upload(content: bytes, name: str = "IMG_0001.jpg") -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")
