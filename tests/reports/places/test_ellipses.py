"""Error ellipse and corridor as rings, here and on a phone; bearings between two places."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reports.places.geo import (
    Corridor,
    Ellipse,
    between,
    corridor_ring,
    destination,
    distance_m,
    ellipse_ring,
    initial_bearing_deg,
    ring_contains,
    seen_from,
)
from tests.factories import SEEDS

ELLIPSE = Ellipse(lat=40.3, lon=46.9, along_m=1200, across_m=500, bearing_deg=240)


def test_the_ring_is_closed_and_runs_round_its_centre() -> None:
    ring = ellipse_ring(ELLIPSE, 36)
    assert len(ring) == 37
    assert ring[0] == ring[-1]
    assert ring_contains(ring, ELLIPSE.lat, ELLIPSE.lon)


def test_its_half_axes_lie_along_and_across_the_bearing() -> None:
    ring = ellipse_ring(ELLIPSE, 4)
    lengths = [distance_m(ELLIPSE.lat, ELLIPSE.lon, lat, lon) for lon, lat in ring[:4]]
    assert lengths == pytest.approx([1200, 500, 1200, 500], abs=1)
    bearings = [initial_bearing_deg(ELLIPSE.lat, ELLIPSE.lon, lat, lon) for lon, lat in ring[:4]]
    assert bearings == pytest.approx([240, 330, 60, 150], abs=0.1)


@pytest.mark.parametrize("bearing", [0, 45, 133, 270, 359])
def test_a_bearing_leads_where_it_came_from(bearing: float) -> None:
    lat, lon = destination(40.0, 46.0, bearing, 25_000)
    assert initial_bearing_deg(40.0, 46.0, lat, lon) == pytest.approx(bearing, abs=1e-6)


VECTORS = json.loads(
    (SEEDS.parent / "tests" / "vectors" / "geometry.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", VECTORS["ellipses"])
def test_the_ellipse_is_the_one_a_phone_draws(case: dict[str, Any]) -> None:
    seen = seen_from(
        case["lat"],
        case["lon"],
        range_m=case["range"],
        bearing_deg=case["bearing"],
        range_error_m=case["rangeError"],
        bearing_error_deg=case["bearingError"],
    )
    assert [list(corner) for corner in ellipse_ring(seen, 12)] == case["ring"]


def _corridor(case: dict[str, Any]) -> Corridor:
    ends = (case[end][axis] for end in ("one", "other") for axis in ("lat", "lon"))
    return between(*ends, width_m=case["width"])


@pytest.mark.parametrize("case", VECTORS["corridors"])
def test_the_corridor_is_the_one_a_phone_draws(case: dict[str, Any]) -> None:
    assert [list(corner) for corner in corridor_ring(_corridor(case), 12)] == case["ring"]


@pytest.mark.parametrize("case", VECTORS["corridors"][:-1])  # not across the date line
def test_a_corridor_holds_its_ends_and_the_circle_round_it_holds_the_corridor(
    case: dict[str, Any],
) -> None:
    corridor = _corridor(case)
    ring = corridor_ring(corridor)
    assert ring[0] == ring[-1]
    for end in (case["one"], case["other"]):
        assert ring_contains(ring, end["lat"], end["lon"])
    reach = corridor.half_m + corridor.width_m
    away = [distance_m(corridor.lat, corridor.lon, lat, lon) for lon, lat in ring]
    assert max(away) <= reach * 1.001
    assert max(away) == pytest.approx(reach, rel=0.001)
