"""Rows of the judgement -> what the public may know of incidents, in a bounded number of reads."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from django.db.models import Q

from reports.agreement.models import Agreement
from reports.agreement.queries import parties_of
from reports.intake.models import Report
from reports.intake.states import ReportState
from reports.places.blur import Areas
from reports.places.queries import PlaceChoice, place_choices, public_areas
from verification.adjudication.models import Decision
from verification.caseload.classes import Line
from verification.caseload.queries import (
    classes_of_files,
    classes_of_incidents,
    classes_of_reports,
    decisions_in,
    partition,
)
from verification.corroboration.models import PartyPosition
from verification.corroboration.queries import latest_hearing, positions_in
from verification.corroboration.states import PositionState
from verification.incidents.models import Incident, Link
from verification.incidents.states import IncidentState
from verification.publication.faces import AgreementFace, CaseTotals, PartyFace, PublicIncident
from verification.publication.filters import AWAITED, SILENT, UNDECIDED_STATES
from verification.publication.models import Finding
from verification.publication.redaction import (
    independent_origins,
    is_public_source,
    public_place,
    public_position,
    public_statements,
    public_window,
)
from verification.publication.shapes import shape_of
from verification.publication.unsigned import Unsigned, unsigned

DENIALS = frozenset({"denies", "disputes_facts"})


@dataclass(frozen=True, slots=True)
class CaseBook:
    """An agreement's incidents with what places each in a class; keyed by incident."""

    agreement: Agreement
    face: AgreementFace
    incidents: Mapping[uuid.UUID, Incident]
    decisions: Mapping[uuid.UUID, Decision]
    positions: Mapping[uuid.UUID, Sequence[PartyPosition]]  # of the whole file, by its root
    classes: Mapping[uuid.UUID, str]
    hidden: Mapping[uuid.UUID, str] = field(
        default_factory=dict
    )  # class behind an unsigned verdict
    ours: Q = field(default_factory=Q)  # what is read beside them: of these incidents alone
    unsigned: Unsigned = field(default_factory=unsigned)

    def root(self, start: uuid.UUID | None) -> uuid.UUID | None:
        """Return the incident that a (possibly merged) one ended in."""
        while start is not None and (up := self.incidents[start].merged_into_id) is not None:
            start = up
        return start


def agreement_face(agreement: Agreement) -> AgreementFace:
    """Return an agreement as public pages name it."""
    parties = tuple(PartyFace(p.code, p.name, p.colour) for p in parties_of(agreement.pk))
    return AgreementFace(agreement.slug, agreement.title, agreement.timezone, parties)


def case_book(
    agreement: Agreement,
    ids: Collection[uuid.UUID] | None = None,
    *,
    hidden_by: Unsigned | None = None,
    at_hand: Sequence[Incident] = (),
) -> CaseBook:
    """Return the book of an agreement's incidents, or of some of them (whole files).

    `hidden_by` is what the public does not see yet, by default all that is unsigned; `at_hand`
    are those of them that were read already, with their agreement, act and place.
    """
    ours = Q(incident__agreement=agreement) if ids is None else Q(incident__in=ids)
    rows = Incident.objects.filter(agreement=agreement).select_related("agreement", "act", "place")
    if ids is not None:
        rows = rows.filter(pk__in=set(ids) - {one.pk for one in at_hand})
    incidents = {i.pk: i for i in [*at_hand, *rows.order_by("-window_from", "code")]}
    decisions = {d.incident_id: d for d in _standing(ours, ids)}
    book = CaseBook(
        *(agreement, agreement_face(agreement), incidents, decisions, {}, {}),
        ours=ours,
        unsigned=unsigned() if hidden_by is None else hidden_by,
    )
    positions: dict[uuid.UUID, list[PartyPosition]] = defaultdict(list)
    asked = PartyPosition.objects.filter(ours).select_related("party")
    rows_of = asked.order_by("party__code", "notified_at", "id") if ids is None else None
    for position in positions_in(ids or ()) if rows_of is None else rows_of:
        if position.incident_id in incidents:
            root = book.root(position.incident_id)
            positions[root or position.incident_id].append(position)
    classes = classes_of_incidents(agreement.pk) if ids is None else classes_of_files(ids)
    hidden: dict[uuid.UUID, str] = {}
    for pk, state in book.unsigned.states().items():
        if pk in incidents:
            hidden[pk] = classes[pk]
            _put_back(book, pk, state, classes, positions)
    return replace(book, positions=positions, classes=classes, hidden=hidden)


