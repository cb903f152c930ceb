"""The form of a row and its digest (docs/log-format.md 8), and which rows an event vouches for.

Which rows those are is told by `verification/publication/logged.py` at start-up: this room lies
below the others and cannot ask.
"""

from __future__ import annotations

import hashlib
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import models

from reports.journal.models import Event
from verification.merkle.canonical import canonical, record_bytes

Rows = Callable[[Sequence[Event]], Mapping[uuid.UUID, Sequence[models.Model]]]
Clear = Callable[[Event, Sequence[models.Model]], dict[str, str]]
Columns = Mapping[str, Sequence[str]]  # {table: columns that never change}


@dataclass
class _Told:
    rows: dict[str, Rows] = field(default_factory=dict)
    clear: dict[str, Clear] = field(default_factory=dict)
    fixed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    columns: dict[type[models.Model], list[str]] = field(default_factory=dict)  # found so far


_told = _Told()


def install(
    rows: Mapping[Any, Rows], clear: Mapping[Any, Clear], fixed: Mapping[str, Sequence[str]]
) -> None:
    """Say which rows an event of a kind vouches for, and what of it stands in clear.

    `fixed` names the columns that never change, of tables in which others may.
    """
    _told.rows = {str(kind): ask for kind, ask in rows.items()}
    _told.clear = {str(kind): ask for kind, ask in clear.items()}
    _told.fixed = {table: tuple(columns) for table, columns in fixed.items()}
    _told.columns = {}


def rows_of(events: Iterable[Event]) -> dict[uuid.UUID, list[models.Model]]:
    """Return {event: its rows by key}, with one read for each kind of event."""
    by_kind: dict[str, list[Event]] = {}
    for event in events:
        by_kind.setdefault(event.kind, []).append(event)
    found: dict[uuid.UUID, list[models.Model]] = {}
    for kind, group in by_kind.items():
        if kind in _told.rows:
            for event_id, rows in _told.rows[kind](group).items():
                found[event_id] = sorted(rows, key=lambda row: str(row.pk))
    return found


def clear_of(event: Event, rows: Sequence[models.Model]) -> dict[str, str]:
    """Return what an event's leaf says in clear beyond type and time."""
    ask = _told.clear.get(event.kind)
    return ask(event, rows) if ask else {}


def columns_of(model: type[models.Model]) -> list[str]:
    """Return the columns of a table that may never change, in order of their names."""
    if model not in _told.columns:
        fixed = _told.fixed.get(model._meta.db_table)
        _told.columns[model] = sorted(
            one.column
            for one in model._meta.concrete_fields
            if (fixed is None or one.name in fixed) and one.column is not None
        )
    return _told.columns[model]


def row_digest(row: models.Model, columns: Sequence[str] | None = None) -> bytes:
    """Return the digest of a row over these columns (by default, those of today)."""
    return hashlib.sha256(row_form(row, columns)).digest()


def row_form(row: models.Model, columns: Sequence[str] | None = None) -> bytes:
    """Return the form of a row over these columns (by default, those of today)."""
    model = type(row)
    names = _names_of(model)
    if columns is None:
        columns = columns_of(model)
    texts = {
        column: _text(getattr(row, names[column], None) if column in names else None)
        for column in columns
    }
    return canonical({"table": model._meta.db_table, "row": texts})


@cache
def _names_of(model: type[models.Model]) -> Mapping[str, str]:
    """Return {column: attribute} of a table."""
    return {one.column: one.attname for one in model._meta.concrete_fields}


def rows_digest(rows: Sequence[models.Model], forms: Columns | None = None) -> str:
    """Return the digest over several rows, in hex."""
    chosen = forms or {}
    digests = (row_digest(row, chosen.get(row._meta.db_table)) for row in rows)
    return hashlib.sha256(b"".join(digests)).hexdigest()


def pseudonym(actor_id: uuid.UUID | None) -> str:
    """Return the pseudonym under which an account is committed; '' for the machine."""
    if actor_id is None:
        return ""
    return hashlib.sha256(b"cvr actor" + actor_id.bytes).hexdigest()[:16]


def public_bytes(record: Any) -> bytes:
    """Return the bytes of a public record, whose hash a leaf shows."""
    return record_bytes(record)


def _text(value: Any) -> Any:
    if type(value) is str:
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if value is None:
        return []
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    if isinstance(value, bytes | memoryview):
        return "sha256:" + hashlib.sha256(bytes(value)).hexdigest()
    if isinstance(value, list):  # of JSON values, or of keys
        value = [str(one) if isinstance(one, uuid.UUID) else one for one in value]
    if isinstance(value, dict | list):
        return unicodedata.normalize("NFC", record_bytes(value).decode())
    if isinstance(value, float):
        return repr(value)
    return unicodedata.normalize("NFC", str(value))
