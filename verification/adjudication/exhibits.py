"""Who may look at a file of a report, and at what of it. Nobody else learns that there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from reports.evidence.models import Item
from reports.evidence.queries import item_by_code
from reports.people.models import Role, User
from reports.people.permissions import MAY, roles_of
from reports.problems import NotFound
from verification.adjudication.models import Seat
from verification.adjudication.states import CaseState
from verification.incidents.models import Link
from verification.incidents.queries import root_of

AUTHOR = "author"  # of the report; no role of the house
# An original names the device and the very spot somebody stood at, so panels read what was found
# in it, in words, and do not get it.
GETS_ORIGINAL = frozenset({AUTHOR, str(Role.TRIAGE), str(Role.CHAIR)})


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A file and in which role this person may look at it."""

    item: Item
    acting_as: str

    @property
    def may_have_original(self) -> bool:
        return self.acting_as in GETS_ORIGINAL


def exhibit_for(user: User, code: str, *, at: datetime) -> Exhibit:
    """Return a file for its report's author, for triage and chair, and for the panel it is before.

    Errors: NotFound for anybody else, and for what was erased.
    """
    item = item_by_code(code)
    acting_as = _acting_as(user, item, at) if item is not None else ""
    if item is None or not acting_as:
        raise NotFound()
    return Exhibit(item, acting_as)


def _acting_as(user: User, item: Item, at: datetime) -> str:
    if item.report.filed_by_id == user.pk:
        return AUTHOR
    held = roles_of(user, at=at, agreement_id=item.report.agreement_id)
    if sits_over(user, item):
        return str(Role.REVIEWER)
    return max(held & MAY["evidence.read"], default="")


def sits_over(user: User, item: Item) -> bool:
    """Answer whether a person sits on a case that this file is before, and has declared."""
    links = Link.objects.filter(report_id=item.report_id, unlinked_at=None)
    incidents = {root_of(link.incident).pk for link in links.select_related("incident")}
    ready = Q(declared_at__isnull=False) | ~Q(case__state=CaseState.BALLOTING)
    seats = Seat.objects.filter(ready, reviewer=user, recused_at=None)
    return seats.filter(case__incident_id__in=incidents).exists()