def _standing(ours: Q, ids: Collection[uuid.UUID] | None) -> Sequence[Decision]:
    """Return the decisions that no later one overrides, oldest first."""
    if ids is None:
        return list(Decision.objects.filter(ours, overridden_by=None).order_by("decided_at"))
    found: list[Any] = decisions_in(ids)
    return [one for one in found if not one.is_overridden]


def _put_back(
    book: CaseBook,
    pk: uuid.UUID,
    state: str,
    classes: dict[uuid.UUID, str],
    positions: dict[uuid.UUID, list[PartyPosition]],
) -> None:
    """Let an incident stand where it stood before an unsigned verdict."""
    incident, before = book.incidents[pk], None
    if state == IncidentState.DECIDED:  # it was reopened since
        rows = Decision.objects.filter(incident_id=pk).exclude(case_id__in=book.unsigned.cases())
        before = rows.order_by("-decided_at").first()
        since = book.unsigned.reopened().get(pk)
        positions[pk] = [p for p in positions[pk] if since is None or p.notified_at < since]
    decisions = cast("dict[uuid.UUID, Decision]", book.decisions)
    if before is not None:
        decisions[pk] = before
    else:
        decisions.pop(pk, None)
    classes[pk] = before.outcome if before is not None else state
    incident.state, incident.ruling = state, ""


def public_partition(book: CaseBook) -> list[Line]:
    """Return the partition of all reports; those of unsigned verdicts count as still open."""
    lines = partition(book.agreement.pk)
    if not book.hidden:
        return lines
    counts = {line.key: line.count for line in lines}
    linked = {
        report_id: root
        for report_id, incident_id in Link.objects.filter(
            incident__agreement=book.agreement, unlinked_at=None
        ).values_list("report_id", "incident_id")
        if (root := book.root(incident_id)) in book.hidden
    }
    for report_id, real in classes_of_reports(book.agreement.pk):
        root = linked.get(report_id)
        if root is not None and book.hidden[root] == real:
            counts[real] -= 1
            counts[book.classes[root]] += 1
    return [replace(line, count=counts[line.key]) for line in lines]


def case_totals(book: CaseBook) -> CaseTotals:
    """Return how all incidents of a book divide; the parts add up to those opened."""
    states = [incident.state for incident in book.incidents.values()]
    counted = (IncidentState.DECIDED, *UNDECIDED_STATES)
    return CaseTotals(
        opened=len(states),
        decided=states.count(IncidentState.DECIDED),
        undecided=sum(1 for state in states if state in UNDECIDED_STATES),
        inadmissible=states.count(IncidentState.INADMISSIBLE),
        merged=states.count(IncidentState.MERGED),
        outside=sum(
            1
            for incident in book.incidents.values()
            if incident.state in counted and incident.admissibility == "inadmissible"
        ),
    )


def public_faces(book: CaseBook, *, whole: bool = False) -> list[PublicIncident]:
    """Return the incidents of a book as the public may know them, latest first, merged left out.

    `whole` adds the public statements and the parties' answers.
    """
    roots = [i for i in book.incidents.values() if i.state != IncidentState.MERGED]
    reports = _reports_by_root(book)
    findings = _finding_codes(book)
    places = place_choices({i.place_id for i in roots if i.place_id})
    areas = public_areas(book.agreement)
    faces = [
        _face(book, incident, reports.get(incident.pk, []), findings, places, areas, whole=whole)
        for incident in roots
    ]
    # By the public window: the exact one would tell an observer's hour by the order of the list.
    return sorted(faces, key=order_of)


def order_of(face: PublicIncident) -> tuple[float, str]:
    """Return what incidents are listed by: the latest public window first, then by code."""
    return -face.window_from.timestamp(), face.code


