"""How exact a place is in public: an area of a fixed grid, never a rounded point. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import h3

PUBLIC_RESOLUTION = 5  # H3: cells of about 253 km2, edge about 9 km


@dataclass(frozen=True, slots=True)
class PublicArea:
    """A cell of the grid: its id, centre and outline (lon/lat ring, closed)."""

    cell: str
    lat: float
    lon: float
    ring: tuple[tuple[float, float], ...]


def public_area(lat: float, lon: float, *, resolution: int = PUBLIC_RESOLUTION) -> PublicArea:
    """Return the grid cell that holds a point; all points of a cell look alike in public."""
    return area_of_cell(h3.latlng_to_cell(lat, lon, resolution))


def middle_of(cell: str) -> tuple[float, float]:
    """Return the latitude and longitude of a cell's middle, which is no point of anybody's."""
    lat, lon = h3.cell_to_latlng(cell)
    return round(lat, 5), round(lon, 5)


@lru_cache(maxsize=4096)
def area_of_cell(cell: str) -> PublicArea:
    """Return a cell with its outline."""
    lat, lon = h3.cell_to_latlng(cell)
    ring = tuple((round(x, 5), round(y, 5)) for y, x in h3.cell_to_boundary(cell))
    return PublicArea(cell, round(lat, 5), round(lon, 5), (*ring, ring[0]))
