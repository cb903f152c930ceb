"""Places and cells of the grid -> areas of the map, as many as a reader can look at."""

from __future__ import annotations

import math
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import h3

from reports.places.blur import middle_of
from reports.places.queries import place_choices, spots_of_places
from verification.publication.faces import Area
from verification.publication.shapes import ALLEGATION, CONTESTED, FINDING

MOST_AREAS = 90  # drawn at once; beyond it neighbours are taken together
COARSER = (4, 3, 2)  # H3 resolutions of the larger cells, tried in this order
Tally = Mapping[tuple[str, uuid.UUID | None, str, str], int]  # (area, place, cell, shape): count


def areas_of(counts: Tally) -> list[Area]:
    """Return every named place and cell with its incidents by shape, most incidents first."""
    found: dict[tuple[str, uuid.UUID | None, str], Counter[str]] = defaultdict(Counter)
    for (key, place_id, cell, shape), n in counts.items():
        if key:
            found[key, place_id, cell][shape] += n
    spots = spots_of_places({place_id for _key, place_id, _cell in found if place_id})
    areas = []
    for (key, place_id, cell), by_shape in found.items():
        lat, lon, radius = spots[place_id] if place_id else (*middle_of(cell), None)
        areas.append(
            Area(
                key=key,
                place_id=place_id,
                cell=cell,
                lat=lat,
                lon=lon,
                radius_m=radius,
                allegations=by_shape[ALLEGATION],
                contested=by_shape[CONTESTED],
                findings=by_shape[FINDING],
            )
        )
    return sorted(areas, key=lambda area: (-area.total, area.key))


def named(areas: Sequence[Area]) -> list[Area]:
    """Return areas with the names of their places, for those that are to be shown."""
    places = place_choices({area.place_id for area in areas})
    return [
        replace(area, place=places.get(area.place_id)) if area.place_id else area for area in areas
    ]


def coarsened(areas: Sequence[Area], *, most: int = MOST_AREAS) -> list[Area]:
    """Return no more areas than `most`: neighbours taken together in larger cells if need be."""
    found = list(areas)
    for resolution in COARSER:
        if len(found) <= most:
            break
        found = at_resolution(areas, resolution)
    return found


def at_resolution(areas: Sequence[Area], resolution: int) -> list[Area]:
    """Return the areas taken together in cells of this resolution, by where their middles lie."""
    found: dict[str, list[Area]] = defaultdict(list)
    for area in areas:
        found[h3.latlng_to_cell(area.lat, area.lon, resolution)].append(area)
    return sorted(
        (_together(cell, inside) for cell, inside in found.items()),
        key=lambda area: (-area.total, area.cell),
    )


def _together(cell: str, inside: Sequence[Area]) -> Area:
    if len(inside) == 1:
        return inside[0]
    lat, lon = middle_of(cell)
    return Area(
        key="",
        place_id=None,
        cell=cell,
        lat=lat,
        lon=lon,
        radius_m=None,
        allegations=sum(area.allegations for area in inside),
        contested=sum(area.contested for area in inside),
        findings=sum(area.findings for area in inside),
        n_areas=len(inside),
    )


def in_tile(areas: Sequence[Area], zoom: int, x: int, y: int) -> list[Area]:
    """Return the areas of one tile of the web's grid, as coarse as its zoom allows."""
    size = 2**zoom

    def tile(area: Area) -> tuple[int, int]:
        north = math.asinh(math.tan(math.radians(area.lat)))
        return (
            int((area.lon + 180) / 360 * size),
            int((1 - north / math.pi) / 2 * size),
        )

    coarse = 3 if zoom <= 6 else 4 if zoom == 7 else 0
    drawn = at_resolution(areas, coarse) if coarse else areas
    return [area for area in drawn if tile(area) == (x, y)]
