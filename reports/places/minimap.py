"""A thumb-sized map of a candidate among the others, as SVG. Pure.

It draws the page's symbol #theatre (templates/parts/_theatre.html) and dots; the same sums as
js/lib/mini-map.js. It tells namesakes apart at a glance; the words beside it say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SQUEEZE = 0.766  # of longitudes, at 40 degrees north; units are hundredths of a degree
LEAST, ROOM, ASPECT = 150, 1.4, 1.5
DOT = 22  # the frame is this many times as wide as a dot's radius


class Placed(Protocol):
    """What has a position."""

    @property
    def lat(self) -> float: ...

    @property
    def lon(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """What the small maps of one list show, all alike."""

    x: float
    y: float
    width: float
    height: float


def frame_of(places: Sequence[Placed]) -> Frame:
    """Return the frame that holds all of these (at least one), with room round them."""
    xs, ys = [p.lon * SQUEEZE * 100 for p in places], [-p.lat * 100 for p in places]
    wide, tall = max(xs) - min(xs), max(ys) - min(ys)
    width = max(LEAST, wide * ROOM, tall * ROOM * ASPECT)
    height = width / ASPECT
    return Frame((min(xs) + max(xs) - width) / 2, (min(ys) + max(ys) - height) / 2, width, height)


def mini_map(place: Placed, places: Sequence[Placed], frame: Frame) -> SafeString:
    """Return the small map of one of several places."""
    inked = [*((other, "other") for other in places if other is not place), (place, "here")]
    radius = _units(frame.width / DOT)
    dots = format_html_join(
        "",
        '<circle class="{}" cx="{}" cy="{}" r="{}"/>',
        ((look, _units(p.lon * SQUEEZE * 100), _units(-p.lat * 100), radius) for p, look in inked),
    )
    box = " ".join(_units(part) for part in (frame.x, frame.y, frame.width, frame.height))
    return format_html(
        '<svg class="mini-map" viewBox="{}" aria-hidden="true"><use href="#theatre"/>{}</svg>',
        box,
        dots,
    )


def _units(value: float) -> str:
    """Return a number as the drawing writes it, whatever the reader's language."""
    return f"{value:.1f}"
