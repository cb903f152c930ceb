"""Reads for the public. Pages, interface and command line render the same dataclasses."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reports.agreement.models import Agreement
from reports.agreement.queries import periods_in_force
from reports.coverage.queries import daily_shares
from reports.intake.models import Report
from reports.intake.states import ReportState
from reports.places.queries import PlaceChoice, place_choices
from reports.problems import NotFound
from verification.corroboration.models import PartyPosition
from verification.corroboration.states import PositionState
from verification.incidents.models import Incident, Link
from verification.incidents.queries import incident_by_code, incidents_of
from verification.incidents.states import IncidentState
from verification.publication.models import Finding
from verification.publication.redaction import (
    is_public_source,
    public_place,
    public_position,
    public_statement,
    public_window,
)
from verification.publication.tally import Line, ReportFact, class_of_incident, partition
from verification.standing.queries import StandingLine, standing_lines

ALLEGATION, CONTESTED, FINDING = "allegation", "contested", "finding"


@dataclass(frozen=True, slots=True)
class PublicIncident:
    """An incident as the public may know it; everything here is on the allow-list."""

    code: str
    act: str
    act_name: str
    state: str
    category: str  # class of the partition
    shape: str  # allegation | contested | finding
    window_from: datetime
    window_until: datetime
    precision: str
    place: PlaceChoice | None
    lat: float | None
    lon: float | None
    radius_m: float | None
    ring: tuple[tuple[float, float], ...]
    accused: tuple[str, ...]
    admissibility: str
    reasons: tuple[dict[str, str], ...]
    n_reports: int
    n_public: int
    n_origins: int
    denied_by: tuple[str, ...]
    finding_code: str
    outcome: str
    statements: tuple[dict[str, Any], ...] = ()
    positions: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the timeline in the agreement's zone; coverage is a share, 0..1."""

    begins: datetime
    allegations: int
    contested: int
    findings: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the public dashboard shows, from one reading."""

    as_of: datetime
    in_force_from: datetime | None
    in_force_until: datetime | None
    received: int
    partition: tuple[Line, ...]
    incidents: tuple[PublicIncident, ...]
    days: tuple[Day, ...]
    standings: tuple[StandingLine, ...]
    findings: tuple[Finding, ...]
    n_incidents: int
    n_decided: int
    refusal: str = field(default="")


def findings_of(agreement: Agreement) -> list[Finding]:
    """Return an agreement's current findings, latest first (superseded versions left out)."""
    rows = (
        Finding.objects.filter(incident__agreement=agreement)
        .select_related("incident__act")
        .order_by("incident_id", "-version")
        .distinct("incident_id")
    )
    return sorted(rows, key=lambda f: (f.published_at, f.code), reverse=True)


def finding_by_code(code: str) -> Finding:
    """Return a published finding by its code; NotFound otherwise."""
    found = (
        Finding.objects.select_related("incident__agreement", "incident__act")
        .filter(code=code.strip().upper())
        .first()
    )
    if found is None:
        raise NotFound("There is no finding with this code.")
    return found


def versions_of(finding: Finding) -> list[Finding]:
    """Return all versions of a finding, newest first."""
    return list(Finding.objects.filter(incident=finding.incident).order_by("-version"))


def report_partition(agreement_id: uuid.UUID) -> list[Line]:
    """Return how all reports of an agreement divide; the counts add up to those received."""
    incidents = {
        i.pk: i
        for i in Incident.objects.filter(agreement_id=agreement_id).only(
            "id", "state", "merged_into_id"
        )
    }
    classes = _classes(incidents)
    first_link: dict[uuid.UUID, uuid.UUID] = {}
    links = Link.objects.filter(report__agreement_id=agreement_id, unlinked_at=None)
    for report_id, incident_id in links.order_by("-linked_at", "-id").values_list(
        "report_id", "incident_id"
    ):
        first_link[report_id] = incident_id  # the earliest link wins: it comes last
    seen: set[tuple[uuid.UUID, uuid.UUID]] = set()
    facts: list[ReportFact] = []
    rows = Report.objects.filter(agreement_id=agreement_id).order_by("received_at", "id")
    for report_id, state, origin_id in rows.values_list("id", "state", "origin_id"):
        root = _root(incidents, first_link.get(report_id))
        is_copy = False
        if root is not None and state == ReportState.ACCEPTED:
            is_copy = (root, origin_id) in seen
            seen.add((root, origin_id))
        facts.append(ReportFact(state, is_copy, classes[root] if root is not None else ""))
    return partition(facts)


