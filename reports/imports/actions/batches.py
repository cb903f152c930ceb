"""Writes of imports: a batch of rows with the mark of how far they reach, and the end."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import translation

from reports.agreement.models import ActKind, Party
from reports.identity import new_key, new_receipt
from reports.imports.files import path_of
from reports.imports.models import Import, ImportedRow, ImportProblem
from reports.imports.queries import setting_of
from reports.imports.reading import Row, rows_from
from reports.imports.rules import BATCH, PROBLEMS_MOST
from reports.imports.states import GOING, MOVES, ImportState
from reports.imports.turning import Fault, Turned, turned
from reports.intake.drafts import ReportDraft
from reports.intake.models import Origin, Report
from reports.intake.statements import columns_of_statement
from reports.intake.states import ReportState
from reports.journal.actions import move_state, record_events
from reports.journal.copying import copy_in, copy_rows
from reports.journal.kinds import Kind
from reports.people.models import Source
from reports.people.permissions import require

NAMESPACE = uuid.UUID("6ae7a3f2-6b52-5d0e-9a51-5f6a5f0f2b11")  # of ids made from a row's own


@dataclass(slots=True)
class _Batch:
    """What a batch of rows comes to, before any of it is written."""

    end: int
    row: int
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[ImportProblem] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)


class _Row(NamedTuple):
    """A row to take in: its number and id, what it says, that as bytes, what it said before."""

    number: int
    key: str
    draft: ReportDraft
    raw: bytes
    before: ImportedRow | None = None


def import_batch(*, import_id: uuid.UUID, at: datetime, size: int = BATCH) -> Import | None:
    """Take in the next rows of an import; None where it is over or another worker has it.

    Needs: an import that is going, whose requester still may. One source's rows come one batch
    after the other, also of two imports. All of it is one transaction: whoever dies in it leaves
    nothing, and the next begins where the last committed.
    Leaves: Report, Origin, ImportedRow and report.imported for each row that is taken in (none in
    a dry run), ImportProblem for what is wrong, the progress.
    """
    with transaction.atomic():
        job = (
            Import.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("mapping__agreement", "mapping__source", "requested_by")
            .filter(pk=import_id, state__in=GOING)
            .first()
        )
        if job is None or not _holds_source(job.mapping.source_id):
            return None
        role = require(
            job.requested_by, "report.import", at=at, agreement_id=job.mapping.agreement_id
        )
        # Rules answer in the worker's language; what is kept is in one.
        with translation.override("en"):
            batch = _read(job, at, size)
        if not job.dry_run:
            reports = _write(job, batch, at)
            record_events(
                kind=Kind.REPORT_IMPORTED,
                of=Report,
                keys=reports,
                by=job.requested_by,
                at=at,
                acting_as=role,
            )
        _mark(job, batch, at)
        return job


def _holds_source(source_id: uuid.UUID) -> bool:
    """Hold a source until the commit; False where another import has it."""
    rows = Source.objects.select_for_update(skip_locked=True, no_key=True)
    return rows.filter(pk=source_id).exists()


def _read(job: Import, at: datetime, size: int) -> _Batch:
    given = setting_of(job, at)
    rows = list(islice(_rows(job), size))
    batch = _Batch(end=rows[-1].end, row=rows[-1].number) if rows else _Batch(job.size, job.row)
    if len(rows) < size:
        batch.end = job.size
    read = [
        (row.number, turned(row.cells, given) if row.cells is not None else None) for row in rows
    ]
    known = _known(job, [one.external_id for _n, one in read if one is not None and one.draft])
    seen: dict[str, str] = {}
    for number, one in read:
        batch.counts["n_read"] += 1
        faults = _sort(job, batch, number, one, known, seen)
        if faults:
            batch.counts["n_refused"] += 1
            batch.problems += _told(job, number, faults)
    return batch


def _rows(job: Import) -> Iterator[Row]:
    return rows_from(
        path_of(job.pk),
        job.format,
        header=job.header,
        delimiter=job.delimiter,
        begin=job.position,
        row=job.row,
    )


def _known(job: Import, external_ids: Sequence[str]) -> dict[str, ImportedRow]:
    rows = ImportedRow.objects.filter(
        agreement=job.mapping.agreement_id,
        source=job.mapping.source_id,
        external_id__in=external_ids,
    )
    rows = rows.select_related("report__superseded_by").only(
        *("external_id", "brought_by", "report__sha256", "report__superseded_by__id")
    )
    return {row.external_id: row for row in rows}


def _sort(
    job: Import,
    batch: _Batch,
    number: int,
    one: Turned | None,
    known: dict[str, ImportedRow],
    seen: dict[str, str],
) -> Sequence[Fault]:
    """Put a row where it belongs: new, changed or as it was; or return what is wrong with it."""
    if one is None:
        return [Fault("", "unreadable")]
    if one.draft is None:
        return one.faults
    key, raw = one.external_id, one.draft.raw()
    content = hashlib.sha256(raw).hexdigest()
    before = known.get(key)
    held = seen.get(key) or (before.report.sha256 if before is not None else None)
    if held == content:
        batch.counts["n_unchanged"] += 1
        return []
    if key in seen or (before is not None and before.brought_by_id == job.pk):
        return [Fault("id", "twice")]
    if before is None:
        batch.rows.append(_Row(number, key, one.draft, raw))
        batch.counts["n_filed"] += 1
    elif not before.report.sha256:
        return [Fault("id", "erased")]
    elif hasattr(before.report, "superseded_by"):
        return [Fault("id", "superseded")]
    else:
        batch.rows.append(_Row(number, key, one.draft, raw, before))
        batch.counts["n_corrected"] += 1
    seen[key] = content
    return []


def _own_id(job: Import, key: str, content: str) -> uuid.UUID:
    """Return the id of a row's report: the same however often it comes."""
    named = (job.mapping.agreement_id.hex, job.mapping.source_id.hex, key, content)
    return uuid.uuid5(NAMESPACE, "\n".join(named))


