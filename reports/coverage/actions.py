"""Writes of coverage."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement, Party
from reports.coverage.models import INSTRUMENTS, Watch, WatchState
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.people.queries import own_source
from reports.places.models import Place
from reports.problems import Invalid, StaleState


@transaction.atomic
def start_watch(*, agreement: Agreement, place: Place, means: str, by: User, at: datetime) -> Watch:
    """Record that a watch begins now. Needs: watch.record. Leaves: Watch, watch.started."""
    role = require(by, "watch.record", at=at, agreement_id=agreement.pk)
    watch = _record(agreement, place, means, WatchState.ACTIVE, None, by, at)
    record_event(kind=Kind.WATCH_STARTED, subject=watch, by=by, at=at, acting_as=role)
    return watch


@transaction.atomic
def record_outage(
    *, agreement: Agreement, place: Place, means: str, by: User, at: datetime
) -> Watch:
    """Record that an instrument stands still from now on; ending it says it works again.

    Needs: watch.record; an instrument, since eyes and ears are not out of service.
    Leaves: Watch, watch.failed.
    """
    role = require(by, "watch.record", at=at, agreement_id=agreement.pk)
    if means not in INSTRUMENTS:
        raise Invalid(errors={"means": [_("Say which instrument is out of service.")]})
    watch = _record(agreement, place, means, WatchState.DOWN, None, by, at)
    record_event(kind=Kind.WATCH_FAILED, subject=watch, by=by, at=at, acting_as=role)
    return watch


@transaction.atomic
def record_denial(
    *,
    agreement: Agreement,
    place: Place,
    means: str,
    denied_by: Party | None,
    by: User,
    at: datetime,
) -> Watch:
    """Record that access was denied, by whom if that is known; ending it says it was given.

    Needs: watch.record; a party of the agreement. Leaves: Watch, watch.refused.
    """
    role = require(by, "watch.record", at=at, agreement_id=agreement.pk)
    if denied_by is not None and denied_by.agreement_id != agreement.pk:
        raise Invalid(errors={"denied_by": [_("This agreement has no such party.")]})
    watch = _record(agreement, place, means, WatchState.DENIED, denied_by, by, at)
    record_event(kind=Kind.WATCH_REFUSED, subject=watch, by=by, at=at, acting_as=role)
    return watch


def _record(
    agreement: Agreement,
    place: Place,
    means: str,
    state: str,
    denied_by: Party | None,
    by: User,
    at: datetime,
) -> Watch:
    return Watch.objects.create(
        agreement=agreement,
        source=own_source(by),
        place=place,
        watched_from=at,
        means=means,
        state=state,
        denied_by=denied_by,
    )


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
