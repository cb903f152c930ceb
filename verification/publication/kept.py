"""Public incidents <-> the rows kept of them, and which of these rows no longer hold.

A row is kept as things are; what is not signed yet is hidden when it is read (reading.py).
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reports.agreement.models import Agreement
from reports.agreement.queries import act_kinds
from reports.intake.states import ReportState
from reports.places.blur import area_of_cell
from reports.places.queries import place_choices
from verification.incidents.models import Incident, Link
from verification.incidents.queries import roots_of
from verification.publication.assemble import case_book, public_faces
from verification.publication.faces import AgreementFace, PublicIncident
from verification.publication.models import ChangedFile, Finding, PublicRow
from verification.publication.shapes import WITHHELD
from verification.publication.unsigned import Unsigned
from verification.withholding.queries import withheld_files

INSTANT = timedelta(microseconds=1)


def files_of(incident_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Return {member: root} of the whole files that a change of these incidents touches.

    A report is counted where it was linked first, so files that share a report go together.
    """
    shared = Link.objects.filter(incident_id__in=incident_ids).values("report_id")
    touched = set(incident_ids) | set(
        Link.objects.filter(report_id__in=shared).values_list("incident_id", flat=True)
    )
    roots: set[uuid.UUID] = set()
    while touched:
        up = dict(Incident.objects.filter(pk__in=touched).values_list("pk", "merged_into_id"))
        roots |= {pk for pk, into in up.items() if into is None}
        touched = {into for into in up.values() if into is not None}
    return roots_of(roots)


def changed_ids(agreement: Agreement, *, most: int) -> list[uuid.UUID]:
    """Return the incidents of an agreement that changed since their rows were kept."""
    marked = ChangedFile.objects.filter(
        incident_id__in=Incident.objects.filter(agreement=agreement).values("pk")
    )
    return list(
        marked.order_by("incident_id").values_list("incident_id", flat=True).distinct()[:most]
    )


def rows_now(
    agreement: Agreement, files: Mapping[uuid.UUID, uuid.UUID], *, hidden_by: Unsigned
) -> list[tuple[PublicRow, PublicIncident]]:
    """Return the public rows of whole files as they are now, with what each was made of."""
    if not files:
        return []
    book = case_book(agreement, list(files), hidden_by=hidden_by)
    homes = _homes(files)
    faces = public_faces(book)
    codes = [face.finding_code for face in faces if face.finding_code]
    found_at = dict(Finding.objects.filter(code__in=codes).values_list("code", "published_at"))
    zone = ZoneInfo(agreement.timezone)
    withheld = withheld_files(files)
    made = []
    for face in faces:
        if face.key in withheld:
            face = blank(face, withheld[face.key])
        origins = homes.get(face.key, [])
        row = row_of(face, agreement, zone)
        row.n_home, row.n_copies = len(origins), len(origins) - len(set(origins))
        row.found_at = found_at.get(face.finding_code)
        made.append((row, face))
    return made


def _homes(files: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Return {root: origins of the accepted reports counted there}; each report counts once."""
    ours = Link.objects.filter(incident_id__in=list(files), unlinked_at=None).values("report_id")
    first = (
        Link.objects.filter(report_id__in=ours, unlinked_at=None)
        .order_by("report_id", "linked_at", "id")
        .distinct("report_id")
        .values_list("incident_id", "report__origin_id", "report__state")
    )
    found: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for incident_id, origin_id, state in first:
        if state == ReportState.ACCEPTED and incident_id in files:
            found[files[incident_id]].append(origin_id)
    return found


def row_of(face: PublicIncident, agreement: Agreement, zone: ZoneInfo) -> PublicRow:
    """Return the row of a public incident, field by field."""
    return PublicRow(
        incident_id=face.key,
        agreement=agreement,
        code=face.code,
        act=face.act,
        state=face.state,
        category=face.category,
        shape=face.shape,
        window_from=face.window_from,
        window_until=face.window_until,
        precision=face.precision,
        first_day=face.window_from.astimezone(zone).date(),
        last_day=(face.window_until - INSTANT).astimezone(zone).date(),
        area=face.area,
        place_id=face.place.id if face.place else None,
        cell=face.cell,
        lat=face.lat,
        lon=face.lon,
        radius_m=face.radius_m,
        accused=[party.code for party in face.accused],
        attributed=[party.code for party in face.attributed],
        replies=[f"{who}-{what}" for who, what in face.replies],
        admissibility=face.admissibility,
        counted=face.is_counted,
        reasons=list(face.reasons),
        ruling=face.ruling,
        n_reports=face.n_reports,
        n_public=face.n_public,
        n_origins=face.n_origins,
        n_home=0,
        n_copies=0,
        finding_code=face.finding_code,
        outcome=face.outcome,
        severity=face.severity,
        withheld_until=face.withheld_until,
    )


def blank(face: PublicIncident, until: datetime) -> PublicIncident:
    """Return what is left of an incident that is withheld: what the sums need, and until when."""
    return PublicIncident(
        key=face.key,
        code=face.code,
        act="",
        act_name="",
        state=face.state,
        category=face.category,
        shape=WITHHELD,
        window_from=until,
        window_until=until + timedelta(days=1),
        precision="",
        place=None,
        cell="",
        lat=None,
        lon=None,
        radius_m=None,
        ring=(),
        accused=(),
        admissibility=face.admissibility,
        reasons=(),
        ruling="",
        n_reports=0,
        n_public=0,
        n_origins=0,
        replies=(),
        finding_code="",
        outcome="",
        attributed=(),
        severity="",
        withheld_until=until,
    )


def faces_of_rows(rows: Sequence[PublicRow], agreement: AgreementFace) -> list[PublicIncident]:
    """Return kept rows as public incidents, with the names of today."""
    acts = {act.code: act.name for act in act_kinds()} if rows else {}
    places = place_choices({row.place_id for row in rows if row.place_id})
    return [
        PublicIncident(
            key=row.incident_id,
            code=row.code,
            act=row.act,
            act_name=acts.get(row.act, row.act),
            state=row.state,
            category=row.category,
            shape=row.shape,
            window_from=row.window_from,
            window_until=row.window_until,
            precision=row.precision,
            place=places.get(row.place_id) if row.place_id else None,
            cell=row.cell,
            lat=row.lat,
            lon=row.lon,
            radius_m=row.radius_m,
            ring=ring_of(row.cell) if row.cell and not row.place_id else (),
            accused=tuple(agreement.party(code) for code in row.accused),
            admissibility=row.admissibility,
            reasons=tuple(row.reasons),
            ruling=row.ruling,
            n_reports=row.n_reports,
            n_public=row.n_public,
            n_origins=row.n_origins,
            replies=tuple(_reply(words) for words in row.replies),
            finding_code=row.finding_code,
            outcome=row.outcome,
            attributed=tuple(agreement.party(code) for code in row.attributed),
            severity=row.severity,
            withheld_until=row.withheld_until,
        )
        for row in rows
    ]


def ring_of(cell: str) -> tuple[tuple[float, float], ...]:
    """Return the outline of an area, or of a larger cell of several."""
    return area_of_cell(cell).ring


def _reply(words: str) -> tuple[str, str]:
    who, _dash, what = words.rpartition("-")
    return who, what


def same(row: PublicRow, other: PublicRow) -> bool:
    """Answer whether two rows say the same."""
    names = [field.attname for field in PublicRow._meta.concrete_fields]
    return all(getattr(row, name) == getattr(other, name) for name in names)
