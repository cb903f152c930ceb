"""Where a spot lies against a zone: inside, outside, or not established. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reports.places.geo import Spot, distance_to_ring_m, ring_contains


class Lie(StrEnum):
    """How a spot with its radius lies to a zone."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    EDGE = "edge"  # the radius reaches over the edge: either may be true
    UNLOCATED = "unlocated"


@dataclass(frozen=True, slots=True)
class ZoneCheck:
    """The lie of a spot, and how far from it the nearest edge is (metres; None if unlocated)."""

    lie: Lie
    edge_m: float | None


def lie_of(spot: Spot | None, ring: Sequence[Sequence[float]]) -> ZoneCheck:
    """Return how a spot lies to a zone given as a closed lon/lat ring."""
    if spot is None:
        return ZoneCheck(Lie.UNLOCATED, None)
    edge_m = distance_to_ring_m(ring, spot.lat, spot.lon)
    if edge_m < spot.radius_m:
        return ZoneCheck(Lie.EDGE, edge_m)
    within = ring_contains(ring, spot.lat, spot.lon)
    return ZoneCheck(Lie.INSIDE if within else Lie.OUTSIDE, edge_m)
