"""Writes of imports: ask for one, cancel it, set it back, remove files of those that are over."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.identity import new_key
from reports.imports.choices import Format
from reports.imports.files import Kept, NotThisFormat, drop_file, folder, keep_file, path_of
from reports.imports.models import ColumnMapping, Import
from reports.imports.queries import may_go_in, may_see
from reports.imports.reading import Head, head_of
from reports.imports.rules import GOING_MOST, KEPT_FOR
from reports.imports.states import GOING, MOVES, ImportState
from reports.journal.actions import move_state, record_event
from reports.journal.doorbell import ring_for_imports_after_commit
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, NotFound, Problem


class AnotherImportHasThisId(Problem):
    """Raised when a client's id comes again with another file."""

    code = "another-import-has-this-id"
    status = 409
    title = gettext_lazy("Another file was handed in under this id")


class TooManyImports(Problem):
    """Raised while an organisation has as many imports under way as it may."""

    code = "too-many-imports"
    status = 429
    title = gettext_lazy("Wait until one of your imports is over")


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as handed over by a door."""

    client_uuid: uuid.UUID
    mapping: ColumnMapping
    format: str
    pieces: Iterable[bytes]
    dry_run: bool = False


def request_import(*, handed: Handed, by: User, at: datetime) -> tuple[Import, bool]:
    """Take a file in; its rows follow. Return the import, and whether it is new.

    Needs: report.import on the mapping's agreement; a file of its format with the columns needed.
    Leaves: Import, the file, import.requested. The same id and file again: the same import.
    Errors: Invalid; AnotherImportHasThisId; TooManyImports.
    """
    mapping = handed.mapping
    role = require(by, "report.import", at=at, agreement_id=mapping.agreement_id)
    if not may_go_in(mapping, by):
        words = _("Hand files in with a mapping of your own organisation.")
        raise Invalid(errors={"mapping": [words]})
    if handed.format not in Format.values:
        listed = ", ".join(Format.values)
        raise Invalid(errors={"format": [_("Choose one of: %(choices)s.") % {"choices": listed}]})
    key = new_key()
    try:
        kept = keep_file(key, handed.pieces, handed.format)
        again = _same_import(handed, kept, by)
        if again is not None:
            drop_file(key)
            return again, False
        if kept.size == 0:
            raise NotThisFormat("the file is empty")
        head = head_of(path_of(key), handed.format, mapping.shape)
        return _queue(key, handed, kept, head, by, at, role), True
    except NotThisFormat as problem:
        drop_file(key)
        words = _("This file cannot be read: %(why)s.") % {"why": problem}
        raise Invalid(errors={"file": [words]}) from problem
    except Problem:
        drop_file(key)
        raise
    except IntegrityError:
        drop_file(key)
        again = _same_import(handed, kept, by)
        if again is None:
            raise
        return again, False


def _same_import(handed: Handed, kept: Kept, by: User) -> Import | None:
    found = Import.objects.filter(requested_by=by, client_uuid=handed.client_uuid).first()
    if found is None:
        return None
    same = (found.sha256, found.mapping_id, found.dry_run, found.format)
    if same == (kept.sha256, handed.mapping.pk, handed.dry_run, handed.format):
        return found
    raise AnotherImportHasThisId()


@transaction.atomic
def _queue(
    key: uuid.UUID, handed: Handed, kept: Kept, head: Head, by: User, at: datetime, role: str
) -> Import:
    mapping = ColumnMapping.objects.select_for_update().get(pk=handed.mapping.pk)
    going = Import.objects.filter(mapping__organisation=mapping.organisation_id, state__in=GOING)
    if going.count() >= GOING_MOST:
        raise TooManyImports()
    made = Import.objects.create(
        id=key,
        client_uuid=handed.client_uuid,
        mapping=mapping,
        spec={"columns": mapping.columns, "values": mapping.values, "fixed": mapping.fixed},
        requested_by=by,
        requested_at=at,
        touched_at=at,
        format=handed.format,
        dry_run=handed.dry_run,
        sha256=kept.sha256,
        size=kept.size,
        header=list(head.header),
        delimiter=head.delimiter,
        position=head.begin,
        row=head.row,
    )
    record_event(
        kind=Kind.IMPORT_REQUESTED,
        subject=made,
        by=by,
        at=at,
        acting_as=role,
        payload={"sha256": kept.sha256, "dry_run": handed.dry_run, "mapping": mapping.version},
    )
    ring_for_imports_after_commit()
    return made


def cancel_import(*, job: Import, by: User, at: datetime) -> Import:
    """Stop an import where it is; the rows it brought stay. Leaves: import.cancelled.

    Needs: report.import, as its organisation or as operator. Errors: NotFound; MoveRefused once
    it is over.
    """
    role = require(by, "report.import", at=at, agreement_id=job.mapping.agreement_id)
    if not may_see(by, job.mapping, at=at):
        raise NotFound()
    with transaction.atomic():
        # A batch that is under way is waited for, and counted.
        held = Import.objects.select_for_update().get(pk=job.pk)
        move_state(
            held,
            to=ImportState.CANCELLED,
            moves=MOVES,
            kind=Kind.IMPORT_CANCELLED,
            by=by,
            at=at,
            acting_as=role,
            changes={"ended_at": at},
            payload={"read": held.n_read, "filed": held.n_filed + held.n_corrected},
        )
    return held


def set_back_import(*, import_id: uuid.UUID, at: datetime) -> int:
    """Count a failure of an import's next batch and let the others go first; return how many."""
    rows = Import.objects.filter(pk=import_id, state__in=GOING)
    rows.update(failures=F("failures") + 1, touched_at=at)
    return rows.values_list("failures", flat=True).first() or 0


def sweep_imports(*, at: datetime) -> int:
    """Remove files whose imports are over for a while, or that never became one; may run twice."""
    needed = Import.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at - KEPT_FOR))
    keep = {key.hex for key in needed.values_list("pk", flat=True)}
    old = (at - KEPT_FOR).timestamp()
    gone = 0
    for path in folder().iterdir():
        if path.name not in keep and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
