"""What the record said at an instant: rows as dated, states as the journal tells them.

Rows of today would not do: a report may have been withdrawn since, an incident decided. Read at
this very moment it gives what `caseload` gives, and a test holds the two to each other.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from reports.agreement.models import Agreement
from reports.intake.models import Report
from reports.intake.states import ReportState
from reports.journal.kinds import Kind
from reports.journal.models import Event
from verification.adjudication.models import Decision
from verification.corroboration.models import PartyPosition
from verification.incidents.models import Incident, Link
from verification.incidents.states import IncidentState
from verification.withholding.models import Withholding
from verification.withholding.queries import withholdings_before

REPORT_MOVES = (
    *(Kind.REPORT_ACCEPTED, Kind.REPORT_REJECTED),
    *(Kind.REPORT_REINSTATED, Kind.REPORT_WITHDRAWN),
)
# The state an incident is in after an event; of merges and splits it is the event's own subject,
# otherwise the incident whose file the event belongs to.
OF_FILE = {
    Kind.CASE_OPENED: IncidentState.UNDER_REVIEW,
    Kind.CASE_DECIDED: IncidentState.DECIDED,
    Kind.REOPENING_ADMITTED: IncidentState.REOPENED,
}
OF_SUBJECT = {
    Kind.INCIDENT_RULED_INADMISSIBLE: IncidentState.INADMISSIBLE,
    Kind.INCIDENTS_MERGED: IncidentState.MERGED,
    Kind.MERGE_UNDONE: IncidentState.OPEN,
    Kind.SPLIT_UNDONE: IncidentState.MERGED,
}


@dataclass(frozen=True, slots=True)
class Past:
    """An agreement's record before an instant; what came at that instant or later is not in it."""

    at: datetime
    reports: Mapping[uuid.UUID, Report]
    report_states: Mapping[uuid.UUID, str]
    links: Sequence[Link]  # in force, in the order they were made
    incidents: Mapping[uuid.UUID, Incident]
    states: Mapping[uuid.UUID, str]
    roots: Mapping[uuid.UUID, uuid.UUID]
    decisions: Mapping[uuid.UUID, Decision]  # the standing one of each incident
    positions: Sequence[PartyPosition]  # of parties notified before, whatever came of it
    withholdings: Sequence[Withholding] = ()  # placed before, whatever came of them

    def withheld(self) -> set[uuid.UUID]:
        """Return the case files that were kept from the public then."""
        return {
            self.roots[one.incident_id]
            for one in self.withholdings
            if not _before(one.ended_at, self.at)
        }

    def shown_since(self, root: uuid.UUID) -> datetime:
        """Return when a case file was first to be seen: opened, or let go after that."""
        ends = [
            one.ended_at
            for one in self.withholdings
            if self.roots[one.incident_id] == root and one.ended_at is not None
        ]
        return max([self.incidents[root].opened_at, *ends])

    def class_of_root(self, root: uuid.UUID) -> str:
        """Return the class of a whole case file."""
        state = self.states[root]
        if state == IncidentState.DECIDED:
            return str(self.decisions[root].outcome)
        if state == IncidentState.OPEN and root in self._waiting():
            return "awaiting_party"
        return state

    def _waiting(self) -> set[uuid.UUID]:
        return {
            self.roots[p.incident_id]
            for p in self.positions
            if not _before(p.answered_at, self.at) and not _before(p.lapsed_at, self.at)
        }

    def homes(self) -> dict[uuid.UUID, uuid.UUID]:
        """Return {report: the case file it counts in}: the first of several."""
        found: dict[uuid.UUID, uuid.UUID] = {}
        for link in self.links:
            found.setdefault(link.report_id, self.roots[link.incident_id])
        return found

    def classes(self) -> dict[uuid.UUID, str]:
        """Return {report: its class}, every report received in exactly one."""
        homes, seen = self.homes(), set()
        of_root = {root: self.class_of_root(root) for root in set(self.roots.values())}
        found = {}
        for key, report in self.reports.items():  # by time received: the first of an origin counts
            state, home = self.report_states[key], homes.get(key)
            same = (home, report.origin_id, state)
            if state == ReportState.FILED:
                found[key] = "awaiting_triage"
            elif state in (ReportState.REJECTED, ReportState.WITHDRAWN):
                found[key] = state
            elif home is None:
                found[key] = "awaiting_link"
            else:
                found[key] = "duplicate" if same in seen else of_root[home]
            seen.add(same)
        return found

    def superseded(self) -> set[uuid.UUID]:
        """Return the reports that an accepted later one of their author corrects."""
        return {
            report.supersedes_id
            for key, report in self.reports.items()
            if report.supersedes_id is not None and self.report_states[key] == ReportState.ACCEPTED
        }

    def files(self) -> dict[uuid.UUID, list[Report]]:
        """Return {case file: its accepted, not superseded reports, by time received}."""
        gone = self.superseded()
        found: dict[uuid.UUID, dict[uuid.UUID, Report]] = defaultdict(dict)
        for link in self.links:
            key = link.report_id
            if self.report_states.get(key) == ReportState.ACCEPTED and key not in gone:
                found[self.roots[link.incident_id]][key] = self.reports[key]
        return {
            root: sorted(reports.values(), key=lambda r: (r.received_at, r.pk))
            for root, reports in found.items()
        }


