"""Who may act for a report as its author: a person with an account, or who holds its secret."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from reports.intake.models import Report
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, NotFound

UNIDENTIFIED = "unidentified"  # the role an event is left in by somebody without an account


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever showed the receipt and the secret of a report that was filed without an account."""

    report_id: uuid.UUID


def require_author(
    report: Report, by: User | Bearer, *, at: datetime, refusal: str = ""
) -> tuple[str, User | None]:
    """Return the role and the account (none for a bearer) in which an author acts.

    Errors: NotAllowed without the role; Invalid, or NotFound for a bearer, on another’s report.
    """
    if isinstance(by, Bearer):
        if by.report_id != report.pk:
            raise NotFound()
        return UNIDENTIFIED, None
    role = require(by, "report.file", at=at, agreement_id=report.agreement_id)
    if report.filed_by_id != by.pk:
        raise Invalid(refusal or _("Only its author can do this with a report."))
    return role, by
