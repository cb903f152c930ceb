"""Reads of what is kept from the public."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from reports.agreement.models import Agreement
from reports.people.models import User
from reports.people.permissions import require
from verification.withholding.models import Delay, Withholding

VERB = "publication.withhold"


def withheld_until(incident_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Return {incident: until when} for those of these that are kept from the public now."""
    rows = Withholding.objects.filter(incident_id__in=incident_ids, ended_at=None)
    return dict(rows.values_list("incident_id").annotate(Max("until")))


def withheld_now_anywhere() -> list[uuid.UUID]:
    """Return the incidents that are kept from the public now, of all agreements."""
    rows = Withholding.objects.filter(ended_at=None).order_by("incident_id")
    return list(rows.values_list("incident_id", flat=True).distinct())


def withheld_files(files: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Return {root: until when} of whole files, {member: root}: one withheld member withholds."""
    found: dict[uuid.UUID, datetime] = {}
    for member, until in withheld_until(files).items():
        found[files[member]] = max(until, found.get(files[member], until))
    return found


def withholdings_before(agreement_id: uuid.UUID, at: datetime) -> list[Withholding]:
    """Return an agreement's withholdings that were placed before an instant, by when."""
    rows = Withholding.objects.filter(incident__agreement_id=agreement_id, placed_at__lt=at)
    return list(rows.order_by("placed_at", "id"))


def delays_of(agreement: Agreement) -> dict[str, Delay]:
    """Return {act: the delay that holds now}."""
    rows = Delay.objects.filter(agreement=agreement).select_related("act", "set_by")
    return {row.act_id: row for row in rows.order_by("set_at", "id")}  # the last one holds


def withheld_now(by: User, agreement: Agreement, *, at: datetime) -> list[Any]:
    """Return what is kept from the public now, with its incident, by whose turn comes first."""
    require(by, VERB, at=at, agreement_id=agreement.pk)
    rows = Withholding.objects.filter(incident__agreement=agreement, ended_at=None)
    return list(rows.select_related("incident__act", "placed_by").order_by("until", "id"))


def withholding_for(by: User, withholding_id: uuid.UUID, *, at: datetime) -> Withholding | None:
    """Return one that is in force and that this person may lift; None otherwise."""
    row = (
        Withholding.objects.select_related("incident__agreement")
        .filter(pk=withholding_id, ended_at=None)
        .first()
    )
    if row is not None:
        require(by, VERB, at=at, agreement_id=row.incident.agreement_id)
    return row
