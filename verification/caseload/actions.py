"""Writes of the caseload: a missed deadline is told once; a changed procedure is published."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.problems import NotAllowed
from verification.archive.queries import judged_here
from verification.caseload.models import MissedDeadline, Procedure
from verification.caseload.queries import procedure_now, untold
from verification.caseload.rules import Clock

CLOCK = "clock"  # acting_as of what happens because time passed
MACHINE = "machine"  # and of what follows by rule
PUBLISHING = 0x63767303  # any number that nobody else locks


@transaction.atomic
def escalate_deadline(*, agreement: Agreement, clock: Clock, at: datetime) -> MissedDeadline | None:
    """Tell that a step was not taken in its time; a second telling changes nothing.

    Leaves: MissedDeadline, deadline.missed; nothing and None if it was told already.
    Errors: NotAllowed before the deadline, or when the step was taken in time.
    """
    if at < clock.due_at or not clock.is_missed(at=at):
        raise NotAllowed(_("The deadline has not passed."))
    try:
        with transaction.atomic():
            missed = MissedDeadline.objects.create(
                agreement=agreement,
                step=clock.step,
                subject_id=clock.subject_id,
                due_at=clock.due_at,
                noticed_at=at,
            )
    except IntegrityError:  # another worker told it between our reading and our writing
        return None
    record_event(
        kind=Kind.DEADLINE_MISSED,
        subject=missed,
        by=None,
        at=at,
        acting_as=CLOCK,
        file_id=clock.file_id,
        payload={"step": str(clock.step), "due_at": clock.due_at.isoformat()},
    )
    return missed


def escalate_overdue(*, at: datetime) -> int:
    """Tell of every missed deadline that was not told yet; return how many. Repeatable."""
    return sum(
        escalate_deadline(agreement=agreement, clock=clock, at=at) is not None
        for agreement in judged_here()
        for clock in untold(agreement, at=at)
    )


@transaction.atomic
def publish_procedure(*, at: datetime) -> Procedure | None:
    """Publish the steps and time limits as they are now, if they differ from the last version.

    Leaves: Procedure, procedure.published; nothing and None if nothing changed.
    """
    content = procedure_now()
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    with connection.cursor() as cursor:  # one publication at a time, by any worker
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
    last = Procedure.objects.order_by("-number").first()
    if last is not None and last.fingerprint == fingerprint:
        return None
    published = Procedure.objects.create(
        number=last.number + 1 if last is not None else 1,
        fingerprint=fingerprint,
        content=content,
        published_at=at,
    )
    record_event(
        kind=Kind.PROCEDURE_PUBLISHED,
        subject=published,
        by=None,
        at=at,
        acting_as=MACHINE,
        payload={"number": published.number, "fingerprint": fingerprint},
    )
    return published