def _told(job: Import, number: int, faults: Sequence[Fault]) -> list[ImportProblem]:
    distinct = {(one.field, one.code): one for one in reversed(faults)}
    return [
        ImportProblem(of=job, row=number, field=name, code=code, reason=one.reason[:400])
        for (name, code), one in distinct.items()
    ]


def _write(job: Import, batch: _Batch, at: datetime) -> list[uuid.UUID]:
    """Write the reports of a batch with their origins, and which rows they came from."""
    origins = _origins(job, batch.rows)
    acts = {act.pk: act for act in ActKind.objects.all()}
    parties = {party.code: party for party in Party.objects.filter(agreement=job.mapping.agreement)}
    reports = [
        {
            **columns_of_statement(
                row.draft,
                by=job.requested_by,
                at=at,
                source=job.mapping.source,
                act=acts[row.draft.act],
                places=(),
                accused=parties.get(row.draft.accused_code),
                raw=row.raw,
            ),
            **_NEW,
            "id": new_key(),
            "receipt": new_receipt(),
            "origin_id": origins[row.draft.origin.key],
            "supersedes": row.before.report if row.before is not None else None,
        }
        for row in batch.rows
    ]
    keys = [report["id"] for report in reports]
    for report, row in zip(reports, batch.rows, strict=True):
        report["client_uuid"] = _own_id(job, row.key, report["sha256"])
    if reports:
        copy_rows(Report, tuple(reports[0]), (tuple(report.values()) for report in reports))
    _remember(job, batch, keys)
    return keys


_NEW = {"state": ReportState.FILED, "version": 1, "state_reason": ""}


def _remember(job: Import, batch: _Batch, reports: Sequence[uuid.UUID]) -> None:
    """Write which record became which report."""
    of = (job.mapping.agreement_id, job.mapping.source_id, job.pk)
    fresh = []
    for row, report in zip(batch.rows, reports, strict=True):
        if row.before is None:
            fresh.append((*of, new_key(), row.key, report, row.number))
        else:
            held = ImportedRow.objects.filter(pk=row.before.pk)
            held.update(report=report, brought_by=job, row=row.number)
    columns = ("agreement_id", "source_id", "brought_by_id", "id", "external_id", "report_id")
    copy_rows(ImportedRow, (*columns, "row"), fresh)


def _origins(job: Import, rows: Sequence[_Row]) -> dict[str, uuid.UUID]:
    """Return {key: origin}; those of records that came before, also by others, are shared."""
    agreement = job.mapping.agreement_id
    wanted = {row.draft.origin.key: row.draft.origin for row in rows}
    held = Origin.objects.filter(agreement=agreement, key__in=wanted)
    found = dict(held.values_list("key", "id"))
    new = {key: new_key() for key in wanted if key not in found}
    of = (agreement, job.mapping.source_id)
    copy_rows(
        Origin,
        ("agreement_id", "said_by_id", "id", "kind", "key", "url", "publisher", "published_on"),
        (
            (*of, new[key], one.kind, key, one.url, one.publisher, one.published_on)
            for key, one in wanted.items()
            if key in new
        ),
    )
    return found | new


def _mark(job: Import, batch: _Batch, at: datetime) -> None:
    """Keep how far the import is, and what is wrong with its rows."""
    room = PROBLEMS_MOST - job.problems.count() if batch.problems else 0
    copy_in(batch.problems[: max(room, 0)])
    Import.objects.filter(pk=job.pk).update(
        state=ImportState.RUNNING,
        position=batch.end,
        row=batch.row,
        touched_at=at,
        failures=0,
        **{name: F(name) + number for name, number in batch.counts.items()},
    )
    job.refresh_from_db(fields=["state", "position", "row", "touched_at", *batch.counts])


def end_import(*, import_id: uuid.UUID, at: datetime, reason: str = "") -> Import | None:
    """Say what an import came to once all of it is read, or why it goes no further.

    Leaves: import.ended; None where it is not at its end, or another worker has it.
    """
    with transaction.atomic():
        job = (
            Import.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk=import_id, state__in=GOING)
            .first()
        )
        if job is None or (job.position < job.size and not reason):
            return None
        move_state(
            job,
            to=_outcome(job),
            moves=MOVES,
            kind=Kind.IMPORT_ENDED,
            by=None,
            at=at,
            acting_as="machine",
            changes={"ended_at": at, "state_reason": reason},
            payload={
                "filed": job.n_filed,
                "corrected": job.n_corrected,
                "unchanged": job.n_unchanged,
                "refused": job.n_refused,
                "dry_run": job.dry_run,
            },
        )
        return job


def _outcome(job: Import) -> ImportState:
    taken = job.n_filed + job.n_corrected + job.n_unchanged
    if not taken:
        return ImportState.FAILED
    whole = not job.n_refused and job.position == job.size
    return ImportState.SUCCEEDED if whole else ImportState.PARTIAL
