"""Reads of incidents; each that takes a user checks access as it loads."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from reports.agreement.models import Agreement
from reports.intake.models import Report
from reports.intake.queries import inbox, spot_of
from reports.intake.states import ReportState
from reports.journal.queries import HistoryLine, history_lines
from reports.once import seen_once
from reports.people.models import User
from reports.people.permissions import may, require
from reports.places.geo import Spot
from reports.problems import NotFound
from verification.incidents.models import Incident, Link, Merge
from verification.incidents.rules import SUGGEST_FLOOR, EventFacts, fits
from verification.incidents.states import RECEIVING


def _rows() -> QuerySet[Incident]:
    return Incident.objects.select_related("agreement", "act", "place", "merged_into")


def member_ids(incident: Incident) -> list[uuid.UUID]:
    """Return the ids of an incident and of all it has absorbed: together one case file."""
    return list(roots_of([incident.pk]))


def root_of(incident: Incident) -> Incident:
    """Return the incident a merged one ended in (itself if it is not merged)."""
    while incident.merged_into_id is not None:
        incident = _rows().get(pk=incident.merged_into_id)
    return incident


def roots_of(incident_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Return {member: incident} of these case files, each incident a member of its own."""
    ids = tuple(incident_ids)
    return dict(seen_once(("files", ids), lambda: _roots_of(ids)))


def _roots_of(ids: Sequence[uuid.UUID]) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Return (member, root) of these files: the roots first, then what they absorbed."""
    with connection.cursor() as cursor:
        cursor.execute(_FILES, [list(ids)])
        return [*((pk, pk) for pk in ids), *cursor.fetchall()]


_FILES = """
WITH RECURSIVE absorbed(id, root, depth) AS (
    SELECT id, merged_into_id, 1 FROM verification_incident WHERE merged_into_id = ANY(%s)
     UNION ALL
    SELECT further.id, absorbed.root, depth + 1
      FROM verification_incident AS further JOIN absorbed ON further.merged_into_id = absorbed.id)
SELECT id, root FROM absorbed ORDER BY depth, id
"""


def note_file(root: Incident, members: Iterable[Incident]) -> None:
    """Keep a whole file that was read, so that this GET does not look for its members again."""
    seen_once(("files", (root.pk,)), lambda: [(member.pk, root.pk) for member in members])


def roots_above(incident_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return these incidents and all they were merged into."""
    found = set(incident_ids)
    level = set(found)
    while level:
        above = Incident.objects.filter(pk__in=level, merged_into__isnull=False)
        level = set(above.values_list("merged_into_id", flat=True)) - found
        found |= level
    return found


def incident_by_code(code: str) -> Incident:
    """Return an incident by its public code; NotFound otherwise."""
    wanted = code.strip().upper()
    found = _rows().filter(code=wanted).first() if wanted.isprintable() else None
    if found is None:
        raise NotFound("There is no incident with this code.")
    return found


def file_by_code(code: str) -> QuerySet[Incident]:
    """Return the whole file an incident ended in, by the public code of any of its members."""
    wanted = code.strip().upper()
    if not wanted.isprintable():
        return Incident.objects.none()
    return _rows().filter(pk__in=RawSQL(_FILE_OF, [wanted]))  # noqa: S611 # nosec B611


_FILE_OF = """
WITH RECURSIVE up(id, further) AS (
    SELECT id, merged_into_id FROM verification_incident WHERE code = %s
     UNION ALL
    SELECT above.id, above.merged_into_id
      FROM verification_incident AS above JOIN up ON above.id = up.further),
 down(id) AS (
    SELECT id FROM up WHERE further IS NULL
     UNION ALL
    SELECT below.id FROM verification_incident AS below JOIN down ON below.merged_into_id = down.id)
SELECT id FROM down
"""


def incident_by_id(incident_id: uuid.UUID | str) -> Incident:
    """Return an incident by its key; NotFound otherwise."""
    try:
        return _rows().get(pk=incident_id)
    except (Incident.DoesNotExist, ValidationError, ValueError) as error:
        raise NotFound() from error


def incident_for_triage(user: User, code: str, *, at: datetime) -> Incident:
    """Return an incident for a triage officer of its agreement; NotFound for anybody else."""
    found = incident_by_code(code)
    if not may(user, "incident.triage", at=at, agreement_id=found.agreement_id):
        raise NotFound()
    return found


