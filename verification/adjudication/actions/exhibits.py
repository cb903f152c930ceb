"""Writes of custody: who looked at a file, and to whom an original was handed out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from reports.evidence.models import Item
from reports.evidence.queries import is_held_back
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.people.models import User
from reports.problems import Invalid, NotFound
from verification.adjudication.exhibits import exhibit_for, redaction_for

ONE_LOOK = timedelta(minutes=15)  # a page loaded again meanwhile is the same look


@transaction.atomic
def view_item(*, code: str, redaction: int = 0, by: User, at: datetime) -> Item:
    """Let somebody look at what may be shown of a file; `redaction` numbers a redacted copy.

    Needs: to be its author, triage, chair or of the panel it is before; for a redacted copy that
    was made for the parties, liaison of one that was notified.
    Leaves: evidence.viewed, once for one look. Errors: NotFound.
    """
    found = exhibit_for(by, code, at=at)
    if redaction:
        redaction_for(by, code, redaction, at=at)
    elif not found.may_have_copy:
        raise NotFound()
    payload = {"redaction": redaction} if redaction else {}
    looks = Event.objects.filter(kind=Kind.EVIDENCE_VIEWED, subject_id=found.item.pk, actor=by)
    if not looks.filter(at__gt=at - ONE_LOOK, payload=payload).exists():
        record_event(
            kind=Kind.EVIDENCE_VIEWED,
            subject=found.item,
            by=by,
            at=at,
            acting_as=found.acting_as,
            payload=payload,
        )
    return found.item


@transaction.atomic
def download_item(*, code: str, by: User, at: datetime) -> Item:
    """Hand an original out, as it came.

    Needs: to be its author, triage or chair. Leaves: evidence.downloaded.
    Errors: NotFound, to a panel too; Invalid while a virus scanner holds it back.
    """
    found = exhibit_for(by, code, at=at)
    if not found.may_have_original:
        raise NotFound()
    if is_held_back(found.item):
        raise Invalid(_("This file is held back by the virus scanner and is not handed out."))
    record_event(
        kind=Kind.EVIDENCE_DOWNLOADED,
        subject=found.item,
        by=by,
        at=at,
        acting_as=found.acting_as,
    )
    return found.item
