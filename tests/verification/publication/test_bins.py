"""Areas of the map: no incident is lost when neighbours are taken together."""

from __future__ import annotations

from random import Random

import h3
import pytest

from verification.publication.bins import areas_of, at_resolution, coarsened, in_tile
from verification.publication.faces import Area

pytestmark = pytest.mark.django_db


def many(n: int) -> list[Area]:
    """Return areas of cells along a line, with some incidents each."""
    random = Random(7)
    counts = {}
    for number in range(n):
        cell = h3.latlng_to_cell(38.9 + random.random() * 1.8, 45.7 + random.random() * 2.6, 5)
        counts[cell, None, cell, ("allegation", "finding")[number % 2]] = number + 1
    return areas_of(counts)


def sums(areas: list[Area]) -> tuple[int, int, int]:
    return (
        sum(area.allegations for area in areas),
        sum(area.contested for area in areas),
        sum(area.findings for area in areas),
    )


def test_what_is_not_located_is_in_no_area() -> None:
    assert areas_of({("", None, "", "allegation"): 3}) == []


@pytest.mark.parametrize("most", [200, 60, 10, 1])
def test_larger_areas_hold_all_that_the_smaller_held(most: int) -> None:
    areas = many(150)
    found = coarsened(areas, most=most)
    assert sums(found) == sums(areas)
    assert len(found) <= max(most, len(at_resolution(areas, 2)))
    assert [one.total for one in found] == sorted((one.total for one in found), reverse=True)


@pytest.mark.parametrize("zoom", [5, 7, 8])
def test_every_area_is_in_one_tile(zoom: int) -> None:
    areas = many(150)
    size = 2**zoom
    across = range(int(225 / 360 * size) - 1, int(230 / 360 * size) + 2)
    tiles = [in_tile(areas, zoom, x, y) for x in across for y in range(size)]
    assert sums([area for tile in tiles for area in tile]) == sums(areas)