def incidents_of(
    agreement: Agreement, *, states: Collection[str] | None = None
) -> QuerySet[Incident]:
    """Return an agreement's incidents, latest window first. Callers decide what they show."""
    rows = _rows().filter(agreement=agreement)
    if states is not None:
        rows = rows.filter(state__in=states)
    return rows.order_by("-window_from", "code")


def linked_reports(
    incident: Incident, *, members: Collection[uuid.UUID] | None = None
) -> list[Report]:
    """Return the accepted, not superseded reports of a case file, by time received.

    `members` are its member_ids, where the caller has them already.
    """
    file_ids = member_ids(incident) if members is None else members
    links = Link.objects.filter(incident_id__in=file_ids, unlinked_at=None)
    rows = (
        Report.objects.filter(pk__in=links.values("report_id"), state=ReportState.ACCEPTED)
        .exclude(superseded_by__state=ReportState.ACCEPTED)
        .select_related(
            "source__organisation",
            "filed_by",
            "act",
            "accused",
            "place",
            "origin__said_by__organisation",
        )
        .defer("raw")  # the bytes as they came: kept for proof, long, and shown by nobody here
    )
    rows = rows.order_by("received_at", "id")
    return list(seen_once(("linked", frozenset(file_ids)), lambda: list(rows)))


