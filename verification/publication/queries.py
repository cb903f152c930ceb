"""Reads for the public. Pages, interface and command line render the same dataclasses."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from reports.agreement.models import Agreement, Severity
from reports.agreement.queries import act_kinds, periods_in_force
from reports.coverage.queries import daily_shares
from reports.journal.kinds import Kind
from reports.journal.queries import HistoryLine
from reports.people.models import User
from reports.people.permissions import may
from reports.problems import NotFound
from verification.caseload.classes import Line
from verification.caseload.queries import clocks_of
from verification.caseload.rules import Step
from verification.incidents.models import Incident
from verification.incidents.queries import incident_by_code, incident_history, member_ids, root_of
from verification.incidents.states import IncidentState
from verification.ledger.queries import is_signed
from verification.publication.assemble import (
    CaseBook,
    agreement_face,
    case_book,
    case_totals,
    public_faces,
    public_partition,
)
from verification.publication.faces import (
    AgreementFace,
    Dashboard,
    FilterWords,
    FindingLine,
    IncidentList,
    PublicFinding,
    PublicIncident,
    Standings,
)
from verification.publication.filters import IncidentFilter
from verification.publication.models import Finding
from verification.publication.timeline import day_edges, days_of
from verification.publication.unsigned import Unsigned, unsigned
from verification.recommendations.queries import counts_by_party
from verification.standing.queries import standing_lines

EVERYTHING = IncidentFilter()
PUBLIC_STEPS = (Step.REPLY, Step.DECISION)


def findings_of(agreement: Agreement) -> list[FindingLine]:
    """Return an agreement's current findings, latest first (superseded versions left out)."""
    return _current_findings(agreement, unsigned())


def _current_findings(agreement: Agreement, hidden: Unsigned) -> list[FindingLine]:
    rows = (
        Finding.objects.filter(incident__agreement=agreement)
        .exclude(pk__in=hidden.findings())
        .order_by("incident_id", "-version")
        .distinct("incident_id")
    )
    return sorted(map(_line, rows), key=lambda f: (f.published_at, f.code), reverse=True)


def _line(finding: Finding) -> FindingLine:
    return FindingLine(
        code=finding.code,
        incident=finding.content["incident"],
        version=finding.version,
        outcome=finding.outcome,
        published_at=finding.published_at,
        content=finding.content,
    )


def finding_by_id(finding_id: uuid.UUID) -> Finding:
    """Return a finding by its key, for what follows from it."""
    return Finding.objects.select_related("decision", "incident").get(pk=finding_id)


def finding_by_code(code: str) -> PublicFinding:
    """Return a published finding, as published, with its versions; NotFound otherwise."""
    found = Finding.objects.filter(code=code.strip().upper()).first()
    if found is None or not is_signed(found.pk, Kind.FINDING_PUBLISHED):
        raise NotFound("There is no finding with this code.")
    versions = Finding.objects.filter(incident_id=found.incident_id).order_by("-version")
    versions = versions.exclude(pk__in=unsigned().findings())
    return PublicFinding(
        line=_line(found),
        agreement=found.content["agreement"],
        versions=tuple(versions.values_list("code", "published_at")),
    )


def report_partition(agreement: Agreement) -> list[Line]:
    """Return how all reports of an agreement divide; the counts add up to those received."""
    return public_partition(case_book(agreement))


def filter_words(agreement: Agreement) -> FilterWords:
    """Return what a reader of an agreement's incidents may ask for."""
    return FilterWords(
        acts=tuple((act.code, act.name) for act in act_kinds()),
        severities=tuple((str(s.value), str(s.label)) for s in Severity),
        agreement=agreement_face(agreement),
    )


def incident_list(
    agreement: Agreement, *, at: datetime, wanted: IncidentFilter = EVERYTHING
) -> IncidentList:
    """Return the incidents a reader asked for, latest first; merged ones are left out."""
    return _asked_for(case_book(agreement), wanted, at)


def _asked_for(book: CaseBook, wanted: IncidentFilter, at: datetime) -> IncidentList:
    everything = public_faces(book)
    zone = ZoneInfo(book.face.timezone)
    return IncidentList(
        as_of=at,
        agreement=book.face,
        wanted=wanted,
        incidents=tuple(i for i in everything if wanted.matches(i, zone)),
        n_all=len(everything),
    )


def public_incident(code: str, *, at: datetime) -> tuple[PublicIncident, AgreementFace]:
    """Return one incident with its public statements, answers and history; NotFound otherwise.

    Of a merged incident its successor is returned, under the successor's code.
    """
    incident = root_of(incident_by_code(code))
    book = case_book(incident.agreement, member_ids(incident))
    face = public_faces(book, whole=True)[0]
    history = seen_history(incident, None, at=at)
    shown = book.incidents[incident.pk]  # in the state that may be shown
    clocks = tuple(c for c in clocks_of([shown])[shown.pk] if c.step in PUBLIC_STEPS)
    return replace(face, history=tuple(history), clocks=clocks), book.face


def seen_history(incident: Incident, user: User | None, *, at: datetime) -> list[HistoryLine]:
    """Return an incident's history as this person may read it; the public waits for signatures."""
    lines = incident_history(incident, user, at=at)
    if user and may(user, "history.read", at=at, agreement_id=incident.agreement_id):
        return lines
    left_out = unsigned().lines(member_ids(incident))
    return [line for line in lines if (line.kind, line.at) not in left_out]


def standings(agreement: Agreement, *, at: datetime) -> Standings:
    """Return every party's record, with the partition it has to agree with."""
    return _standings(case_book(agreement), at)


def _standings(book: CaseBook, at: datetime) -> Standings:
    periods = periods_in_force(book.agreement.pk)
    endless = any(period.ends is None for period in periods)
    return Standings(
        as_of=at,
        agreement=book.face,
        in_force_from=min((p.begins for p in periods), default=None),
        in_force_until=None
        if endless
        else max((p.ends for p in periods if p.ends is not None), default=None),
        lines=tuple(
            standing_lines(
                book.agreement.pk, before=book.unsigned.standings_from(book.agreement.pk)
            )
        ),
        partition=tuple(public_partition(book)),
        totals=case_totals(book),
        recommended=counts_by_party(book.agreement.pk, at=at),
    )


def dashboard(
    agreement: Agreement, *, at: datetime, wanted: IncidentFilter = EVERYTHING
) -> Dashboard:
    """Return everything the public dashboard shows, from one reading.

    The filter narrows map, timeline and table; standings and partition are always whole.
    """
    book = case_book(agreement)
    record = _standings(book, at)
    found = _asked_for(book, wanted, at)
    # What was ruled to lie outside the agreement is no incident of the truce.
    counted = [i for i in found.incidents if i.state != IncidentState.INADMISSIBLE]
    edges = day_edges(
        counted,
        begins=record.in_force_from,
        ends=record.in_force_until,
        wanted=wanted,
        zone=ZoneInfo(book.face.timezone),
        at=at,
    )
    return Dashboard(
        standings=record,
        found=found,
        days=tuple(days_of(counted, edges, daily_shares(agreement.pk, edges))),
        findings=tuple(_current_findings(agreement, book.unsigned)),
    )
