"""Distances against figures computed on the ellipsoid, rings with corners, error ellipses."""

from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.places.geo import (
    METRES_PER_DEGREE,
    bounding_box,
    destination,
    distance_m,
    distance_to_ring_m,
    enclosing_radius_m,
    ring_contains,
    seen_from,
)

LATS = st.floats(-85, 85)
LONS = st.floats(-179.9, 179.9)
SQUARE = [(45.0, 39.0), (47.0, 39.0), (47.0, 41.0), (45.0, 41.0), (45.0, 39.0)]
# A letter U: the notch between its arms lies outside.
LETTER_U = [(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3), (0, 0)]


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        # Vincenty's formula on WGS 84, to the nearest metre.
        (
            (50 + 3 / 60 + 59 / 3600, -(5 + 42 / 60 + 53 / 3600)),
            (58 + 38 / 60 + 38 / 3600, -(3 + 4 / 60 + 12 / 3600)),
            969_954,
        ),
        ((0, 0), (0, 1), 111_319),
        ((0, 0), (1, 0), 110_574),
        ((40, 46), (41, 46), 111_041),
        ((40, 46), (40, 47), 85_394),
    ],
)
def test_distances_are_right_to_half_a_per_cent(
    a: tuple[float, float], b: tuple[float, float], metres: float
) -> None:
    assert distance_m(*a, *b) == pytest.approx(metres, rel=0.006)


def test_the_antipode_is_half_a_circumference_away() -> None:
    assert distance_m(0, 0, 0, 180) == pytest.approx(pi * 6_371_008.8)
    assert distance_m(90, 0, -90, 0) == pytest.approx(pi * 6_371_008.8)


@given(LATS, LONS, LATS, LONS)
def test_distance_is_symmetric_and_never_negative(a: float, b: float, c: float, d: float) -> None:
    there = distance_m(a, b, c, d)
    assert there >= 0
    assert there == pytest.approx(distance_m(c, d, a, b), abs=1e-6)
    assert distance_m(a, b, a, b) == 0


@given(LATS, LONS, st.floats(0, 360), st.floats(1, 100_000))
def test_going_somewhere_leads_as_far_as_one_goes(
    lat: float, lon: float, bearing: float, metres: float
) -> None:
    there = destination(lat, lon, bearing, metres)
    assert distance_m(lat, lon, *there) == pytest.approx(metres, rel=1e-6, abs=0.01)


@pytest.mark.parametrize(
    ("bearing", "north", "east"), [(0, 1, 0), (90, 0, 1), (180, -1, 0), (270, 0, -1), (360, 1, 0)]
)
def test_bearings_run_from_north_clockwise(bearing: float, north: int, east: int) -> None:
    lat, lon = destination(40.0, 46.0, bearing, 1000)
    assert (round((lat - 40) * 200), round((lon - 46) * 200)) == (2 * north, 2 * east)


class TestSeenFrom:
    def test_the_ellipse_of_range_and_bearing(self) -> None:
        seen = seen_from(
            40.0, 46.0, range_m=3000, bearing_deg=450, range_error_m=600, bearing_error_deg=10
        )
        assert distance_m(40.0, 46.0, seen.lat, seen.lon) == pytest.approx(3000, rel=1e-6)
        assert seen.along_m == 600
        assert seen.across_m == pytest.approx(3000 * 10 * pi / 180)
        assert seen.bearing_deg == 90
        assert enclosing_radius_m(seen) == 600

    def test_far_away_the_bearing_is_what_blurs(self) -> None:
        seen = seen_from(
            40.0, 46.0, range_m=10_000, bearing_deg=0, range_error_m=100, bearing_error_deg=10
        )
        assert enclosing_radius_m(seen) == pytest.approx(1745.3, abs=0.1)


class TestRings:
    @pytest.mark.parametrize(
        ("lat", "lon", "inside"),
        [
            (40, 46, True),
            (38.9, 46, False),
            (41.1, 46, False),
            (40, 44.9, False),
            (40, 47.1, False),
        ],
    )
    def test_a_square(self, lat: float, lon: float, inside: bool) -> None:
        assert ring_contains(SQUARE, lat, lon) is inside

    @pytest.mark.parametrize(
        ("lat", "lon", "inside"),
        [(2, 0.5, True), (2, 2.5, True), (2, 1.5, False), (0.5, 1.5, True)],
    )
    def test_a_notch_lies_outside(self, lat: float, lon: float, inside: bool) -> None:
        assert ring_contains(LETTER_U, lat, lon) is inside

    @pytest.mark.parametrize(
        ("lat", "lon", "metres"),
        [(40, 45, 0), (40, 44, 85_180), (38, 46, 111_195), (42, 46, 111_195), (40.9, 46, 11_119)],
    )
    def test_the_distance_to_the_edge(self, lat: float, lon: float, metres: float) -> None:
        assert distance_to_ring_m(SQUARE, lat, lon) == pytest.approx(metres, rel=0.01, abs=1)

    def test_an_edge_of_no_length_is_a_point(self) -> None:
        assert distance_to_ring_m([(1, 1), (1, 1)], 1, 2) == pytest.approx(111_178, rel=0.001)


@given(st.floats(-80, 80), st.floats(-170, 170), st.floats(1, 200_000), st.floats(0, 360))
def test_a_box_holds_its_circle(lat: float, lon: float, radius: float, bearing: float) -> None:
    south, north, west, east = bounding_box(lat, lon, radius)
    there_lat, there_lon = destination(lat, lon, bearing, radius * 0.95)
    assert south <= there_lat <= north
    assert west <= there_lon <= east or abs(there_lon - lon) > 180


def test_a_degree_of_latitude_in_metres() -> None:
    assert pytest.approx(111_195, abs=1) == METRES_PER_DEGREE
