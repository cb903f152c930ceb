"""Metres and bearings on a sphere. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import asin, atan2, cos, degrees, hypot, pi, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG 1980
METRES_PER_DEGREE = EARTH_RADIUS_M * pi / 180


@dataclass(frozen=True, slots=True)
class Spot:
    """A point with the radius within which the truth is thought to lie, in metres."""

    lat: float
    lon: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Where an observed effect lies: centre, half-axes along and across the bearing, metres."""

    lat: float
    lon: float
    along_m: float
    across_m: float
    bearing_deg: float


@dataclass(frozen=True, slots=True)
class Corridor:
    """Between two points: the middle, half the way to either end, how far off the line."""

    lat: float
    lon: float
    half_m: float
    width_m: float
    bearing_deg: float


def distance_m(a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> float:
    """Return the great-circle distance in metres (haversine).

    Units: degrees in, metres out; error against the ellipsoid below 0.5 %.
    """
    phi_a, phi_b = radians(a_lat), radians(b_lat)
    half = sin((phi_b - phi_a) / 2) ** 2
    half += cos(phi_a) * cos(phi_b) * sin(radians(b_lon - a_lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def destination(lat: float, lon: float, bearing_deg: float, range_m: float) -> tuple[float, float]:
    """Return the point reached from (lat, lon) along a bearing (degrees from north, clockwise)."""
    phi, lam, theta = radians(lat), radians(lon), radians(bearing_deg)
    delta = range_m / EARTH_RADIUS_M
    there = asin(sin(phi) * cos(delta) + cos(phi) * sin(delta) * cos(theta))
    east = atan2(sin(theta) * sin(delta) * cos(phi), cos(delta) - sin(phi) * sin(there))
    return degrees(there), (degrees(lam + east) + 540) % 360 - 180


def seen_from(
    lat: float,
    lon: float,
    *,
    range_m: float,
    bearing_deg: float,
    range_error_m: float,
    bearing_error_deg: float,
) -> Ellipse:
    """Return the point seen from a position by range and bearing, with its error ellipse.

    Half-axes: the error of the range along the bearing, range x error of the bearing across it.
    """
    there_lat, there_lon = destination(lat, lon, bearing_deg, range_m)
    across = range_m * radians(bearing_error_deg)
    return Ellipse(there_lat, there_lon, range_error_m, across, bearing_deg % 360)


def enclosing_radius_m(ellipse: Ellipse) -> float:
    """Return the radius of the circle round an error ellipse (its larger half-axis)."""
    return max(ellipse.along_m, ellipse.across_m)


def ellipse_ring(ellipse: Ellipse, points: int = 48) -> tuple[tuple[float, float], ...]:
    """Return an error ellipse as a closed lon/lat ring with this many corners."""
    ring = []
    for step in range(points):
        turn = 2 * pi * step / points
        along, across = ellipse.along_m * cos(turn), ellipse.across_m * sin(turn)
        bearing = ellipse.bearing_deg + degrees(atan2(across, along))
        lat, lon = destination(ellipse.lat, ellipse.lon, bearing, hypot(along, across))
        ring.append((round(lon, 6), round(lat, 6)))
    return (*ring, ring[0])


def between(a_lat: float, a_lon: float, b_lat: float, b_lon: float, *, width_m: float) -> Corridor:
    """Return the corridor between two points: all that lies within `width_m` of the line."""
    distance = distance_m(a_lat, a_lon, b_lat, b_lon)
    bearing = initial_bearing_deg(a_lat, a_lon, b_lat, b_lon)
    lat, lon = destination(a_lat, a_lon, bearing, distance / 2)
    onward = initial_bearing_deg(lat, lon, b_lat, b_lon)
    return Corridor(lat, lon, distance / 2, width_m, onward)


def corridor_ring(corridor: Corridor, points: int = 48) -> tuple[tuple[float, float], ...]:
    """Return a corridor as a closed lon/lat ring: half a circle round either end."""
    ring = []
    for turn in (0.0, 180.0):
        towards = corridor.bearing_deg + turn
        end = destination(corridor.lat, corridor.lon, towards, corridor.half_m)
        for step in range(points // 2 + 1):
            bearing = towards - 90 + 360 * step / points
            lat, lon = destination(*end, bearing, corridor.width_m)
            ring.append((round(lon, 6), round(lat, 6)))
    return (*ring, ring[0])


def initial_bearing_deg(a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> float:
    """Return the bearing (degrees from north, clockwise) on which b is seen from a."""
    phi_a, phi_b, east = radians(a_lat), radians(b_lat), radians(b_lon - a_lon)
    ahead = cos(phi_a) * sin(phi_b) - sin(phi_a) * cos(phi_b) * cos(east)
    return degrees(atan2(sin(east) * cos(phi_b), ahead)) % 360


def bounding_box(lat: float, lon: float, radius_m: float) -> tuple[float, float, float, float]:
    """Return (south, north, west, east) in degrees of a box that holds the circle."""
    north_south = radius_m / METRES_PER_DEGREE
    east_west = radius_m / (METRES_PER_DEGREE * max(cos(radians(lat)), 0.01))
    return lat - north_south, lat + north_south, lon - east_west, lon + east_west


def ring_contains(ring: Sequence[Sequence[float]], lat: float, lon: float) -> bool:
    """Answer whether a point lies inside a closed lon/lat ring (even-odd rule)."""
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def distance_to_ring_m(ring: Sequence[Sequence[float]], lat: float, lon: float) -> float:
    """Return the distance from a point to the nearest edge of a ring, in metres.

    Planar in a local projection: right to about 1 % within a few hundred kilometres.
    """
    scale = cos(radians(lat))
    nearest = float("inf")
    for (x1, y1), (x2, y2) in pairwise(ring):
        ax, ay = (x1 - lon) * scale, y1 - lat
        dx, dy = (x2 - lon) * scale - ax, y2 - lat - ay
        length = dx * dx + dy * dy
        part = 0.0 if length == 0 else min(1.0, max(0.0, -(ax * dx + ay * dy) / length))
        nearest = min(nearest, hypot(ax + part * dx, ay + part * dy))
    return nearest * METRES_PER_DEGREE