def _finding_codes(book: CaseBook) -> dict[uuid.UUID, str]:
    """Return {incident: code of its current finding}."""
    rows = Finding.objects.filter(book.ours).order_by("version")
    rows = rows.exclude(pk__in=book.unsigned.findings())
    return dict(rows.values_list("incident_id", "code"))  # the last version wins


def _reports_by_root(book: CaseBook) -> dict[uuid.UUID, list[Report]]:
    """Return the accepted, not superseded reports of every file, by time received."""
    found: dict[uuid.UUID, dict[uuid.UUID, Report]] = defaultdict(dict)
    links = (
        Link.objects.filter(
            book.ours,
            unlinked_at=None,
            report__state=ReportState.ACCEPTED,
        )
        .exclude(report__superseded_by__state=ReportState.ACCEPTED)
        .select_related("report__source", "report__accused", "report__origin")
        .defer("report__raw")
        .order_by("report__received_at", "report_id")
    )
    for link in links:
        root = book.root(link.incident_id) if link.incident_id in book.incidents else None
        if root is not None:
            found[root].setdefault(link.report_id, link.report)
    return {root: list(reports.values()) for root, reports in found.items()}


def _face(
    book: CaseBook,
    incident: Incident,
    reports: Sequence[Report],
    findings: Mapping[uuid.UUID, str],
    places: Mapping[uuid.UUID, PlaceChoice],
    areas: Areas,
    *,
    whole: bool,
) -> PublicIncident:
    begins, ends, precision = public_window(incident, reports)
    where = public_place(incident, reports, areas)
    positions = book.positions.get(incident.pk, ())
    accused = {r.accused.code for r in reports if r.accused is not None}
    decision = book.decisions.get(incident.pk)
    settled = decision if incident.state == IncidentState.DECIDED else None
    return PublicIncident(
        key=incident.pk,
        code=incident.code,
        act=incident.act_id,
        act_name=incident.act.name,
        state=incident.state,
        category=book.classes[incident.pk],
        shape=_shape(incident, reports, positions),
        window_from=begins,
        window_until=ends,
        precision=precision,
        place=places.get(uuid.UUID(where["place_id"])) if where["place_id"] else None,
        cell=where["cell"],
        lat=where["lat"],
        lon=where["lon"],
        radius_m=None if where["radius_m"] is None else float(where["radius_m"]),
        ring=tuple((corner[0], corner[1]) for corner in where["ring"]),
        accused=tuple(book.face.party(code) for code in sorted(accused)),
        admissibility=incident.admissibility,
        reasons=tuple(incident.admissibility_reasons),
        ruling=incident.ruling,
        n_reports=len(reports),
        n_public=sum(1 for r in reports if is_public_source(r.source)),
        n_origins=len(set(independent_origins(reports))),
        replies=tuple((p.party.code, reply_of(p)) for p in latest_hearing(positions)),
        finding_code=findings.get(incident.pk, ""),
        outcome=settled.outcome if settled is not None else "",
        attributed=tuple(book.face.party(code) for code in settled.parties) if settled else (),
        severity=settled.severity if settled is not None else "",
        carried_from=settled.carried_from if settled is not None else "",
        **_whole(reports, positions) if whole else {},
    )


def _whole(reports: Sequence[Report], positions: Sequence[PartyPosition]) -> dict[str, Any]:
    return {
        "statements": tuple(public_statements(reports)),
        "positions": tuple(public_position(p) for p in positions),
    }


def reply_of(position: PartyPosition) -> str:
    """Return a party's answer as one word; silence and waiting are words too."""
    if position.state == PositionState.LAPSED:
        return SILENT
    return position.position or AWAITED


def _shape(
    incident: Incident, reports: Sequence[Report], positions: Sequence[PartyPosition]
) -> str:
    asserting = [r for r in reports if r.stance != "denies"]
    return shape_of(
        state=incident.state,
        origins=len(set(independent_origins(asserting))),
        accused=len({r.accused_id for r in asserting if r.accused_id is not None}),
        denied=len(asserting) < len(reports) or any(p.position in DENIALS for p in positions),
    )
