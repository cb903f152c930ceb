"""What an incident's reports say together of its time and place; no row is touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.intake.models import Report
from reports.intake.queries import spot_of
from verification.incidents.rules import joint_window, sharpest_spot


def facts_of(reports: Sequence[Report]) -> dict[str, Any]:
    """Return the window, precision, place and spot of an incident by its reports (at least one)."""
    asserting = [r for r in reports if r.stance != "denies"] or list(reports)
    window = joint_window([(r.observed_from, r.observed_until) for r in asserting])
    spot = sharpest_spot(s for r in asserting if (s := spot_of(r)) is not None)
    lead = min(asserting, key=lambda r: (r.observed_until - r.observed_from, r.received_at, r.pk))
    placed = [r for r in asserting if r.place is not None and spot is not None]
    nearest = min(placed, key=lambda r: (r.radius_m or 0, r.received_at)) if placed else None
    return {
        "window_from": window[0],
        "window_until": window[1],
        "time_precision": lead.time_precision,
        "place": nearest.place if nearest else None,
        "lat": spot.lat if spot else None,
        "lon": spot.lon if spot else None,
        "radius_m": spot.radius_m if spot else None,
    }
