"""The map of a bulletin as SVG: land, areas, and the three shapes. Pure; the same on paper."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from verification.publication.shapes import CONTESTED, SHAPES
from verification.publication.svg import Canvas, Markup, element

WIDTH, HEIGHT = 640.0, 400.0  # user units
LEAST_SPAN = 1.2  # degrees of latitude; closer in, the coarse land tells nothing
ROOM = 0.25  # share of the span left free on each side
M_PER_DEGREE = 111_320.0
RADIUS = 7.0
BEYOND = 4.0  # user units
Point = tuple[float, float]  # longitude, latitude
Land = Sequence[Sequence[Point]]


class _View:
    """Degrees to user units: a flat map, true in shape at its middle."""

    def __init__(self, points: Sequence[Point]) -> None:
        lons, lats = [p[0] for p in points], [p[1] for p in points]
        middle = ((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
        self.squeeze = math.cos(math.radians(middle[1]))
        tall = max(
            LEAST_SPAN,
            (max(lats) - min(lats)) * (1 + 2 * ROOM),
            (max(lons) - min(lons)) * (1 + 2 * ROOM) * self.squeeze * HEIGHT / WIDTH,
        )
        self.scale = HEIGHT / tall
        self.left = middle[0] - WIDTH / 2 / self.scale / self.squeeze
        self.top = middle[1] + tall / 2

    def at(self, lon: float, lat: float) -> Point:
        return ((lon - self.left) * self.scale * self.squeeze, (self.top - lat) * self.scale)

    def path(self, ring: Iterable[Point]) -> str:
        """Return a ring as a path: cut at the edges, without corners nobody could tell apart."""
        kept: list[Point] = []
        for x, y in cut([self.at(*point) for point in ring]):
            if not kept or abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= 1:
                kept.append((x, y))
        return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in kept) + "Z" if len(kept) > 2 else ""


def cut(corners: list[Point]) -> list[Point]:
    """Return a polygon as far as it lies on the drawing, and a little beyond, so no edge shows.

    Source: Sutherland and Hodgman, Reentrant polygon clipping, 1974.
    """
    for axis, limit, above in (
        (0, -BEYOND, True),
        (0, WIDTH + BEYOND, False),
        (1, -BEYOND, True),
        (1, HEIGHT + BEYOND, False),
    ):
        kept: list[Point] = []
        for start, end in zip(
            [corners[-1], *corners[:-1]] if corners else [], corners, strict=True
        ):
            inside = [(point[axis] >= limit) is above for point in (start, end)]
            if inside[0] != inside[1]:
                share = (limit - start[axis]) / (end[axis] - start[axis])
                kept.append(
                    (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
                )
            if inside[1]:
                kept.append(end)
        corners = kept
    return corners


def bulletin_map(
    incidents: Sequence[Mapping[str, Any]], land: Land, *, title: str, desc: str
) -> Markup:
    """Return the map of located incidents; nothing where none is located.

    Incidents at one place share a mark, their strongest shape, with their numbers beside it.
    """
    located = [one for one in incidents if one["lat"] is not None]
    if not located:
        return Markup()
    view = _View([(one["lon"], one["lat"]) for one in located])
    canvas = Canvas(width=WIDTH, height=HEIGHT)
    ground = " ".join(path for ring in land if (path := view.path(ring)))
    parts = [
        canvas.rect(0, 0, WIDTH, HEIGHT, class_="water"),
        element("path", d=ground, class_="land") if ground else Markup(),
    ]
    groups: dict[Point, list[Mapping[str, Any]]] = {}
    for one in located:
        groups.setdefault((one["lon"], one["lat"]), []).append(one)
    for found in groups.values():
        parts.append(_area(view, found[0]))
    for (lon, lat), found in groups.items():
        parts += _mark(canvas, view.at(lon, lat), found)
    parts.append(canvas.rect(0.5, 0.5, WIDTH - 1, HEIGHT - 1, class_="border"))
    return canvas.drawing(*parts, title=title, desc=desc, class_="chart bulletin-map")


def _area(view: _View, one: Mapping[str, Any]) -> Markup:
    """Return the area the event lies in: the cell, or the circle of the named place."""
    if one["ring"]:
        return element("path", d=view.path([(c[0], c[1]) for c in one["ring"]]), class_="area")
    if not one["radius_m"]:
        return Markup()
    x, y = view.at(one["lon"], one["lat"])
    return element(
        "circle", cx=x, cy=y, r=one["radius_m"] / M_PER_DEGREE * view.scale, class_="area"
    )


def _mark(canvas: Canvas, at: Point, found: Sequence[Mapping[str, Any]]) -> list[Markup]:
    x, y = at
    shape = max((one["shape"] for one in found), key=SHAPES.index)
    parts = [canvas.dot(x, y, RADIUS, class_=shape)]
    if shape == CONTESTED:
        r = RADIUS - 1
        lines = f"M{x - r * 0.7:.1f} {y + r * 0.7:.1f}L{x + r * 0.7:.1f} {y - r * 0.7:.1f}"
        lines += f"M{x - r:.1f} {y:.1f}L{x:.1f} {y - r:.1f}M{x:.1f} {y + r:.1f}L{x + r:.1f} {y:.1f}"
        parts.append(element("path", d=lines, class_="hatch"))
    numbers = [one["code"].rpartition("-")[2] for one in found]
    words = ", ".join(numbers[:3]) + (f" +{len(numbers) - 3}" if len(numbers) > 3 else "")
    near_edge = x > canvas.width - 120
    parts.append(
        canvas.text(
            x - 12 if near_edge else x + 12,
            y + 4,
            words,
            anchor="end" if near_edge else "start",
            class_="strong halo",
        )
    )
    return parts


def rings_of(document: Mapping[str, Any]) -> list[list[Point]]:
    """Return the outer rings of a GeoJSON collection of polygons."""
    found: list[list[Point]] = []
    for feature in document["features"]:
        geometry = feature["geometry"]
        many = (
            geometry["coordinates"]
            if geometry["type"] == "MultiPolygon"
            else [geometry["coordinates"]]
        )
        found += [[(point[0], point[1]) for point in polygon[0]] for polygon in many]
    return found