def _before(instant: datetime | None, at: datetime) -> bool:
    return instant is not None and instant < at


def past_of(agreement: Agreement, *, at: datetime) -> Past:
    """Return an agreement's record as it stood before an instant."""
    rows = (
        Report.objects.filter(agreement=agreement, received_at__lt=at)
        .select_related("source", "accused", "origin", "place", "act")
        .defer("raw")
        .order_by("received_at", "id")
    )
    reports = {report.pk: report for report in rows}
    links = Link.objects.filter(
        Q(unlinked_at=None) | Q(unlinked_at__gte=at),
        incident__agreement=agreement,
        linked_at__lt=at,
    ).order_by("linked_at", "id")
    opened = Incident.objects.filter(agreement=agreement, opened_at__lt=at)
    incidents = {i.pk: i for i in opened.select_related("act", "agreement").order_by("code")}
    states, parents = _incident_states(incidents, at)
    decided = Decision.objects.filter(incident__in=incidents, decided_at__lt=at)
    asked = PartyPosition.objects.filter(incident__in=incidents, notified_at__lt=at)
    return Past(
        at=at,
        reports=reports,
        report_states=_report_states(reports, at),
        links=list(links),
        incidents=incidents,
        states=states,
        roots={key: _root(key, parents) for key in incidents},
        decisions={d.incident_id: d for d in decided.order_by("decided_at", "id")},
        positions=list(asked.select_related("party").order_by("party__code", "notified_at")),
        withholdings=withholdings_before(agreement.pk, at),
    )


def _root(key: uuid.UUID, parents: Mapping[uuid.UUID, uuid.UUID]) -> uuid.UUID:
    while key in parents:
        key = parents[key]
    return key


def _report_states(reports: Mapping[uuid.UUID, Report], at: datetime) -> dict[uuid.UUID, str]:
    states: dict[uuid.UUID, str] = dict.fromkeys(reports, ReportState.FILED)
    moves = Event.objects.filter(subject_id__in=reports, kind__in=REPORT_MOVES, at__lt=at)
    for event in moves.order_by("at", "recorded_at", "id"):
        states[event.subject_id] = event.payload["to"]
    return states


def _incident_states(
    incidents: Mapping[uuid.UUID, Incident], at: datetime
) -> tuple[dict[uuid.UUID, str], dict[uuid.UUID, uuid.UUID]]:
    """Return each incident's state, and {merged: the one it was merged into}."""
    states: dict[uuid.UUID, str] = dict.fromkeys(incidents, IncidentState.OPEN)
    parents: dict[uuid.UUID, uuid.UUID] = {}
    told = Q(kind__in=OF_FILE, file_id__in=incidents)
    told |= Q(kind__in=OF_SUBJECT, subject_id__in=incidents)
    for event in Event.objects.filter(told, at__lt=at).order_by("at", "recorded_at", "id"):
        kind = Kind(event.kind)
        if kind in OF_FILE and event.file_id is not None:
            states[event.file_id] = OF_FILE[kind]
            continue
        states[event.subject_id] = OF_SUBJECT[kind]
        parents.pop(event.subject_id, None)
        if OF_SUBJECT[kind] == IncidentState.MERGED and event.file_id is not None:
            parents[event.subject_id] = event.file_id
    return states, parents
