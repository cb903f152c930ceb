"""How a spot lies to a zone: inside, outside, or too roughly known to say."""

import pytest

from reports.places.geo import METRES_PER_DEGREE, Spot
from reports.places.zones import Lie, lie_of

SQUARE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]  # lon, lat, at the equator
HALF = METRES_PER_DEGREE / 2


@pytest.mark.parametrize(
    ("spot", "lie"),
    [
        (Spot(0.5, 0.5, 1_000), Lie.INSIDE),
        (Spot(0.5, 1.5, 1_000), Lie.OUTSIDE),
        (Spot(0.5, 0.5, HALF + 1_000), Lie.EDGE),
        (Spot(0.5, 1.5, HALF + 1_000), Lie.EDGE),
        (Spot(0.5, 0.5, 0), Lie.INSIDE),
        (None, Lie.UNLOCATED),
    ],
)
def test_the_lie(spot: Spot | None, lie: Lie) -> None:
    assert lie_of(spot, SQUARE).lie == lie


def test_how_far_the_edge_is() -> None:
    assert lie_of(Spot(0.5, 0.5, 10), SQUARE).edge_m == pytest.approx(HALF, rel=0.01)
    assert lie_of(None, SQUARE).edge_m is None
