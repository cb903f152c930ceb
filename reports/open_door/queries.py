"""Reads of the open door: whose report this is, whether it is open, how much came today."""

from __future__ import annotations

from datetime import datetime

from django.utils.crypto import constant_time_compare

from reports.agreement.models import Agreement
from reports.agreement.queries import agreements, open_daily_cap
from reports.intake.authors import Bearer
from reports.intake.choices import Channel
from reports.intake.models import Report
from reports.open_door.models import Invite, OpenKey
from reports.open_door.passes import keyed
from reports.open_door.rules import DAY, read_code
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import NotFound

WAITING_MOST = 10_000  # beyond that the queue says “more than”


def open_agreements(*, at: datetime) -> list[Agreement]:
    """Return the agreements under which reports may be filed without an account."""
    return [one for one in agreements() if open_daily_cap(one.pk, at=at)]


def require_open(agreement: Agreement, *, at: datetime) -> int:
    """Return how many may come in a day. Errors: NotFound where the door is shut."""
    cap = open_daily_cap(agreement.pk, at=at)
    if not cap:
        raise NotFound("Under this agreement nobody reports without an account.")
    return cap


def came_in_a_day(agreement: Agreement, *, at: datetime, most: int) -> int:
    """Return how many reports came by the open door within a day, counted up to `most`."""
    found = Report.objects.filter(
        agreement=agreement, channel=Channel.OPEN, received_at__gt=at - DAY
    )
    return found[:most].count()


def waiting_at_the_door(agreement: Agreement, user: User, *, at: datetime) -> int:
    """Return how many reports of the open door wait for triage."""
    require(user, "report.triage", at=at, agreement_id=agreement.pk)
    found = Report.objects.filter(agreement=agreement, channel=Channel.OPEN, state="filed")
    return found[:WAITING_MOST].count()


def report_of_bearer(receipt: str, secret: str) -> tuple[Report, Bearer]:
    """Return the report behind a receipt and its secret.

    Errors: NotFound, in the same words whether the receipt or the secret is wrong.
    """
    code, number = read_code(secret), receipt.strip().upper()
    keys = OpenKey.objects.select_related("report__agreement", "report__superseded_by")
    found = keys.filter(report__receipt=number).first() if number.isprintable() else None
    kept = found.hashed if found is not None else ""
    if not constant_time_compare(kept, keyed("secret", number, code)) or found is None:
        raise NotFound("There is no report with this receipt and secret.")
    return found.report, Bearer(found.report.pk)


def invites_left(agreement: Agreement, user: User, *, at: datetime) -> int:
    """Return how many invites of an agreement nobody has used."""
    require(user, "invite.make", at=at, agreement_id=agreement.pk)
    return Invite.objects.filter(agreement=agreement, expires_on__gte=at.date()).count()
