"""Whose silence means something: groups that watched the whole of a place and time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from reports.coverage.queries import Spot, watchers_of
from reports.coverage.rules import Window, covers_whole
from verification.incidents.models import Incident
from verification.scoring.assemble import group_of, sides_of


def present_groups(incidents: Sequence[Incident], *, at: datetime) -> dict[UUID, list[str]]:
    """Return {incident: groups whose watches saw all of its circle for all of its window}.

    Less than that says little: who looked for an hour of a day may have missed the event, and a
    silence read as evidence by mistake would speak against whoever was hurt.
    """
    if not incidents:
        return {}
    spots = [
        Spot(
            key=one.pk,
            lat=one.lat,
            lon=one.lon,
            radius_m=one.radius_m or 0.0,
            begins=one.window_from,
            ends=one.window_until,
        )
        for one in incidents
        if one.lat is not None and one.lon is not None
    ]
    watchers = watchers_of(incidents[0].agreement_id, spots, at=at)
    side = sides_of([source for rows in watchers.values() for source, _window in rows])
    found: dict[UUID, list[str]] = {}
    for spot in spots:
        windows: dict[str, list[Window]] = {}
        for source, window in watchers[spot.key]:
            windows.setdefault(group_of(source, side(source, spot.begins)), []).append(window)
        found[spot.key] = sorted(
            group
            for group, seen in windows.items()
            if covers_whole(seen, begins=spot.begins, ends=spot.ends)
        )
    return found
