"""Cuts the map's background out of Natural Earth; run by hand, its result is committed.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python -m config.basemap package/countries-10m.json config/static/vendor/basemap/caucasus.json
    python -m config.basemap --mini config/static/vendor/basemap/caucasus.json THEATRE.html

The second draws the outlines behind the place picker's small maps (templates/parts/_theatre.html).
Another theatre takes another box. Natural Earth draws borders as they are in fact held; a site
that needs other lines replaces the file, whose form is plain GeoJSON.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

BOX = (36.0, 34.5, 54.0, 46.0)  # degrees west, south, east, north: the theatre and its neighbours
TOLERANCE = 0.004  # degrees, about 350 m: below a pixel at the map's closest useful zoom
DECIMALS = 3  # of a degree, about 100 m
MINI_BOX = (43.0, 37.5, 51.0, 43.0)
MINI_TOLERANCE = 0.015  # degrees; a small map is a thumb wide
SQUEEZE = 0.766  # cosine of 40 degrees north

Point = tuple[float, float]


def decoded_arcs(topology: dict[str, Any]) -> list[list[Point]]:
    """Return every arc in degrees, simplified as an arc so that neighbours still meet."""
    from shapely import LineString

    (scale_x, scale_y), (move_x, move_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in deltas:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        line = LineString(points).simplify(TOLERANCE) if len(points) > 2 else LineString(points)
        arcs.append([(float(px), float(py)) for px, py in line.coords])
    return arcs


def ring_of(indexes: list[int], arcs: list[list[Point]]) -> list[Point]:
    """Return one ring joined from its arcs; a negative index is an arc walked backwards."""
    ring: list[Point] = []
    for index in indexes:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring += arc[1:] if ring else arc
    return ring


def clipped_countries(topology: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the part of each country that lies in the box, as GeoJSON features."""
    from shapely import Polygon, box, make_valid, set_precision
    from shapely.geometry import mapping
    from shapely.ops import unary_union

    window = box(*BOX)
    arcs = decoded_arcs(topology)
    features = []
    for country in topology["objects"]["countries"]["geometries"]:
        groups = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        rings = [[ring_of(ring, arcs) for ring in group] for group in groups]
        shapes = [
            make_valid(Polygon(outer, inner))
            for outer, *inner in ([r for r in group if len(r) > 3] or [[]] for group in rings)
            if outer and Polygon(outer).intersects(window)
        ]
        part = set_precision(unary_union(shapes).intersection(window), 10**-DECIMALS)
        if part.is_empty or part.area < TOLERANCE**2:
            continue
        geometry = json.loads(json.dumps(mapping(part)), parse_float=lambda n: round(float(n), 3))
        features.append({"type": "Feature", "properties": {}, "geometry": geometry})
    return features


def outline(collection: dict[str, Any]) -> str:
    """Return the borders within the small maps' box as one SVG path in tenths of a kilometre or so.

    The units are those of `js/lib/mini-map.js`: hundredths of a degree, longitudes squeezed.
    """
    from shapely import box
    from shapely.geometry import shape
    from shapely.ops import linemerge, unary_union

    window = box(*MINI_BOX)
    lines = unary_union([shape(one["geometry"]).boundary for one in collection["features"]])
    near = linemerge(lines.intersection(window)).simplify(MINI_TOLERANCE)
    parts = []
    for line in getattr(near, "geoms", [near]):
        points = [(round(x * SQUEEZE * 100), round(-y * 100)) for x, y in line.coords]
        steps = [
            f"{x - before_x} {y - before_y}" for (before_x, before_y), (x, y) in pairwise(points)
        ]
        parts.append(f"M{points[0][0]} {points[0][1]}l{' '.join(steps)}".replace(" -", "-"))
    return "".join(parts)


def mini(source: str, target: str) -> None:
    """Read the basemap, write the symbol that the small maps draw."""
    path = outline(json.loads(Path(source).read_text(encoding="utf-8")))
    symbol = (
        "{# Made by config/basemap.py --mini: borders behind the place picker's small maps. #}"
        '<svg class="symbols" aria-hidden="true"><g id="theatre"><path class="borders" '
        f'd="{path}"/></g></svg>\n'
    )
    Path(target).write_text(symbol, encoding="utf-8")


def main(source: str, target: str) -> None:
    """Read the topology, write the clipped collection on one line."""
    topology = json.loads(Path(source).read_text(encoding="utf-8"))
    collection = {"type": "FeatureCollection", "features": clipped_countries(topology)}
    text = json.dumps(collection, separators=(",", ":"))
    Path(target).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "--mini":
        mini(*sys.argv[2:4])
    else:
        main(*sys.argv[1:3])
