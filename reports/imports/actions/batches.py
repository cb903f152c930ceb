"""Writes of imports: a batch of rows with the mark of how far they reach, and the end."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import F
from django.utils import translation

from reports.agreement.models import ActKind, Party
from reports.identity import new_key
from reports.imports.files import path_of
from reports.imports.models import Import, ImportedRow, ImportProblem
from reports.imports.queries import setting_of
from reports.imports.reading import Row, rows_from
from reports.imports.rules import BATCH, PROBLEMS_MOST
from reports.imports.states import GOING, MOVES, ImportState
from reports.imports.turning import Fault, Turned, turned
from reports.intake.drafts import ReportDraft
from reports.intake.models import Origin, Report
from reports.intake.statements import statement_of
from reports.journal.actions import move_state, record_events
from reports.journal.copying import copy_in
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
    fresh: list[tuple[int, str, ReportDraft]] = field(default_factory=list)
    changed: list[tuple[int, ImportedRow, ReportDraft]] = field(default_factory=list)


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
                subjects=reports,
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
    return {row.external_id: row for row in rows.select_related("report__superseded_by")}


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
    key, content = one.external_id, one.draft.sha256()
    before = known.get(key)
    held = seen.get(key) or (before.report.sha256 if before is not None else None)
    if held == content:
        batch.counts["n_unchanged"] += 1
        return []
    if key in seen or (before is not None and before.brought_by_id == job.pk):
        return [Fault("id", "twice")]
    draft = replace(one.draft, client_uuid=_own_id(job, key, content))
    if before is None:
        batch.fresh.append((number, key, draft))
        batch.counts["n_filed"] += 1
    elif not before.report.sha256:
        return [Fault("id", "erased")]
    elif hasattr(before.report, "superseded_by"):
        return [Fault("id", "superseded")]
    else:
        batch.changed.append((number, before, draft))
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


def _write(job: Import, batch: _Batch, at: datetime) -> list[Report]:
    """Write the reports of a batch with their origins, and which rows they came from."""
    drafts = [draft for _n, _k, draft in batch.fresh] + [draft for _n, _b, draft in batch.changed]
    origins = _origins(job, drafts)
    acts = {act.pk: act for act in ActKind.objects.all()}
    parties = {party.code: party for party in Party.objects.filter(agreement=job.mapping.agreement)}
    earlier = [None] * len(batch.fresh) + [before.report for _n, before, _d in batch.changed]
    reports = [
        statement_of(
            draft,
            by=job.requested_by,
            at=at,
            source=job.mapping.source,
            act=acts[draft.act],
            places=(),
            origin=origins[draft.origin.key],
            earlier=old,
            accused=parties.get(draft.accused_code),
        )
        for draft, old in zip(drafts, earlier, strict=True)
    ]
    copy_in(reports)
    copy_in(
        [
            ImportedRow(
                agreement_id=job.mapping.agreement_id,
                source_id=job.mapping.source_id,
                external_id=key,
                report=report,
                brought_by=job,
                row=number,
            )
            for (number, key, _draft), report in zip(batch.fresh, reports, strict=False)
        ]
    )
    for (number, before, _draft), report in zip(
        batch.changed, reports[len(batch.fresh) :], strict=True
    ):
        ImportedRow.objects.filter(pk=before.pk).update(report=report, brought_by=job, row=number)
    return reports


def _origins(job: Import, drafts: Sequence[ReportDraft]) -> dict[str, Origin]:
    """Return {key: origin}; those of records that came before, also by others, are shared."""
    agreement = job.mapping.agreement
    wanted = {draft.origin.key: draft.origin for draft in drafts}
    rows = Origin.objects.filter(agreement=agreement, key__in=wanted)
    found = {row.key: row for row in rows}
    new = {
        key: Origin(
            id=new_key(),
            agreement=agreement,
            kind=given.kind,
            said_by=job.mapping.source,
            key=key,
            url=given.url,
            publisher=given.publisher,
            published_on=given.published_on,
        )
        for key, given in wanted.items()
        if key not in found
    }
    copy_in(list(new.values()))
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
