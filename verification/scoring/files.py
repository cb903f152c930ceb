"""What is said about many case files at once: one query per kind of row, whatever their number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from reports.intake.models import Report
from reports.intake.states import ReportState
from verification.corroboration.models import PartyPosition, Statement
from verification.corroboration.queries import latest_hearing
from verification.corroboration.states import PositionState
from verification.incidents.models import Link
from verification.incidents.queries import roots_of


@dataclass(slots=True)
class File:
    """The reports, statements and answered positions of one case file, each oldest first."""

    reports: list[Report] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    positions: list[PartyPosition] = field(default_factory=list)


def files_of(incident_ids: Collection[UUID]) -> dict[UUID, File]:
    """Return {incident: its file}; what an incident has absorbed belongs to its file."""
    files = {pk: File() for pk in incident_ids}
    root = roots_of(incident_ids)
    _add_reports(files, root)
    _add_statements(files, root)
    answered = PartyPosition.objects.filter(incident_id__in=root, state=PositionState.ANSWERED)
    for position in answered.select_related("party").order_by("party__code", "notified_at", "id"):
        files[root[position.incident_id]].positions.append(position)
    for file in files.values():  # a party heard again says what it says now
        file.positions = latest_hearing(file.positions)
    return files


def _add_reports(files: dict[UUID, File], root: dict[UUID, UUID]) -> None:
    """Add the accepted, not superseded reports, each once."""
    links = Link.objects.filter(incident_id__in=root, unlinked_at=None)
    pairs = sorted(
        {(root[into], report) for into, report in links.values_list("incident_id", "report_id")}
    )
    rows = (
        Report.objects.filter(pk__in={report for _into, report in pairs})
        .filter(state=ReportState.ACCEPTED)
        .exclude(superseded_by__state=ReportState.ACCEPTED)
        .select_related("source__organisation", "accused")
    )
    found = {report.pk: report for report in rows}
    for into, report in pairs:
        if report in found:
            files[into].reports.append(found[report])
    for file in files.values():
        file.reports.sort(key=lambda report: (report.received_at, report.pk))


def _add_statements(files: dict[UUID, File], root: dict[UUID, UUID]) -> None:
    """Add the standing statements: the latest of each source, question, party and person."""
    rows = (
        Statement.objects.filter(incident_id__in=root)
        .select_related("source__organisation", "party", "origin")
        .order_by("given_at", "id")
    )
    latest: dict[tuple[object, ...], Statement] = {}
    for row in rows:
        into = root[row.incident_id]
        latest[into, row.source_id, row.question, row.party_id, row.given_by_id] = row
    for key, row in latest.items():
        files[key[0]].statements.append(row)  # type: ignore[index]
    for file in files.values():
        file.statements.sort(key=lambda statement: (statement.given_at, statement.pk))
