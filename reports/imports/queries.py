"""Reads of imports and mappings; each checks who asks as it loads."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import translation

from reports.agreement.models import Agreement
from reports.agreement.queries import act_kinds, parties_of
from reports.cells import csv_lines
from reports.imports.choices import FAULTS, Format
from reports.imports.files import path_of
from reports.imports.models import ColumnMapping, Import, ImportProblem
from reports.imports.reading import head_of, rows_from
from reports.imports.rules import GRADES, KINDS
from reports.imports.states import GOING
from reports.imports.turning import Fault, Setting, turned
from reports.intake.drafts import ReportDraft
from reports.people.models import Role, Source, User
from reports.people.permissions import may, require, roles_of
from reports.problems import NotFound

PREVIEWED = 5  # rows
PROBLEM_COLUMNS = ("row", "field", "code", "reason", "what_to_do")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing wrong with a row: where, what, and what to do."""

    row: int
    field: str
    code: str
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """One of the first rows: what it would be filed as, or what is wrong with it."""

    row: int
    external_id: str
    draft: ReportDraft | None
    faults: tuple[Told, ...]


def mappings_of(agreement: Agreement, user: User, *, at: datetime) -> QuerySet[ColumnMapping]:
    """Return the mappings of a person's organisation, by name; all of them for an operator."""
    require(user, "report.import", at=at, agreement_id=agreement.pk)
    found = ColumnMapping.objects.filter(agreement=agreement).select_related(
        "agreement", "source", "organisation"
    )
    if Role.OPERATOR not in roles_of(user, at=at, agreement_id=agreement.pk):
        found = found.filter(organisation=user.organisation)
    return found.order_by("organisation__name", "name")


def mapping_for(user: User, mapping_id: uuid.UUID | str, *, at: datetime) -> ColumnMapping:
    """Return a mapping a person may use; NotFound otherwise."""
    found = ColumnMapping.objects.select_related("agreement", "source", "organisation")
    mapping = found.filter(pk=mapping_id).first()
    if mapping is None or not may_see(user, mapping, at=at):
        raise NotFound("There is no such mapping for you.")
    return mapping


def may_see(user: User, mapping: ColumnMapping, *, at: datetime) -> bool:
    """Answer whether a mapping and its imports are a person's to see: their own house's, or all
    of them for an operator."""
    if not may(user, "report.import", at=at, agreement_id=mapping.agreement_id):
        return False
    if mapping.organisation_id == user.organisation_id:
        return True
    return Role.OPERATOR in roles_of(user, at=at, agreement_id=mapping.agreement_id)


def own_sources(user: User) -> list[Source]:
    """Return the sources of a person's organisation that may speak in bulk, by name."""
    if user.organisation_id is None:
        return []
    rows = Source.objects.filter(
        organisation_id=user.organisation_id, user=None, kind__in=KINDS, grade__in=GRADES
    )
    return list(rows.order_by("name"))


def imports_of(user: User, *, at: datetime) -> QuerySet[Import]:
    """Return the imports of a person's organisation, latest first; all for an operator."""
    require(user, "report.import", at=at)
    found = Import.objects.select_related("mapping__agreement", "mapping__source")
    if Role.OPERATOR not in roles_of(user, at=at):
        found = found.filter(mapping__organisation=user.organisation)
    seen = {row.pk for row in _agreements_seen(user, at)}
    return found.filter(mapping__agreement__in=seen).order_by("-requested_at", "-id")


def _agreements_seen(user: User, at: datetime) -> list[Agreement]:
    return [
        one
        for one in Agreement.objects.all()
        if may(user, "report.import", at=at, agreement_id=one.pk)
    ]


def import_for(user: User, import_id: uuid.UUID | str, *, at: datetime) -> Import:
    """Return an import a person may see; NotFound otherwise."""
    found = Import.objects.select_related(
        "mapping__agreement", "mapping__source", "mapping__organisation", "requested_by"
    )
    job = found.filter(pk=import_id).first()
    if job is None or not may_see(user, job.mapping, at=at):
        raise NotFound("There is no such import for you.")
    return job


