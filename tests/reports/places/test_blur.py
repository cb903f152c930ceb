"""Public areas: enough places in each, and no two views that narrow each other down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.places.actions import record_places
from reports.places.blur import LEAST_KM2, Areas, Box, area_of_cell, box_of, box_round, middle_of
from reports.places.geo import ring_contains
from reports.places.queries import public_areas
from tests.factories import NOW, World

ROOT = Box(south=3854, west=4450, north=4170, east=4820)
LATS, LONS = st.floats(38.55, 41.69), st.floats(44.51, 48.19)
PLACES = st.lists(st.tuples(LATS, LONS), max_size=60)
LEAST = st.integers(2, 6)


@given(PLACES, LEAST, LATS, LONS)
def test_every_area_holds_enough_places(
    places: list[tuple[float, float]], least: int, lat: float, lon: float
) -> None:
    areas = Areas(ROOT, places, least)
    area = areas.at(lat, lon)
    if area is None:
        assert len(places) < least
        return
    assert areas.holding(area.cell) >= least
    assert box_of(area.cell).km2 >= LEAST_KM2
    assert box_of(area.cell).holds((lat, lon))


@given(PLACES, LEAST, LATS, LONS, LATS, LONS)
def test_an_area_tells_nothing_of_where_in_it_a_point_lies(
    places: list[tuple[float, float]],
    least: int,
    lat: float,
    lon: float,
    other_lat: float,
    other_lon: float,
) -> None:
    areas = Areas(ROOT, places, least)
    one, other = areas.at(lat, lon), areas.at(other_lat, other_lon)
    if one is None or other is None:
        assert one is other
        return
    # All points of an area are shown alike: no answer narrows it to what no other area holds.
    assert (one == other) == box_of(one.cell).holds((other_lat, other_lon))
    assert (one == other) == box_of(other.cell).holds((lat, lon))


@given(PLACES, LEAST, st.integers(0, 60), LATS, LONS)
def test_views_of_before_and_after_more_places_lie_in_each_other(
    places: list[tuple[float, float]], least: int, then: int, lat: float, lon: float
) -> None:
    before, after = Areas(ROOT, places[:then], least), Areas(ROOT, places, least)
    old, new = before.at(lat, lon), after.at(lat, lon)
    if old is None:
        return
    assert new is not None
    outer, inner = box_of(old.cell), box_of(new.cell)
    assert outer.south <= inner.south and outer.west <= inner.west
    assert outer.north >= inner.north and outer.east >= inner.east
    # So what both views together tell is the later area, which holds enough places itself.
    assert after.holding(new.cell) >= least


@given(LATS, LONS)
def test_outside_the_agreements_box_nothing_is_located(lat: float, lon: float) -> None:
    areas = Areas(ROOT, [(lat, lon)] * 9, 2)
    assert areas.at(lat + 10, lon) is None
    assert areas.at(lat, lon - 10) is None


@given(st.integers(-9000, 8999), st.integers(-18000, 17999))
def test_the_key_holds_the_edges(south: int, west: int) -> None:
    box = Box(south, west, min(9000, south + 77), min(18000, west + 5))
    assert box_of(box.key) == box
    assert len(box.key) <= 16


@pytest.mark.parametrize("key", ["", "q12", "852c149bfffffff", "q" + "0" * 13])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="no public area"):
        box_of(key)


def test_the_outline_holds_its_points_and_its_middle() -> None:
    area = area_of_cell(Box(4000, 4600, 4050, 4700).key)
    assert area.ring[0] == area.ring[-1]
    assert ring_contains(area.ring, 40.1, 46.9)
    assert (area.lat, area.lon) == (40.25, 46.5) == middle_of(area.cell)


def test_a_cell_of_the_map_has_its_outline_too() -> None:
    assert len(area_of_cell("842c149ffffffff").ring) == 7


def test_an_agreement_without_an_area_locates_nothing() -> None:
    assert box_round({}) is None
    assert Areas(None, [(40.0, 46.0)] * 9, 2).at(40.0, 46.0) is None


def test_the_seeded_agreement_is_cut_into_useful_areas() -> None:
    seeds = Path(__file__).parents[3] / "seeds"
    document = json.loads((seeds / "agreement" / "nk2020.json").read_text(encoding="utf-8"))
    assert box_round(document["area"]) == ROOT


@pytest.mark.django_db
def test_only_inhabited_places_count(world: World) -> None:
    def recorded(kind: str, key: str) -> None:
        place = {"key": key, "kind": kind, "lat": 40.3, "lon": 46.2, "radius_m": 900}
        record_places(places=[place], names=[], dataset="tests", by=None, at=NOW)

    cell = public_areas(world.agreement).at(40.3, 46.2)
    assert cell is not None
    assert public_areas(world.agreement).holding(cell.cell) == 3
    recorded("line", "a-line")
    assert public_areas(world.agreement).holding(cell.cell) == 3
    recorded("village", "a-village")
    assert public_areas(world.agreement).holding(cell.cell) == 4
