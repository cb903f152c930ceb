"""Writes of places: a gazetteer is recorded whole, and again without doubles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import Role, User
from reports.people.permissions import require
from reports.places.folding import bones, folded
from reports.places.models import Place, PlaceName


@transaction.atomic
def record_places(
    *,
    places: Sequence[Mapping[str, Any]],
    names: Sequence[Mapping[str, Any]],
    dataset: str,
    by: User | None,
    at: datetime,
) -> int:
    """Record places and their names; places already there keep their id. Returns how many are new.

    Needs: operator. Leaves: Place and PlaceName rows; places.recorded if any place is new.
    """
    role = Role.OPERATOR if by is None else require(by, "people.manage", at=at)
    known = {place.key: place for place in Place.objects.all()}
    fresh = [Place(dataset=dataset, **row) for row in places if row["key"] not in known]
    Place.objects.bulk_create(fresh)
    known.update({place.key: place for place in fresh})
    PlaceName.objects.bulk_create(
        [
            PlaceName(
                place=known[row["place_key"]],
                text=row["text"],
                folded=folded(row["text"]),
                bones=bones(folded(row["text"])),
                lang=row["lang"],
                script=row["script"],
                kind=row["kind"],
                official_for=row.get("official_for", ""),
            )
            for row in names
        ],
        ignore_conflicts=True,
    )
    if fresh:
        record_event(
            kind=Kind.PLACES_RECORDED,
            subject=fresh[0],
            by=by,
            at=at,
            acting_as=role,
            payload={"count": len(fresh), "dataset": dataset},
        )
    return len(fresh)