def link_times(members: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Return {report: since when it is on a case file}: since its link, or since the merge."""
    rows = Link.objects.filter(incident_id__in=members, unlinked_at=None)
    merges: dict[uuid.UUID, tuple[uuid.UUID, datetime]] = {}
    if len(members) > 1:
        standing = Merge.objects.filter(absorbed_id__in=members, undone_at=None)
        triples = standing.values_list("absorbed_id", "kept_id", "merged_at")
        merges = {absorbed: (kept, at) for absorbed, kept, at in triples}
    found: dict[uuid.UUID, datetime] = {}
    for report_id, incident_id, since in rows.values_list("report_id", "incident_id", "linked_at"):
        step = incident_id
        while step in merges:
            step, merged_at = merges[step]
            since = max(since, merged_at)
        found[report_id] = min(since, found.get(report_id, since))
    return found


def active_links(incident: Incident) -> list[Link]:
    """Return the active links of a case file with their reports, by time received."""
    rows = Link.objects.filter(
        incident_id__in=member_ids(incident), unlinked_at=None
    ).select_related(
        "report__source__organisation",
        "report__filed_by__source__organisation",
        "report__act",
        "report__accused",
        "report__origin__said_by__organisation",
        "incident",
    )
    return list(rows.order_by("report__received_at", "report_id"))


def ended_links(incident: Incident) -> list[Link]:
    """Return the links that were undone, latest first."""
    rows = Link.objects.filter(incident=incident, unlinked_at__isnull=False)
    return list(
        rows.select_related("report__source__organisation", "report__act").order_by("-unlinked_at")
    )


def accepted_without_incident(agreement: Agreement, user: User, *, at: datetime) -> list[uuid.UUID]:
    """Return the ids of the accepted reports that belong to no incident yet, oldest first.

    Ids alone, and all of them: one scan of indexes tells both how many there are and which stand
    on a page. Whoever shows one fetches it then.
    """
    accepted = inbox(agreement, user, state=ReportState.ACCEPTED, at=at)
    linked = Link.objects.filter(report=OuterRef("pk"), unlinked_at=None)
    return list(accepted.filter(~Exists(linked)).values_list("pk", flat=True))


def link_for_triage(user: User, link_id: uuid.UUID | str, *, at: datetime) -> Link:
    """Return a link for a triage officer of its agreement; NotFound otherwise."""
    try:
        found = Link.objects.select_related("incident", "report").filter(pk=link_id).first()
    except (ValidationError, ValueError) as error:
        raise NotFound() from error
    agreement_id = found.incident.agreement_id if found else None
    if found is None or not may(user, "incident.triage", at=at, agreement_id=agreement_id):
        raise NotFound()
    return found


def merge_for_triage(user: User, merge_id: uuid.UUID | str, *, at: datetime) -> Merge:
    """Return a merge for a triage officer of its agreement; NotFound otherwise."""
    try:
        found = Merge.objects.select_related("kept", "absorbed").filter(pk=merge_id).first()
    except (ValidationError, ValueError) as error:
        raise NotFound() from error
    agreement_id = found.kept.agreement_id if found else None
    if found is None or not may(user, "incident.triage", at=at, agreement_id=agreement_id):
        raise NotFound()
    return found


def merges_of(incident: Incident) -> list[Merge]:
    """Return the merges into an incident that stand."""
    rows = Merge.objects.filter(kept=incident, undone_at=None).select_related("absorbed__act")
    return list(rows.order_by("merged_at"))


def links_of_report(report: Report) -> list[Link]:
    """Return a report's active links with their incidents."""
    rows = Link.objects.filter(report=report, unlinked_at=None)
    return list(rows.select_related("incident__act", "incident__place").order_by("linked_at"))


def links_of_corrected(report: Report) -> list[Link]:
    """Return the active links of the earlier report this one corrects; none if it is a first."""
    rows = Link.objects.filter(report__superseded_by=report, unlinked_at=None)
    return list(rows.select_related("incident__act", "incident__place").order_by("linked_at"))


def accused_codes(reports: Iterable[Report]) -> frozenset[str]:
    """Return the codes of the parties these reports accuse."""
    return frozenset(report.accused.code for report in reports if report.accused is not None)


def facts_of_report(report: Report) -> EventFacts:
    """Return what linking looks at in a report."""
    return EventFacts(
        window=(report.observed_from, report.observed_until),
        spot=spot_of(report),
        act=report.act_id,
        accused=accused_codes([report]),
    )


def spot_of_incident(incident: Incident) -> Spot | None:
    """Return where an incident was, or None if it could not be located."""
    if incident.lat is None or incident.lon is None:
        return None
    return Spot(incident.lat, incident.lon, incident.radius_m or 0.0)


def facts_of_incident(incident: Incident, accused: frozenset[str]) -> EventFacts:
    """Return what linking looks at in an incident."""
    return EventFacts(
        window=(incident.window_from, incident.window_until),
        spot=spot_of_incident(incident),
        act=incident.act_id,
        accused=accused,
    )


def accused_by_incident(
    incident_ids: Collection[uuid.UUID],
) -> dict[uuid.UUID, frozenset[str]]:
    """Return {incident: codes of the parties its reports accuse}."""
    rows = Link.objects.filter(
        incident__in=incident_ids, unlinked_at=None, report__accused__isnull=False
    ).values_list("incident_id", "report__accused__code")
    found: dict[uuid.UUID, set[str]] = {}
    for incident_id, code in rows:
        found.setdefault(incident_id, set()).add(code)
    return {incident_id: frozenset(codes) for incident_id, codes in found.items()}


def incidents_by_id(incident_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Incident]:
    """Return {key: incident}; callers say who may see them."""
    return {incident.pk: incident for incident in _rows().filter(pk__in=list(incident_ids))}


def incident_history(incident: Incident, user: User | None, *, at: datetime) -> list[HistoryLine]:
    """Return an incident's history: in full for those who work on it, else the public part.

    Triage alone reads the hours of what is not public: the minute of a filing can name a monitor.
    """
    full = user is not None and bool(
        may(user, "history.read", at=at, agreement_id=incident.agreement_id)
    )
    members = member_ids(incident)
    reports: list[uuid.UUID] = []
    if full:
        reports = list(
            Link.objects.filter(incident_id__in=members).values_list("report_id", flat=True)
        )
    exact = full and may(user, "incident.triage", at=at, agreement_id=incident.agreement_id)
    days_of = None if exact else ZoneInfo(incident.agreement.timezone)
    return history_lines(members, subject_ids=reports, public_only=not full, days_of=days_of)


def require_triage(user: User, agreement: Agreement, *, at: datetime) -> None:
    """Raise NotAllowed unless this person triages this agreement."""
    require(user, "incident.triage", at=at, agreement_id=agreement.pk)


def copies_belong_to(report: Report) -> Incident | None:
    """Return the one incident that holds this report's origin, if there is exactly one.

    None if the report is linked already, or if its origin speaks of several incidents.
    """
    if Link.objects.filter(report=report, unlinked_at=None).exists():
        return None
    rows = _rows().filter(
        links__unlinked_at=None,
        links__report__origin=report.origin_id,
        links__report__act=report.act_id,
        state__in=RECEIVING,
    )
    found = list(rows.distinct()[:2])
    if len(found) != 1:
        return None
    fit = fits(facts_of_report(report), facts_of_incident(found[0], accused_codes([report])))
    return found[0] if fit.strength >= SUGGEST_FLOOR else None
