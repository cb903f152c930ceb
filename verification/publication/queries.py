"""Reads for the public. Pages, interface and command line render the same dataclasses."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from reports.agreement.models import Agreement, Severity
from reports.agreement.queries import act_kinds, periods_in_force
from reports.coverage.queries import daily_shares
from reports.journal.kinds import Kind
from reports.journal.queries import HistoryLine, history_lines
from reports.people.models import User
from reports.people.permissions import may
from reports.problems import NotFound
from verification.caseload.classes import Line
from verification.caseload.queries import clocks_of
from verification.caseload.rules import Step
from verification.corroboration.queries import claims_since
from verification.incidents.models import Incident
from verification.incidents.queries import (
    file_by_code,
    incident_by_code,
    incident_history,
    incidents_by_id,
    member_ids,
    note_file,
    root_of,
)
from verification.incidents.states import IncidentState
from verification.ledger.queries import is_signed
from verification.publication.assemble import agreement_face, case_book, public_faces
from verification.publication.bins import areas_of, coarsened, in_tile, named
from verification.publication.faces import (
    AgreementFace,
    Area,
    Dashboard,
    FilterWords,
    FindingLine,
    FindingList,
    IncidentList,
    PublicFinding,
    PublicIncident,
    Standings,
)
from verification.publication.filters import IncidentFilter
from verification.publication.kept import files_of
from verification.publication.models import Finding
from verification.publication.reading import Cursor, Groups, Page, Reading, bounded
from verification.publication.redaction import public_statements
from verification.publication.timeline import day_edges, days_of
from verification.publication.unsigned import Unsigned, unsigned
from verification.recommendations.queries import counts_by_party
from verification.standing.queries import standing_lines
from verification.withholding.models import Withholding
from verification.withholding.queries import withheld_until

EVERYTHING = IncidentFilter()
LISTED = 25  # incidents of one page of a list
one_snapshot = bounded  # for a door that shows what several of these return
COUNTED = 10_000  # rows of a list that are counted one by one; beyond it, that there are more
LATEST = 5  # findings on the first page
MOST_ON_MAP = 60  # incidents drawn one by one; beyond it they are counted by area
PUBLIC_STEPS = (Step.REPLY, Step.DECISION)
SEVERITY_CODES = tuple(str(one.value) for one in Severity)


def findings_of(
    agreement: Agreement, *, cursor: Cursor | None = None, size: int = 20
) -> FindingList:
    """Return an agreement's current findings, latest first (superseded versions left out)."""
    with bounded():
        return _findings(Reading(agreement), cursor, size)


def _findings(reading: Reading, cursor: Cursor | None, size: int) -> FindingList:
    codes, more = reading.findings(cursor, size)
    rows = {row.code: row for row in Finding.objects.filter(code__in=codes)}
    lines = tuple(_line(rows[code]) for code in codes)
    return FindingList(
        findings=lines,
        n_all=reading.n_findings,
        older=str(Cursor(lines[-1].published_at, lines[-1].code)) if more else "",
    )


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
    with bounded():
        return Reading(agreement).partition()


def filter_words(agreement: Agreement) -> FilterWords:
    """Return what a reader of an agreement's incidents may ask for."""
    return FilterWords(
        acts=tuple((act.code, act.name) for act in act_kinds()),
        severities=tuple((str(s.value), str(s.label)) for s in Severity),
        agreement=agreement_face(agreement),
    )


def incident_list(
    agreement: Agreement,
    *,
    at: datetime,
    wanted: IncidentFilter = EVERYTHING,
    cursor: Cursor | None = None,
    size: int = LISTED,
) -> IncidentList:
    """Return a page of the incidents asked for, latest first; merged ones are left out."""
    with bounded():
        return _listed(Reading(agreement), wanted, at, cursor=cursor, size=size)


def incident_page(
    agreement: Agreement,
    *,
    wanted: IncidentFilter = EVERYTHING,
    cursor: Cursor | None = None,
    size: int = LISTED,
) -> tuple[Page, int, bool]:
    """Return a page of the incidents asked for, how many there are, and whether that is all."""
    with bounded():
        reading = Reading(agreement)
        return reading.page(wanted, cursor, size), *reading.count_at_most(wanted, COUNTED)