def _root(incidents: dict[uuid.UUID, Incident], start: uuid.UUID | None) -> uuid.UUID | None:
    while start is not None and (up := incidents[start].merged_into_id) is not None:
        start = up
    return start


def _classes(incidents: dict[uuid.UUID, Incident]) -> dict[uuid.UUID, str]:
    outcomes = _current_outcomes(incidents)
    awaiting = set(
        PartyPosition.objects.filter(
            incident_id__in=incidents, state=PositionState.AWAITED
        ).values_list("incident_id", flat=True)
    )
    return {
        pk: class_of_incident(
            state=incident.state, outcome=outcomes.get(pk, ""), awaits_party=pk in awaiting
        )
        for pk, incident in incidents.items()
    }


def _current_outcomes(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = (
        Incident.objects.filter(pk__in=list(ids), decisions__overridden_by=None)
        .exclude(decisions=None)
        .values_list("pk", "decisions__outcome")
    )
    return dict(rows)


def public_incidents(agreement: Agreement) -> list[PublicIncident]:
    """Return an agreement's incidents as the public may know them, latest first."""
    rows = [i for i in incidents_of(agreement) if i.state != IncidentState.MERGED]
    return _public(agreement, rows)


def public_incident(code: str) -> PublicIncident:
    """Return one incident with its public statements and positions; a merged one's successor."""
    incident = incident_by_code(code)
    while incident.merged_into is not None:
        incident = incident_by_code(incident.merged_into.code)
    return _public(incident.agreement, [incident], whole=True)[0]


def _public(
    agreement: Agreement, incidents: Sequence[Incident], *, whole: bool = False
) -> list[PublicIncident]:
    everything = {
        i.pk: i
        for i in Incident.objects.filter(agreement=agreement).only("id", "state", "merged_into_id")
    }
    classes = _classes(everything)
    reports = _reports_by_root(agreement, everything)
    positions: dict[uuid.UUID, list[PartyPosition]] = defaultdict(list)
    asked = PartyPosition.objects.filter(incident__agreement=agreement).select_related("party")
    for position in asked.order_by("party__code", "notified_at"):
        root = _root(everything, position.incident_id)
        if root is not None:
            positions[root].append(position)
    findings = {f.incident_id: f for f in findings_of(agreement)}
    found = [
        _one(
            incident,
            classes[incident.pk],
            reports[incident.pk],
            positions[incident.pk],
            findings.get(incident.pk),
            whole=whole,
        )
        for incident in incidents
    ]
    places = place_choices(uuid.UUID(item[1]) for item in found if item[1])
    return [make(places.get(uuid.UUID(key)) if key else None) for make, key in found]


def _reports_by_root(
    agreement: Agreement, incidents: dict[uuid.UUID, Incident]
) -> dict[uuid.UUID, list[Report]]:
    found: dict[uuid.UUID, list[Report]] = defaultdict(list)
    links = (
        Link.objects.filter(
            incident__agreement=agreement,
            unlinked_at=None,
            report__state=ReportState.ACCEPTED,
        )
        .exclude(report__superseded_by__state=ReportState.ACCEPTED)
        .select_related("report__source", "report__accused", "report__origin")
        .order_by("report__received_at", "report_id")
    )
    for link in links:
        root = _root(incidents, link.incident_id)
        if root is not None and all(r.pk != link.report_id for r in found[root]):
            found[root].append(link.report)
    return found


def _one(
    incident: Incident,
    category: str,
    reports: Sequence[Report],
    positions: Sequence[PartyPosition],
    finding: Finding | None,
    *,
    whole: bool,
) -> tuple[Any, str]:
    """Return (constructor awaiting the place as people see it, place id)."""
    begins, ends, precision = public_window(incident, reports)
    where = public_place(incident, reports)
    denied = sorted({p.party.code for p in positions if p.position in ("denies", "disputes_facts")})
    origins = {r.origin_id for r in reports}
    public = [r for r in reports if is_public_source(r.source)]

    def make(place: PlaceChoice | None) -> PublicIncident:
        return PublicIncident(
            code=incident.code,
            act=incident.act_id,
            act_name=incident.act.name,
            state=incident.state,
            category=category,
            shape=_shape(incident, reports, bool(denied)),
            window_from=begins,
            window_until=ends,
            precision=precision,
            place=place,
            lat=where["lat"],
            lon=where["lon"],
            radius_m=where.get("radius_m"),
            ring=tuple(tuple(corner) for corner in where["ring"]),
            accused=tuple(sorted({r.accused.code for r in reports if r.accused is not None})),
            admissibility=incident.admissibility,
            reasons=tuple(incident.admissibility_reasons),
            n_reports=len(reports),
            n_public=len(public),
            n_origins=len(origins),
            denied_by=tuple(denied),
            finding_code=finding.code if finding is not None else "",
            outcome=finding.outcome if finding is not None else "",
            statements=tuple(public_statement(r) for r in public) if whole else (),
            positions=tuple(public_position(p) for p in positions) if whole else (),
        )

    return make, str(where["place_id"] or "")


def _shape(incident: Incident, reports: Sequence[Report], denied: bool) -> str:
    """Return which of the three shapes an incident is drawn in."""
    if incident.state in (IncidentState.DECIDED, IncidentState.INADMISSIBLE):
        return FINDING
    origins = {r.origin_id for r in reports if r.stance != "denies"}
    accused = {r.accused_id for r in reports if r.accused_id is not None}
    if denied or any(r.stance == "denies" for r in reports):
        return CONTESTED
    return CONTESTED if len(origins) > 1 and len(accused) != 1 else ALLEGATION


def dashboard(agreement: Agreement, *, at: datetime) -> Dashboard:
    """Return everything the public dashboard shows."""
    periods = periods_in_force(agreement.pk)
    lines = report_partition(agreement.pk)
    incidents = public_incidents(agreement)
    standings = standing_lines(agreement.pk)
    begins = min((p.begins for p in periods), default=None)
    ends = max((p.ends for p in periods if p.ends is not None), default=None)
    decided = sum(1 for i in incidents if i.state in ("decided", "inadmissible"))
    return Dashboard(
        as_of=at,
        in_force_from=begins,
        in_force_until=ends,
        received=sum(line.count for line in lines),
        partition=tuple(lines),
        incidents=tuple(incidents),
        days=tuple(timeline(agreement, incidents, begins=begins, ends=ends, at=at)),
        standings=tuple(standings),
        findings=tuple(findings_of(agreement)),
        n_incidents=len(incidents),
        n_decided=decided,
        refusal=standings[0].comparison if standings else "",
    )


LONGEST_TIMELINE_DAYS = 400  # a longer one is folded by the page's filter


def timeline(
    agreement: Agreement,
    incidents: Sequence[PublicIncident],
    *,
    begins: datetime | None,
    ends: datetime | None,
    at: datetime,
) -> list[Day]:
    """Return the days from entry into force to the last event (or now), in the agreement's zone.

    An incident counts on the first day of its window; one ruled outside is not counted.
    """
    if begins is None:
        return []
    zone = ZoneInfo(agreement.timezone)
    counted = [i for i in incidents if i.state != IncidentState.INADMISSIBLE]
    last = max((i.window_from for i in counted), default=begins)
    if ends is not None:
        last = max(last, min(ends, at))
    first_day = min([begins, *(i.window_from for i in counted)]).astimezone(zone).date()
    size = min((last.astimezone(zone).date() - first_day).days + 1, LONGEST_TIMELINE_DAYS)
    edges = [
        datetime.combine(first_day + timedelta(days=n), datetime.min.time(), tzinfo=zone)
        for n in range(size + 1)
    ]
    by_day: dict[object, list[str]] = defaultdict(list)
    for incident in counted:
        by_day[incident.window_from.astimezone(zone).date()].append(incident.shape)
    shares = daily_shares(agreement.pk, [edge.astimezone(UTC) for edge in edges])
    return [
        Day(
            begins=edge,
            allegations=by_day[edge.date()].count(ALLEGATION),
            contested=by_day[edge.date()].count(CONTESTED),
            findings=by_day[edge.date()].count(FINDING),
            coverage=share,
        )
        for edge, share in zip(edges[:-1], shares, strict=True)
    ]
