"""Draws the demonstration's pictures: hills, houses and a plume, each from its number.

The same number gives the same pixels. No photograph is used, and every picture says what it is.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from io import BytesIO
from math import sin
from typing import Any

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
from PIL.ExifTags import GPS, IFD, Base

WIDTH, HEIGHT = 960, 640  # pixels
SAYS = "DEMONSTRATION DRAWING - NOT A PHOTOGRAPH"
DEVICE = ("Demonstration", "Drawing 1")
Draw = ImageDraw.ImageDraw


def drawing(
    number: int,
    *,
    taken: datetime | None = None,
    at: tuple[float, float] | None = None,
    changed: bool = False,
) -> bytes:
    """Return a JPEG drawn from a number, with time and position written in as a camera would."""
    dice = random.Random(number)  # noqa: S311 # nosec B311 - a drawing, no secret
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    canvas = ImageDraw.Draw(picture)
    _sky(canvas, dice)
    for layer in range(4):
        _ridge(canvas, dice, layer)
    _houses(canvas, dice)
    if number % 2:
        _plume(picture, dice)
    canvas.rectangle((0, HEIGHT - 44, WIDTH, HEIGHT), fill=(250, 250, 246))
    canvas.text((20, HEIGHT - 36), SAYS, fill=(30, 30, 30), font_size=26)
    if changed:
        picture = ImageEnhance.Brightness(picture.resize((720, 480))).enhance(1.08)
    held = BytesIO()
    picture.save(held, "JPEG", quality=55 if changed else 88, exif=_written(taken, at))
    return held.getvalue()


def _sky(canvas: Draw, dice: random.Random) -> None:
    low = dice.randint(150, 200)
    for y in range(HEIGHT):
        shade = y * 70 // HEIGHT
        canvas.line((0, y, WIDTH, y), fill=(low + shade - 40, low + shade - 20, 215))


def _ridge(canvas: Draw, dice: random.Random, layer: int) -> None:
    base, swing = 230 + layer * 95, 70 - layer * 10
    phase, slow, fast = dice.uniform(0, 6), dice.uniform(0.004, 0.009), dice.uniform(0.02, 0.05)
    line = [
        (x, base + swing * sin(phase + slow * x) + 9 * sin(phase + fast * x))
        for x in range(0, WIDTH + 8, 8)
    ]
    tone = 150 - layer * 28
    fill = (tone, tone + 12 - layer * 4, tone - 18)
    canvas.polygon([(0, HEIGHT), *line, (WIDTH, HEIGHT)], fill=fill)


def _houses(canvas: Draw, dice: random.Random) -> None:
    for _house in range(dice.randint(6, 9)):
        x, y = dice.randint(20, WIDTH - 120), dice.randint(400, 540)
        w, h = dice.randint(46, 92), dice.randint(30, 52)
        wall = dice.randint(150, 215)
        canvas.rectangle((x, y, x + w, y + h), fill=(wall, wall - 8, wall - 24))
        canvas.polygon([(x - 6, y), (x + w + 6, y), (x + w // 2, y - h // 2)], fill=(120, 74, 60))
        canvas.rectangle((x + 10, y + 12, x + 20, y + 24), fill=(60, 66, 74))


def _plume(picture: Image.Image, dice: random.Random) -> None:
    smoke = Image.new("L", picture.size)
    canvas = ImageDraw.Draw(smoke)
    x, y, size = dice.randint(260, 700), 330, 18.0
    for _puff in range(26):
        canvas.ellipse((x - size, y - size, x + size, y + size), fill=dice.randint(110, 210))
        x, y, size = x + dice.randint(-6, 16), y - dice.randint(8, 15), size + 2.4
    dark = Image.new("RGB", picture.size, (58, 56, 58))
    picture.paste(dark, mask=smoke.filter(ImageFilter.GaussianBlur(7)))


def _written(taken: datetime | None, at: tuple[float, float] | None) -> Image.Exif:
    exif: Any = Image.Exif()
    exif[Base.Make], exif[Base.Model] = DEVICE
    if taken is not None:
        photo = exif.get_ifd(IFD.Exif)
        photo[Base.DateTimeOriginal] = taken.strftime("%Y:%m:%d %H:%M:%S")
        photo[Base.OffsetTimeOriginal] = taken.strftime("%z")[:3] + ":" + taken.strftime("%z")[3:]
    if at is not None:
        gps = exif.get_ifd(IFD.GPSInfo)
        gps[GPS.GPSLatitudeRef], gps[GPS.GPSLatitude] = "N", _parts(at[0])
        gps[GPS.GPSLongitudeRef], gps[GPS.GPSLongitude] = "E", _parts(at[1])
        if taken is not None:
            clock = taken.astimezone(UTC)
            gps[GPS.GPSDateStamp] = clock.strftime("%Y:%m:%d")
            gps[GPS.GPSTimeStamp] = (clock.hour, clock.minute, clock.second)
    return exif


def _parts(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 4)
