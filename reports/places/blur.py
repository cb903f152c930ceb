"""How exact a place is in public: an area that holds enough named places, never a rounded point.

The earth of one agreement is cut in two again and again, by the named inhabited places alone, as
long as either half keeps enough of them. Where somebody stood plays no part in the cuts, so an
area tells that its point lies in it and nothing else. A place recorded later only cuts an area
further: of two areas that ever held one point, one lies in the other. Pure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil, cos, floor, radians
from typing import Any

import h3

MARGIN = 25  # hundredths of a degree round the agreement's area: events at its edge are shown too
HUNDRED = 100  # cuts lie on hundredths of a degree, about a kilometre
DIGITS = 3  # of one edge in a key, in base 36
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
MARK = "q"  # the first letter of a key of ours; a cell of the H3 grid begins with a digit
LEAST_KM2 = 250  # no area is smaller, however many places lie near each other
KM_PER_HUNDREDTH = 1.112
WIDEST = (-9000, -18000)  # the least latitude and longitude, in hundredths

Point = tuple[float, float]  # latitude, longitude


@dataclass(frozen=True, slots=True)
class PublicArea:
    """An area as the public may know it: its key, middle and outline (lon/lat ring, closed)."""

    cell: str
    lat: float
    lon: float
    ring: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A box between parallels and meridians, in hundredths of a degree; half-open to the north."""

    south: int
    west: int
    north: int
    east: int

    def holds(self, point: Point) -> bool:
        """Answer whether a point lies in it."""
        lat, lon = point[0] * HUNDRED, point[1] * HUNDRED
        return self.south <= lat < self.north and self.west <= lon < self.east

    @property
    def km2(self) -> float:
        """Return its extent in square kilometres, to about one per cent."""
        squeeze = cos(radians((self.south + self.north) / 2 / HUNDRED))
        sides = (self.north - self.south) * (self.east - self.west)
        return sides * squeeze * KM_PER_HUNDREDTH**2

    def cut(self, axis: int, at: int) -> tuple[Box, Box]:
        """Return its halves on either side of a parallel (axis 0) or a meridian (1)."""
        south, west, north, east = self.south, self.west, self.north, self.east
        if axis == 0:
            return Box(south, west, at, east), Box(at, west, north, east)
        return Box(south, west, north, at), Box(south, at, north, east)

    @property
    def key(self) -> str:
        """Return the name that holds its edges, so that the outline can be read off it."""
        edges = (
            self.south - WIDEST[0],
            self.west - WIDEST[1],
            self.north - WIDEST[0],
            self.east - WIDEST[1],
        )
        return MARK + "".join(_base36(edge) for edge in edges)


@dataclass(slots=True)
class _Piece:
    """A box with its places; once cut, a half on either side of the cut."""

    box: Box
    points: list[Point] = field(default_factory=list)
    halves: tuple[_Piece, _Piece] | None = None

    def half(self, point: Point) -> _Piece:
        assert self.halves is not None  # noqa: S101 - asked of pieces that are cut
        return self.halves[0] if self.halves[0].box.holds(point) else self.halves[1]


class Areas:
    """The public areas of one agreement: each holds at least so many named inhabited places.

    `places` stand in the order in which they were recorded; those of later days come last.
    """

    def __init__(self, root: Box | None, places: Iterable[Point], least: int) -> None:
        self.least = max(1, least)
        self.root = _Piece(root) if root is not None else None
        for point in places:
            if self.root is not None and self.root.box.holds(point):
                self._put(self.root, point)

    def _put(self, piece: _Piece, point: Point) -> None:
        while True:
            piece.points.append(point)
            if piece.halves is None:
                _cut(piece, self.least)
                return
            piece = piece.half(point)

    def at(self, lat: float, lon: float) -> PublicArea | None:
        """Return the area a point is shown in; None where too few places are known for one."""
        piece = self.root
        if piece is None or not piece.box.holds((lat, lon)) or len(piece.points) < self.least:
            return None
        while piece.halves is not None:
            piece = piece.half((lat, lon))
        return area_of_cell(piece.box.key)

    def holding(self, cell: str) -> int:
        """Return how many of the places an area holds."""
        box = box_of(cell)
        return sum(1 for p in self.root.points if box.holds(p)) if self.root is not None else 0


