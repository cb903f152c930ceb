"""Writes of the open door: file without an account, make invites and spend them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.models import Agreement
from reports.identity import new_receipt
from reports.intake.actions import AnotherReportHasThisId, Filing, same_filing, take_down
from reports.intake.authors import UNIDENTIFIED
from reports.intake.choices import Channel
from reports.intake.drafts import ReportDraft
from reports.intake.models import Report
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.journal.models import Lane
from reports.open_door.models import Invite, OpenKey, SpentPass
from reports.open_door.passes import PassNeeded, keyed, new_challenge, read_pass
from reports.open_door.queries import came_in_a_day, require_open
from reports.open_door.rules import (
    DAYS_MOST,
    INVITES_MOST,
    LIFETIME,
    OUTSTANDING_MOST,
    new_code,
    read_code,
)
from reports.people.models import Source, SourceKind, User
from reports.people.permissions import require
from reports.problems import Invalid, Problem

ACCOUNT = "unidentified-reporters"  # nobody can sign in to it


class TooManyToday(Problem):
    """Raised when as many reports came by the open door within a day as the terms let in."""

    code = "too-many-today"
    status = 429
    title = gettext_lazy("Your report was not sent yet: too many came today")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a filing brings beside its draft: its secret, and what paid for it."""

    secret: str
    token: str
    work: str = ""


def file_unidentified(*, draft: ReportDraft, entry: Entry, by: None, at: datetime) -> Filing:
    """File a report of somebody without an account; nothing of who or where they are is kept.

    Needs: an agreement that lets this be; a pass that nobody used; a place within the day, unless
    an invite paid. All such reports have one source, graded F.
    Leaves: Report, OpenKey, SpentPass, report.handed_in. The same again: nothing new.
    Errors: NotFound, Invalid, PassNeeded, TooManyToday, AnotherReportHasThisId.
    """
    cap = require_open(draft.agreement, at=at)
    secret = read_code(entry.secret)
    if not secret:
        raise Invalid(_("The form lost its secret. Load the page again."))
    draft = replace(draft, channel=Channel.OPEN, speaker=None, supersedes="")
    again = _same_entry(draft, secret)
    if again is not None:
        return again
    try:
        return _let_in(draft, entry, secret, cap, at)
    except IntegrityError as error:  # sent twice at once, or the pass was used
        again = _same_entry(draft, secret)
        if again is None:
            raise PassNeeded() from error
        return again


@transaction.atomic
def _let_in(draft: ReportDraft, entry: Entry, secret: str, cap: int, at: datetime) -> Filing:
    paid = read_pass(entry.token, entry.work, draft.agreement.slug)
    if not paid.by_invite and came_in_a_day(draft.agreement, at=at, most=cap) >= cap:
        raise TooManyToday()
    full_hour = (at + LIFETIME + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    SpentPass.objects.create(digest=paid.digest, expires_at=full_hour)
    filing = take_down(draft=draft, by=_account(), at=at)
    report = filing.report
    OpenKey.objects.create(report=report, hashed=keyed("secret", report.receipt, secret))
    record_event(
        kind=Kind.REPORT_HANDED_IN,
        subject=report,
        by=None,
        at=at,
        acting_as=UNIDENTIFIED,
        lane=Lane.OPEN_DOOR,
    )
    return filing


def _same_entry(draft: ReportDraft, secret: str) -> Filing | None:
    """Return the receipt of just this filing, to whoever holds its secret."""
    account = _known_account()
    found = same_filing(draft, account) if account is not None else None
    if found is None:
        return None
    kept = OpenKey.objects.filter(report=found.report).values_list("hashed", flat=True).first()
    if not constant_time_compare(kept or "", keyed("secret", found.report.receipt, secret)):
        raise AnotherReportHasThisId()
    return found


def _known_account() -> User | None:
    known = Source.objects.filter(key=UNIDENTIFIED).select_related("user").first()
    return known.user if known is not None else None


def _account() -> User:
    """Return the one account, and with it the one source, all these reports stand under."""
    known = _known_account()
    if known is not None:
        return known
    with transaction.atomic():
        made = User(
            username=ACCOUNT, display_name=ACCOUNT, pseudonym=f"P-{new_receipt()}", is_active=False
        )
        made.set_unusable_password()
        made.save()
        Source.objects.create(
            key=UNIDENTIFIED, name=made.pseudonym, kind=SourceKind.UNIDENTIFIED, user=made
        )
    return made


def make_invites(
    *, agreement: Agreement, count: int, days: int, by: User, at: datetime
) -> list[str]:
    """Make invites that each let one report in, and return their codes, which are shown once.

    Needs: invite.make. Leaves: Invite rows without a maker, invites.made. Errors: Invalid.
    """
    role = require(by, "invite.make", at=at, agreement_id=agreement.pk)
    require_open(agreement, at=at)
    problems = {}
    if not 1 <= count <= INVITES_MOST:
        problems["count"] = [_("Make 1 to %(most)s at a time.") % {"most": INVITES_MOST}]
    if not 1 <= days <= DAYS_MOST:
        problems["days"] = [_("They hold for 1 to %(most)s days.") % {"most": DAYS_MOST}]
    if not problems and Invite.objects.filter(agreement=agreement).count() > OUTSTANDING_MOST:
        problems["count"] = [_("Too many invites are unused; wait until they expire.")]
    if problems:
        raise Invalid(errors=problems)
    codes = [new_code() for _n in range(count)]
    expires_on = (at + timedelta(days=days)).date()
    with transaction.atomic():
        Invite.objects.bulk_create(
            Invite(
                hashed=keyed("invite", agreement.slug, read_code(code)),
                agreement=agreement,
                expires_on=expires_on,
            )
            for code in codes
        )
        record_event(
            kind=Kind.INVITES_MADE,
            subject=agreement,
            by=by,
            at=at,
            acting_as=role,
            payload={"count": count, "days": days},
        )
    return codes


def spend_invite(*, agreement: Agreement, code: str, by: None, at: datetime) -> str:
    """Take an invite and return a pass for it that leads back to nothing.

    It has a transaction of its own, before the filing's, and leaves no event: else the record
    would tell which invite brought which report. Leaves: one Invite less. Errors: Invalid.
    """
    hashed = keyed("invite", agreement.slug, read_code(code))
    found = Invite.objects.filter(hashed=hashed, agreement=agreement, expires_on__gte=at.date())
    gone, _rows = found.delete()
    if not gone:
        words = _("This invite is not known, was used, or is too old. Ask whoever gave it to you.")
        raise Invalid(errors={"invite": [words]})
    return new_challenge(agreement.slug, bits=0).token


def forget_passes(*, at: datetime) -> int:
    """Delete passes that could not be used any more and invites that expired; may run twice."""
    passes, _rows = SpentPass.objects.filter(expires_at__lte=at).delete()
    invites, _rows = Invite.objects.filter(expires_on__lt=at.date()).delete()
    return passes + invites


def drop_open_key(*, report: Report) -> int:
    """Destroy the way back to a report: a part of erasing it. Leaves: no OpenKey."""
    gone, _rows = OpenKey.objects.filter(report=report).delete()
    return gone
