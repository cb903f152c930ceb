"""Writes of coverage."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reports.agreement.models import Agreement, Party
from reports.coverage.models import Watch, WatchState
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.people.queries import own_source
from reports.places.models import Place
from reports.problems import Invalid, StaleState


@transaction.atomic
def start_watch(
    *,
    agreement: Agreement,
    place: Place,
    means: str,
    state: str = WatchState.ACTIVE,
    denied_by: Party | None = None,
    by: User,
    at: datetime,
) -> Watch:
    """Record that a watch begins now (or that it was kept out). Leaves: Watch, watch.started."""
    role = require(by, "watch.record", at=at, agreement_id=agreement.pk)
    if denied_by is not None and state != WatchState.DENIED:
        raise Invalid(errors={"denied_by": ["Name who denied access only where it was denied."]})
    watch = Watch.objects.create(
        agreement=agreement,
        source=own_source(by),
        place=place,
        watched_from=at,
        means=means,
        state=state,
        denied_by=denied_by,
    )
    record_event(kind=Kind.WATCH_STARTED, subject=watch, by=by, at=at, acting_as=role)
    return watch


@transaction.atomic
def end_watch(*, watch: Watch, by: User, at: datetime) -> Watch:
    """Record that one's own watch ends now. Leaves: watched_until, watch.ended."""
    role = require(by, "watch.record", at=at, agreement_id=watch.agreement_id)
    if watch.source_id != own_source(by).pk:
        raise Invalid("Only the person on watch can end it.")
    if at <= watch.watched_from:
        raise Invalid("A watch ends after it begins.")
    hit = Watch.objects.filter(pk=watch.pk, watched_until=None).update(watched_until=at)
    if hit != 1:
        raise StaleState("This watch had already ended.")
    watch.watched_until = at
    record_event(kind=Kind.WATCH_ENDED, subject=watch, by=by, at=at, acting_as=role)
    return watch