def _listed(
    reading: Reading,
    wanted: IncidentFilter,
    at: datetime,
    *,
    cursor: Cursor | None = None,
    size: int = LISTED,
) -> IncidentList:
    page = reading.page(wanted, cursor, size)
    return IncidentList(
        as_of=at,
        agreement=reading.face,
        wanted=wanted,
        incidents=page.incidents,
        n_shown=reading.count(wanted),
        n_all=reading.n_all,
        newer=str(page.newer or ""),
        older=str(page.older or ""),
        withheld=reading.withheld,
        behind=reading.behind,
    )


def incidents_by_codes(
    agreement: Agreement, codes: Sequence[str], *, at: datetime
) -> tuple[list[PublicIncident], AgreementFace]:
    """Return the incidents with these codes for those who work on them, withheld ones too."""
    with bounded():
        reading = Reading(agreement)
        found = reading.by_codes(codes)
        missing = set(codes) - {face.code for face in found}
        rows = Incident.objects.filter(agreement=agreement, code__in=missing)
        ids = withheld_until(list(rows.values_list("pk", flat=True))) if missing else {}
        if ids:
            found += public_faces(case_book(agreement, files_of(ids)))
        return found, reading.face


def public_incidents_by_codes(
    agreement: Agreement, codes: Sequence[str]
) -> dict[str, PublicIncident]:
    """Return {code: incident} of those of these the public may see now."""
    with bounded():
        return {face.code: face for face in Reading(agreement).by_codes(codes)}


def finding_lines(codes: Collection[str]) -> dict[str, FindingLine]:
    """Return {code: finding, as published}; the codes are those public incidents name."""
    return {row.code: _line(row) for row in Finding.objects.filter(code__in=codes)}


def public_incident(code: str, *, at: datetime) -> tuple[PublicIncident, AgreementFace]:
    """Return one incident with its public statements, answers and history; NotFound otherwise.

    Of a merged incident its successor is returned, under the successor's code. One that is
    withheld for now is not there: not even until when it is withheld.
    """
    with bounded():
        return _public_incident(code, at)


def _public_incident(code: str, at: datetime) -> tuple[PublicIncident, AgreementFace]:
    kept = Withholding.objects.filter(incident=OuterRef("pk"), ended_at=None)
    members = list(file_by_code(code).annotate(is_withheld=Exists(kept)))
    root = next((one for one in members if one.merged_into_id is None), None)
    if root is None or any(one.is_withheld for one in members):
        raise NotFound("There is no incident with this code.")
    members.sort(key=lambda one: one.pk != root.pk)
    note_file(root, members)
    return _whole(root, members, at)


def known_incident(code: str, *, at: datetime) -> tuple[PublicIncident, AgreementFace]:
    """Return the public part of an incident for those who work on it, withheld or not."""
    return known_of(incident_by_code(code), at=at)


def known_of(incident: Incident, *, at: datetime) -> tuple[PublicIncident, AgreementFace]:
    """Return the same of an incident that is at hand."""
    root = root_of(incident)
    absorbed = set(member_ids(root)) - {root.pk}
    return _whole(root, [root, *incidents_by_id(absorbed).values()] if absorbed else [root], at)


def _whole(
    incident: Incident, file: Sequence[Incident], at: datetime
) -> tuple[PublicIncident, AgreementFace]:
    members = [one.pk for one in file]
    book = case_book(incident.agreement, members, at_hand=file)
    face = public_faces(book, whole=True)[0]
    lines = history_lines(members)
    history = _told_lines(lines, incident, members, book.unsigned)
    shown = book.incidents[incident.pk]  # in the state that may be shown
    clocks = clocks_of([shown], hidden=book.unsigned.clocks(), steps=PUBLIC_STEPS)[shown.pk]
    return replace(face, history=tuple(history), clocks=tuple(clocks)), book.face


