"""The error ellipse as a ring, and the bearing between two places."""

from __future__ import annotations

import pytest

from reports.places.geo import (
    Ellipse,
    destination,
    distance_m,
    ellipse_ring,
    initial_bearing_deg,
    ring_contains,
)

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
