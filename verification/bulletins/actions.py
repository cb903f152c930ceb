"""Writes of the daily report: it is drafted once a day, and a publisher releases it."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.models import Agreement
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import NotAllowed, Problem, StaleState
from verification.archive.queries import judged_here
from verification.bulletins.figures import content_of
from verification.bulletins.models import Bulletin, Edition, Release
from verification.bulletins.printing import all_printed
from verification.bulletins.queries import days_of, release_hindered
from verification.bulletins.rules import GRACE, code_of, period_of, sums_that_fail
from verification.ledger.rows import public_bytes

DRAFTING = 0x63767324  # any number that nobody else locks
CLOCK = "clock"


class DoesNotAddUp(Problem):
    """Raised when the figures of a bulletin contradict each other: nothing is drafted."""

    code = "does-not-add-up"
    status = 409
    title = gettext_lazy("The figures do not add up")


class NotReleasable(Problem):
    """Raised when a bulletin cannot be released as things stand."""

    code = "not-releasable"
    status = 409
    title = gettext_lazy("This bulletin cannot be released yet")


@transaction.atomic
def draft_bulletin(*, agreement: Agreement, day: date, at: datetime) -> Bulletin | None:
    """Draft an agreement's bulletin for a day, with its editions; a day is drafted once.

    Needs: a day that is over, and later than that of the last bulletin.
    Leaves: Bulletin, Editions, bulletin.drafted; nothing and None if the day has one.
    Errors: NotAllowed before the day is over or behind a later one, DoesNotAddUp.
    """
    with connection.cursor() as cursor:  # numbers without gaps, whoever drafts
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DRAFTING])
    drafted = Bulletin.objects.filter(agreement=agreement)
    if drafted.filter(day=day).exists():
        return None
    begins, cut_off = period_of(day, ZoneInfo(agreement.timezone))
    if at < cut_off + GRACE or drafted.filter(day__gt=day).exists():
        raise NotAllowed(_("A bulletin is drafted once its day is over, and in the order of days."))
    number = drafted.count() + 1
    content = content_of(agreement, day=day, number=number)
    if faults := sums_that_fail(content):
        raise DoesNotAddUp("; ".join(faults))
    bulletin = Bulletin.objects.create(
        agreement=agreement,
        number=number,
        code=code_of(agreement.prefix, number),
        day=day,
        begins=begins,
        cut_off=cut_off,
        drafted_at=at,
        content=content,
        sha256=hashlib.sha256(public_bytes(content)).hexdigest(),
    )
    Edition.objects.bulk_create(
        Edition(bulletin=bulletin, language=one.language, sha256=one.sha256, body=one.body)
        for one in all_printed(content)
    )
    record_event(
        kind=Kind.BULLETIN_DRAFTED,
        subject=bulletin,
        by=None,
        at=at,
        acting_as=CLOCK,
        payload={"code": bulletin.code, "sha256": bulletin.sha256},
    )
    return bulletin


def draft_due_bulletins(*, at: datetime) -> int:
    """Draft every bulletin that is due and not drafted yet; return how many. Repeatable."""
    return sum(
        draft_bulletin(agreement=agreement, day=day, at=at) is not None
        for agreement in judged_here()
        for day in days_of(agreement, at=at)
    )


@transaction.atomic
def release_bulletin(*, bulletin: Bulletin, by: User, at: datetime) -> Release:
    """Release a drafted bulletin; it is public once this is under a signed checkpoint.

    Needs: bulletin.release; every earlier number released; all it tells of signed in the log.
    Leaves: Release, bulletin.released. Errors: NotReleasable, StaleState if it was released.
    """
    role = require(by, "bulletin.release", at=at, agreement_id=bulletin.agreement_id)
    held = Bulletin.objects.select_for_update().get(pk=bulletin.pk)
    if Release.objects.filter(bulletin=held).exists():
        raise StaleState(_("This bulletin was released already."))
    if reason := release_hindered(held):
        raise NotReleasable(reason)
    release = Release.objects.create(bulletin=held, released_by=by, released_at=at)
    record_event(
        kind=Kind.BULLETIN_RELEASED,
        subject=held,
        by=by,
        at=at,
        acting_as=role,
        payload={"code": held.code, "sha256": held.sha256},
    )
    return release