def problems_of(job: Import) -> Iterator[Told]:
    """Yield what is wrong with the rows of an import, in the order of the file."""
    rows = ImportProblem.objects.filter(of=job).order_by("row", "field", "code")
    for one in rows.iterator(chunk_size=500):
        yield _in_words(one.row, Fault(one.field, one.code, one.reason))


def _in_words(row: int, fault: Fault) -> Told:
    reason, advice = FAULTS[fault.code]
    return Told(row, fault.field, fault.code, fault.reason or str(reason), str(advice))


def setting_of(job: Import, at: datetime) -> Setting:
    """Return what the rows of an import are read against."""
    agreement = job.mapping.agreement
    return Setting(
        agreement=agreement,
        source=job.mapping.source,
        shape=job.mapping.shape,
        columns=job.spec["columns"],
        values=job.spec["values"],
        fixed=job.spec["fixed"],
        acts=frozenset(act.code for act in act_kinds()),
        parties=frozenset(party.code for party in parties_of(agreement.pk)),
        zone=ZoneInfo(agreement.timezone),
        at=at,
    )


def preview_of(job: Import) -> list[Previewed]:
    """Return the first rows of a file as they would be filed; none once the file is gone."""
    if not path_of(job.pk).exists():
        return []
    given = setting_of(job, job.requested_at)
    head = head_of(path_of(job.pk), job.format, given.shape)
    rows = rows_from(
        path_of(job.pk),
        job.format,
        header=head.header,
        delimiter=head.delimiter,
        begin=head.begin,
        row=head.row,
    )
    found = []
    for row in islice(rows, PREVIEWED):
        if row.cells is None:
            found.append(
                Previewed(row.number, "", None, (_in_words(row.number, Fault("", "unreadable")),))
            )
            continue
        with translation.override("en"):
            one = turned(row.cells, given)
        faults = tuple(_in_words(row.number, fault) for fault in one.faults)
        found.append(Previewed(row.number, one.external_id, one.draft, faults))
    return found


def going_like(path: Path, mapping: ColumnMapping, *, dry_run: bool, by: User) -> Import | None:
    """Return the import of just this file that was begun and is not over."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Import.objects.filter(
        mapping=mapping, sha256=sha256, dry_run=dry_run, requested_by=by, state__in=GOING
    ).first()


def may_go_in(mapping: ColumnMapping, user: User) -> bool:
    """Answer whether a person may hand files in with a mapping: only their own organisation's."""
    return user.organisation_id is not None and mapping.organisation_id == user.organisation_id


def own_mappings(user: User, *, at: datetime) -> list[ColumnMapping]:
    """Return the mappings a person may see, of all agreements, by name."""
    found = [mappings_of(one, user, at=at) for one in _agreements_seen(user, at)]
    return [mapping for rows in found for mapping in rows]


def source_that_may_speak(user: User, source_id: uuid.UUID | str) -> Source:
    """Return a source of a person's organisation; NotFound otherwise."""
    for source in own_sources(user):
        if str(source.pk) == str(source_id):
            return source
    raise NotFound("There is no such source of your organisation.")


def imports_after(user: User, cursor: str | None, *, most: int, at: datetime) -> list[Import]:
    """Return the next imports a person may see after one of them, latest first."""
    found = imports_of(user, at=at)
    if cursor is not None:
        try:
            last = found.filter(pk=cursor).first()
        except (ValidationError, ValueError):
            last = None
        if last is None:
            raise NotFound("There is no such page.")
        same_instant = Q(requested_at=last.requested_at, pk__lt=last.pk)
        found = found.filter(Q(requested_at__lt=last.requested_at) | same_instant)
    return list(found[:most])


def problem_lines(job: Import) -> Iterator[str]:
    """Yield what is wrong with the rows of an import as CSV, line by line."""
    return csv_lines(PROBLEM_COLUMNS, map(astuple, problems_of(job)))


@contextmanager
def checked_file(job: Import) -> Iterator[tuple[IO[bytes], str]]:
    """Open the file of an import that was only checked, with its format as it is kept.

    Errors: NotFound once it is gone.
    """
    path = path_of(job.pk)
    if not job.dry_run or job.ended_at is None or not path.exists():
        raise NotFound("There is nothing to take in any more.")
    with path.open("rb") as file:
        yield file, Format.NDJSON if job.format == Format.GEOJSON else job.format
