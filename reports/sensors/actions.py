"""The one write of instruments: keep what they said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from reports.agreement.models import Agreement
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import Role, Source, SourceKind, User
from reports.people.permissions import require
from reports.problems import Invalid
from reports.sensors.models import Observation
from reports.sensors.rules import Reading


@transaction.atomic
def record_observations(
    *,
    agreement: Agreement,
    source: Source,
    readings: Sequence[Reading],
    by: User | None,
    at: datetime,
) -> int:
    """Keep what an instrument said, each line once; return how many were new.

    Needs: operator (None: the command line, or a signed door); a source that is an instrument.
    Leaves: Observation rows and one observations.recorded, where any was new; nothing else.
    Errors: Invalid.
    """
    role = Role.OPERATOR if by is None else require(by, "people.manage", at=at)
    if source.kind != SourceKind.SENSOR:
        raise Invalid("This source is no instrument.")
    hashes = {one.sha256: one for one in readings}
    rows = Observation.objects.filter(agreement=agreement, source=source, sha256__in=hashes)
    known = set(rows.values_list("sha256", flat=True))
    fresh = [one for sha256, one in hashes.items() if sha256 not in known]
    made = Observation.objects.bulk_create(
        [_row(one, agreement, source, at) for one in fresh], ignore_conflicts=True
    )
    if made:
        record_event(
            kind=Kind.OBSERVATIONS_RECORDED,
            subject=source,
            by=by,
            at=at,
            acting_as=role,
            payload={"count": len(made)},
        )
    return len(made)


def _row(one: Reading, agreement: Agreement, source: Source, at: datetime) -> Observation:
    return Observation(
        agreement=agreement,
        source=source,
        instrument=one.instrument,
        product=one.product[:80],
        observed_from=one.begins,
        observed_until=one.ends,
        clock_error_s=one.clock_error_s,
        lat=one.lat,
        lon=one.lon,
        radius_m=one.radius_m,
        bearing_deg=one.bearing_deg,
        likelihood=one.likelihood[:10],
        origin_chain=list(one.origin_chain),
        raw=one.raw,
        sha256=one.sha256,
        received_at=at,
    )
