"""Reads of what one partner may see of reports: of published findings alone, field by field."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet

from reports.agreement.models import Agreement
from reports.intake.models import Report
from reports.people.models import Role, User
from reports.people.permissions import may, require
from reports.people.queries import holders_of
from reports.people.rules import FIELDS
from reports.problems import NotFound
from verification.incidents.models import Incident
from verification.incidents.queries import linked_reports, roots_above
from verification.partners.models import Change, Disclosure, Pseudonyms, Step, Told
from verification.partners.pseudonyms import pseudonym
from verification.partners.rules import DISCLOSE, LEAST_REPORTS, SEE
from verification.partners.sealing import unsealed
from verification.publication.models import PublicRow
from verification.withholding.queries import withheld_now_anywhere

# What each field says of a report. A field that is not here is shown to no partner.
SHOWN: Mapping[str, Callable[[Report, str], Any]] = {
    "report": lambda report, secret: pseudonym(secret, "rpt", report.pk),
    "source": lambda report, secret: pseudonym(secret, "src", report.source_id),
    "source_kind": lambda report, _secret: report.source.kind,
    "stance": lambda report, _secret: report.stance,
    "means": lambda report, _secret: report.means,
    "received_on": lambda report, _secret: report.received_at.astimezone(UTC).date(),
}


def partner_of(user: User) -> dict[str, Any]:
    """Return whose secret holds for a person: their organisation's, or their own."""
    if user.organisation_id is not None:
        return {"organisation_id": user.organisation_id}
    return {"user_id": user.pk}


def fields_for(
    user: User, agreement: Agreement, *, at: datetime, scopes: Collection[str] | None = None
) -> list[str]:
    """Return the fields a partner may see; with a key, those its scopes name too.

    Errors: NotAllowed.
    """
    require(user, SEE, at=at, agreement_id=agreement.pk)
    found = Disclosure.objects.filter(user=user, agreement=agreement, ended_at=None).first()
    granted = () if found is None else found.fields
    return [
        field
        for field in FIELDS
        if field in granted and (scopes is None or f"field:{field}" in scopes)
    ]


def disclosed_reports(
    user: User, code: str, *, at: datetime, scopes: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """Return the reports of an incident, each as one partner may see it, in the order of its ids.

    NotFound where there is no published and signed finding, where the incident is withheld, where
    fewer than LEAST_REPORTS could hide one another, and where nothing was granted.
    """
    row = PublicRow.objects.select_related("agreement").filter(code=code).first()
    if row is None or not may(user, SEE, at=at, agreement_id=row.agreement_id):
        raise NotFound("There is no such incident.")
    fields = fields_for(user, row.agreement, at=at, scopes=scopes)
    secret = Pseudonyms.objects.filter(**partner_of(user)).first()
    if not fields or secret is None or not _may_be_told(row):
        raise NotFound("There is no such incident.")
    reports = linked_reports(Incident.objects.get(pk=row.pk))
    if len(reports) < LEAST_REPORTS:
        raise NotFound("There is no such incident.")
    own = unsealed(bytes(secret.secret), secret.pk)
    # Not in the order in which they came, which would be a fact that nobody granted.
    reports.sort(key=lambda report: pseudonym(own, "rpt", report.pk))
    return [{field: SHOWN[field](report, own) for field in fields} for report in reports]


def _may_be_told(row: PublicRow) -> bool:
    """Answer whether the feed told of a finding of this incident: it is signed, not withheld."""
    if row.withheld_until is not None or not row.finding_code:
        return False
    told = Change.objects.filter(what=Told.FINDING, code=row.finding_code)
    if not told.exclude(step=Step.REMOVED).exists():
        return False
    return row.pk not in roots_above(withheld_now_anywhere())


def partners_under(user: User, agreement: Agreement, *, at: datetime) -> QuerySet[User]:
    """Return the partners of an agreement, for a chair. Errors: NotAllowed."""
    require(user, DISCLOSE, at=at, agreement_id=agreement.pk)
    return holders_of(Role.PARTNER, agreement_id=agreement.pk, at=at)


def disclosures_under(user: User, agreement: Agreement, *, at: datetime) -> QuerySet[Disclosure]:
    """Return what partners of an agreement may see now, for a chair. Errors: NotAllowed."""
    require(user, DISCLOSE, at=at, agreement_id=agreement.pk)
    rows = Disclosure.objects.select_related("user__organisation")
    return rows.filter(agreement=agreement, ended_at=None).order_by("granted_at", "id")


def disclosure_for(user: User, disclosure_id: uuid.UUID, *, at: datetime) -> Disclosure:
    """Return a disclosure that stands, for a chair of its agreement; NotFound for anybody else."""
    row = Disclosure.objects.filter(pk=disclosure_id, ended_at=None).first()
    if row is None or not may(user, DISCLOSE, at=at, agreement_id=row.agreement_id):
        raise NotFound("There is no such disclosure.")
    return row
