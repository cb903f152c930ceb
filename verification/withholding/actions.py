"""Writes of what is kept from the public: by kind of act, by incident, and its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.models import ActKind, Agreement
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, Problem, StaleState
from verification.withholding.models import Delay, Withholding
from verification.withholding.queries import VERB, delays_of
from verification.withholding.rules import MOST_DAYS, STATES, midnight_after

CLOCK = "clock"


class AlreadyFound(Problem):
    """Raised where a finding was public already: what is out cannot be called back."""

    code = "already-public"
    status = 409
    title = gettext_lazy("This incident was decided in public already")


def _checked(days: int, reason: str) -> str:
    errors = {}
    if not 0 <= days <= MOST_DAYS:
        errors["days"] = [_("Give a number of days from 0 to %(most)d.") % {"most": MOST_DAYS}]
    if not reason.strip():
        errors["reason"] = [_("Say why; the reason stays on the record.")]
    if errors:
        raise Invalid(errors=errors)
    return reason.strip()


@transaction.atomic
def set_delay(
    *, agreement: Agreement, act: ActKind, days: int, reason: str, by: User, at: datetime
) -> Delay:
    """Let incidents of an act wait so many days before they are shown; 0 ends that.

    It holds for incidents opened from now on. Needs: publication.withhold.
    Leaves: Delay, delay.set. Errors: Invalid for days or an empty reason.
    """
    role = require(by, VERB, at=at, agreement_id=agreement.pk)
    reason = _checked(days, reason)
    row = Delay.objects.create(
        agreement=agreement, act=act, days=days, reason=reason, set_by=by, set_at=at
    )
    record_event(
        kind=Kind.DELAY_SET,
        subject=row,
        by=by,
        at=at,
        acting_as=role,
        payload={"act": act.pk, "days": days},
    )
    return row


def withhold_by_delay(*, incident: Any, at: datetime) -> Withholding | None:
    """Withhold an incident that is being opened, where its act is shown later.

    Part of opening an incident, whose event tells it. `incident` is of the room downstream.
    """
    delay = delays_of(incident.agreement).get(incident.act_id)
    if delay is None or not delay.days:
        return None
    return Withholding.objects.create(
        incident=incident,
        until=midnight_after(at, delay.days, ZoneInfo(incident.agreement.timezone)),
        reason=delay.reason,
        placed_at=at,
    )


@transaction.atomic
def place_embargo(*, incident: Any, days: int, reason: str, by: User, at: datetime) -> Withholding:
    """Keep an incident from the public for so many days from now.

    Needs: publication.withhold; an incident of which nothing was found in public.
    Leaves: Withholding, embargo.placed. Errors: Invalid, AlreadyFound.
    """
    role = require(by, VERB, at=at, agreement_id=incident.agreement_id)
    reason = _checked(days, reason)
    if not days:
        raise Invalid(errors={"days": [_("Give at least one day.")]})
    if incident.state not in STATES:
        raise AlreadyFound()
    row = Withholding.objects.create(
        incident=incident,
        until=midnight_after(at, days, ZoneInfo(incident.agreement.timezone)),
        reason=reason,
        placed_by=by,
        placed_at=at,
    )
    record_event(
        kind=Kind.EMBARGO_PLACED,
        subject=row,
        by=by,
        at=at,
        acting_as=role,
        file_id=incident.pk,
        payload={"days": days},
    )
    return row


@transaction.atomic
def lift_embargo(*, withholding: Withholding, by: User, at: datetime) -> None:
    """End a withholding before its time, one by delay too.

    Needs: publication.withhold. Leaves: embargo.lifted. Errors: StaleState if it has ended.
    """
    incident = withholding.incident
    role = require(by, VERB, at=at, agreement_id=incident.agreement_id)
    rows = Withholding.objects.filter(pk=withholding.pk, ended_at=None)
    if not rows.update(ended_at=at, ended_by=by):
        raise StaleState(_("This has ended already."))
    record_event(
        kind=Kind.EMBARGO_LIFTED,
        subject=withholding,
        by=by,
        at=at,
        acting_as=role,
        file_id=incident.pk,
    )


def end_withholdings(*, at: datetime) -> int:
    """End every withholding whose time is over; return how many. Repeatable."""
    due = Withholding.objects.filter(ended_at=None, until__lte=at).order_by("until", "id")
    return sum(end_withholding(withholding=row, at=at) for row in due[:1000])


@transaction.atomic
def end_withholding(*, withholding: Withholding, at: datetime) -> bool:
    """End one whose time is over; once. Leaves: withholding.ended."""
    rows = Withholding.objects.filter(pk=withholding.pk, ended_at=None, until__lte=at)
    if not rows.update(ended_at=at):
        return False
    record_event(
        kind=Kind.WITHHOLDING_ENDED,
        subject=withholding,
        by=None,
        at=at,
        acting_as=CLOCK,
        file_id=withholding.incident_id,
    )
    return True