def seen_history(incident: Incident, user: User | None, *, at: datetime) -> list[HistoryLine]:
    """Return an incident's history as this person may read it; the public waits for signatures."""
    lines = incident_history(incident, user, at=at)
    if user and may(user, "history.read", at=at, agreement_id=incident.agreement_id):
        return lines
    return _told_lines(lines, incident, member_ids(incident), unsigned())


def _told_lines(
    lines: Sequence[HistoryLine], incident: Incident, members: Sequence[uuid.UUID], hidden: Unsigned
) -> list[HistoryLine]:
    left_out, since = hidden.lines(members), hidden.reopened().get(incident.pk)
    return [
        line
        for line in lines
        if (line.kind, line.at) not in left_out and (since is None or line.at < since)
    ]


def told_state(incident: Incident) -> str:
    """Return an incident's state as the public may know it."""
    return unsigned().states().get(incident.pk, incident.state)


def standings(agreement: Agreement, *, at: datetime) -> Standings:
    """Return every party's record, with the partition it has to agree with."""
    with bounded():
        return _standings(Reading(agreement), at)


def _standings(reading: Reading, at: datetime) -> Standings:
    agreement_id = reading.agreement.pk
    periods = periods_in_force(agreement_id)
    endless = any(period.ends is None for period in periods)
    return Standings(
        as_of=at,
        agreement=reading.face,
        in_force_from=min((p.begins for p in periods), default=None),
        in_force_until=None
        if endless
        else max((p.ends for p in periods if p.ends is not None), default=None),
        lines=tuple(
            standing_lines(agreement_id, before=reading.hidden.standings_from(agreement_id))
        ),
        partition=tuple(reading.partition()),
        totals=reading.totals(),
        recommended=counts_by_party(agreement_id, at=at, untold=reading.hidden.recommendations()),
        withheld=reading.withheld,
    )


def dashboard(
    agreement: Agreement, *, at: datetime, wanted: IncidentFilter = EVERYTHING
) -> Dashboard:
    """Return everything the public dashboard shows, from one reading.

    The filter narrows map, timeline and table; standings and partition are always whole.
    """
    with bounded():
        reading = Reading(agreement)
        record = _standings(reading, at)
        found = _listed(reading, wanted, at)
        edges = day_edges(
            reading.first_and_last(wanted),
            begins=record.in_force_from,
            ends=record.in_force_until,
            wanted=wanted,
            zone=reading.zone,
            at=at,
        )
        bars = reading.bars(wanted, [edge.date() for edge in edges]) if edges else Counter()
        ruled = reading.grouped(wanted, "state")[IncidentState.INADMISSIBLE,]
        areas = areas_of(reading.grouped(wanted, "area", "place_id", "cell", "shape"))
        return Dashboard(
            standings=record,
            found=found,
            located=tuple(reading.located(wanted, most=MOST_ON_MAP))
            if sum(area.total for area in areas) <= MOST_ON_MAP
            else (),
            areas=tuple(named(coarsened(areas))),
            n_ruled=ruled,
            days=tuple(days_of(_drawn(bars), edges, daily_shares(agreement.pk, edges))),
            findings=_findings(reading, None, LATEST),
        )


def _drawn(bars: Groups) -> Counter[tuple[int, str]]:
    """Return {(bar, shape): count}, without what was ruled to lie outside the agreement."""
    found: Counter[tuple[int, str]] = Counter()
    for (bar, shape, state), n in bars.items():
        if state != IncidentState.INADMISSIBLE:
            found[bar, shape] += n
    return found


def map_tile(
    agreement: Agreement, zoom: int, x: int, y: int, *, wanted: IncidentFilter = EVERYTHING
) -> list[Area]:
    """Return the areas of one tile of the map with their incidents by shape."""
    with bounded():
        reading = Reading(agreement)
        counts = reading.grouped(wanted, "area", "place_id", "cell", "shape")
        return named(in_tile(areas_of(counts), zoom, x, y))


def public_claims_since(incident: Incident, instant: datetime) -> list[dict[str, Any]]:
    """Return the named speakers' statements that came on a file after an instant."""
    return public_statements(claims_since(incident, instant))
