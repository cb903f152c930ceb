"""Who may look at a file of a report, and at what of it. Nobody else learns that there is one.

The parties that are accused see one thing only: a redacted copy that was made for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from reports.evidence.models import Item
from reports.evidence.queries import item_by_code, items_of
from reports.people.models import Role, User
from reports.people.permissions import MAY, roles_of
from reports.people.queries import liaison_party_code
from reports.problems import NotFound
from reports.redactions.models import Redaction
from reports.redactions.queries import redactions_of, shown_to_parties
from verification.adjudication.models import Case, Seat
from verification.adjudication.states import CaseState
from verification.corroboration.models import PartyPosition
from verification.incidents.models import Incident, Link
from verification.incidents.queries import member_ids, root_of

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

    @property
    def may_have_copy(self) -> bool:
        return self.acting_as != Role.LIAISON

    @property
    def may_redact(self) -> bool:
        return self.acting_as in MAY["evidence.redact"]


def exhibit_for(user: User, code: str, *, at: datetime) -> Exhibit:
    """Return a file for its report's author, for triage and chair, and for the panel it is before;
    for a party it was redacted for, too.

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
    desk = max(held & MAY["evidence.read"], default="")
    if not desk and Role.LIAISON in held and _is_shown_to_party(user, item, at):
        return str(Role.LIAISON)
    return desk


def redaction_for(user: User, code: str, number: int, *, at: datetime) -> tuple[Exhibit, Redaction]:
    """Return one redacted copy of a file: any of them for those who judge, for a party its own.

    Errors: NotFound for anybody else.
    """
    found = exhibit_for(user, code, at=at)
    if found.acting_as == AUTHOR:
        raise NotFound()
    made = redactions_of(found.item)
    if found.acting_as == Role.LIAISON:
        made = made[:1]  # what stands now; _acting_as saw that it is for the parties
    for one in made:
        if one.number == number:
            return found, one
    raise NotFound()


def _is_shown_to_party(user: User, item: Item, at: datetime) -> bool:
    """Answer whether a liaison's party was notified of what this file is evidence of, and shown."""
    if item.pk not in shown_to_parties([item]):
        return False
    files = {pk for incident in _incidents_of(item) for pk in member_ids(incident)}
    notices = PartyPosition.objects.filter(incident_id__in=files)
    return notices.filter(party__code=liaison_party_code(user, at=at)).exists()


def shown_to_accused(incident: Incident) -> list[tuple[Item, Redaction]]:
    """Return what the accused may see of the files of an incident, in the order they came."""
    links = Link.objects.filter(incident_id__in=member_ids(incident), unlinked_at=None)
    items = items_of(links.values_list("report_id", flat=True))
    shown = shown_to_parties(items)
    return [(item, shown[item.pk]) for item in items if item.pk in shown]


def _incidents_of(item: Item) -> list[Incident]:
    links = Link.objects.filter(report_id=item.report_id, unlinked_at=None)
    return [root_of(link.incident) for link in links.select_related("incident")]


def sits_over(user: User, item: Item) -> bool:
    """Answer whether a person sits on a case that this file is before, and has declared."""
    incidents = {incident.pk for incident in _incidents_of(item)}
    ready = Q(declared_at__isnull=False) | ~Q(case__state=CaseState.BALLOTING)
    seats = Seat.objects.filter(ready, reviewer=user, recused_at=None)
    return seats.filter(case__incident_id__in=incidents).exists()


def sits_on(user: User, case: Case) -> bool:
    """Answer whether a person sits, or sat to the end, on a panel of this case's incident."""
    seats = Seat.objects.filter(reviewer=user, recused_at=None)
    return seats.filter(case__incident_id=case.incident_id).exists()