def _cut(piece: _Piece, least: int) -> None:
    """Cut a piece in two where both halves keep enough places, across its longer side first."""
    if len(piece.points) < 2 * least:
        return
    box = piece.box
    tall = box.north - box.south
    wide = (box.east - box.west) * cos(radians((box.south + box.north) / 2 / HUNDRED))
    for axis in (0, 1) if tall >= wide else (1, 0):
        boxes = _middle_cut(piece, axis, least)
        if boxes is not None:
            low, high = (_Piece(half, [p for p in piece.points if half.holds(p)]) for half in boxes)
            piece.halves = (low, high)
            for half in (low, high):
                _cut(half, least)
            return


def _middle_cut(piece: _Piece, axis: int, least: int) -> tuple[Box, Box] | None:
    """Return the halves cut nearest to the middle place, both wide and full enough; or None."""
    values = sorted(point[axis] * HUNDRED for point in piece.points)
    middle = values[len(values) // 2]
    edges = {edge for value in values for edge in (floor(value), ceil(value))}
    for edge in sorted(edges, key=lambda edge: (abs(edge - middle), edge)):
        if least <= bisect_left(values, edge) <= len(values) - least:
            boxes = piece.box.cut(axis, edge)
            if min(half.km2 for half in boxes) >= LEAST_KM2:
                return boxes
    return None


def box_round(area: Mapping[str, Any]) -> Box | None:
    """Return the box round an agreement's area (GeoJSON polygon), with a margin; None if none."""
    corners = [corner for ring in area.get("coordinates", ()) for corner in ring]
    if not corners:
        return None
    lons, lats = [c[0] * HUNDRED for c in corners], [c[1] * HUNDRED for c in corners]
    return Box(
        max(WIDEST[0], floor(min(lats)) - MARGIN),
        max(WIDEST[1], floor(min(lons)) - MARGIN),
        min(-WIDEST[0], ceil(max(lats)) + MARGIN),
        min(-WIDEST[1], ceil(max(lons)) + MARGIN),
    )


@lru_cache(maxsize=32)
def areas_of_places(root: Box | None, places: tuple[Point, ...], least: int) -> Areas:
    """Return the areas cut by these places, in the order in which they were recorded."""
    return Areas(root, places, least)


def _base36(value: int) -> str:
    digits = ""
    for _digit in range(DIGITS):
        value, rest = divmod(value, len(BASE36))
        digits = BASE36[rest] + digits
    return digits


def box_of(key: str) -> Box:
    """Return the box of an area's key. Errors: ValueError."""
    if len(key) != 1 + 4 * DIGITS or not key.startswith(MARK):
        raise ValueError(f"{key!r} is no public area")
    south, west, north, east = (
        int(key[start : start + DIGITS], 36) + WIDEST[side % 2]
        for side, start in enumerate(range(1, len(key), DIGITS))
    )
    return Box(south, west, north, east)


def middle_of(cell: str) -> Point:
    """Return the latitude and longitude of the middle of an area, which is no point of anybody's.

    `cell` is an area's key, or a cell of the H3 grid in which the map takes areas together.
    """
    if not cell.startswith(MARK):
        lat, lon = h3.cell_to_latlng(cell)
        return round(lat, 5), round(lon, 5)
    box = box_of(cell)
    return (box.south + box.north) / 2 / HUNDRED, (box.west + box.east) / 2 / HUNDRED


@lru_cache(maxsize=4096)
def area_of_cell(cell: str) -> PublicArea:
    """Return an area, or a cell of the H3 grid, with its outline."""
    lat, lon = middle_of(cell)
    if cell.startswith(MARK):
        box = box_of(cell)
        corners = (
            (box.west, box.south),
            (box.east, box.south),
            (box.east, box.north),
            (box.west, box.north),
        )
        ring = tuple((x / HUNDRED, y / HUNDRED) for x, y in corners)
    else:
        ring = tuple((round(x, 5), round(y, 5)) for y, x in h3.cell_to_boundary(cell))
    return PublicArea(cell, lat, lon, (*ring, ring[0]))
