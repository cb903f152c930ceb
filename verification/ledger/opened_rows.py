"""The rows under the log's leaves, opened for an auditor who uses none of our code.

What the database holds is written down as it is, and judged by nobody here: docs/log-format.md 10.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models

from reports.evidence.models import Item
from reports.questions.models import Question
from verification.ledger.audit import Forms, Held, held_leaves, kept_out
from verification.ledger.models import LogState
from verification.ledger.rows import row_form, rows_digest
from verification.ledger.sealing import Unreadable, unsealed
from verification.merkle.canonical import canonical
from verification.merkle.slots import fields_in


def opened_rows() -> Iterator[dict[str, Any]]:
    """Yield one document per leaf, in their order; then one per event that never became one."""
    state = LogState.objects.first()
    forms: Forms = state.forms if state else {}
    for held in held_leaves():
        yield _document(held, forms)
    for event in kept_out():
        yield {"leaf": -1, "event": str(event.pk), "row": row_form(event).decode()}


def _document(held: Held, forms: Forms) -> dict[str, Any]:
    found: dict[str, Any] = {"leaf": held.leaf.pk}
    if held.leaf.event_id is not None:
        found["event"] = str(held.leaf.event_id)
    slots: list[list[Any]] = []
    if held.opening is not None and held.opening.key.secret is not None:
        secret, sealed = bytes(held.opening.key.secret), bytes(held.opening.sealed)
        try:
            slots = unsealed(secret, held.leaf.pk, sealed)
        except Unreadable:
            slots = []
        found["slots"] = [slot[0] if len(slot) == 1 else canonical(slot).decode() for slot in slots]
    fields = fields_in(slots)
    if held.event is not None:
        if "slots" not in found and (report_id := _report_behind(held.event.subject_id)):
            found["of"] = str(report_id)
        found["row"] = _texts([held.event], fields.get("row"), forms)[0]
        found["rows"] = _texts(held.rows, fields.get("rows"), forms)
    return found


def _report_behind(subject_id: uuid.UUID) -> uuid.UUID | None:
    """Return the report a file or a question belongs to: it goes with it."""
    item = Item.objects.filter(pk=subject_id).values_list("report_id", flat=True).first()
    asked = Question.objects.filter(pk=subject_id).values_list("report_id", flat=True).first()
    return item or asked


def _texts(rows: Sequence[models.Model], digest: Any, forms: Forms) -> list[str]:
    """Return the forms of rows: over the columns of the time they were logged, if one fits."""
    if not rows:
        return []
    table = rows[0]._meta.db_table
    for columns in forms.get(table, []):
        if rows_digest(rows, {table: columns}) == digest:
            return [
                row_form(row, columns if row._meta.db_table == table else None).decode()
                for row in rows
            ]
    return [row_form(row).decode() for row in rows]
