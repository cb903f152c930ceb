"""What a fixture's actions wrote, kept as SQL, and written again without doing it all again.

The first test of a process that needs a world has it built through actions, as people would;
whatever changed in the database is then remembered, row for row, and later tests have the same
rows put back by one statement. A memory belongs to the record it was built on: an empty one, or
one that was itself remembered. On any other nothing is remembered, and all is built anew.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db import connection, transaction

T = TypeVar("T")
Rows = dict[str, list[str]]  # table: its rows as SQL

_memories: dict[Hashable, _Memory] = {}
_known = {(None, 0, 0, signers) for signers in range(2)}  # records to build on: first the empty
_signers: list[Any] = []  # the signer at hand, if a test has one: its folder belongs to the record


@dataclass(frozen=True)
class _Memory:
    made: Any
    sql: str
    files: dict[str, str] | None


@dataclass(frozen=True)
class _Table:
    name: str
    columns: str
    row: str  # an expression: one row as SQL


@contextmanager
def signer_beside(state: Any) -> Iterator[None]:
    """Let a signer's folder be remembered together with the log it signed."""
    _signers.append(state)
    yield
    _signers.remove(state)


@contextmanager
def nothing_remembered() -> Iterator[None]:
    """Have everything built anew, for tests of what depends on the hour or on a changed setting."""
    known = _known.copy()
    _known.clear()
    yield
    _known.update(known)


def remembered(name: Hashable, build: Callable[[], T]) -> T:
    """Return what `build` makes, and its rows in the database, built once in a process."""
    start = _record_so_far()
    if start not in _known:
        return build()
    memory = _memories.get((name, start))
    if memory is None:
        before = _all_rows()
        made = build()
        change = _difference(before, _all_rows())
        _memories[name, start] = _Memory(copy.deepcopy(made), change, _files())
        _known.add(_record_so_far())
        return made
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(memory.sql)
    if memory.files is not None:
        _put_back(memory.files)
    return copy.deepcopy(memory.made)  # type: ignore[no-any-return]


def _record_so_far() -> tuple[Any, ...]:
    """Return what tells one record from another: each action leaves an event, each job ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT md5(string_agg(id::text, ',' ORDER BY id)) FROM reports_event),
                   (SELECT count(*) FROM reports_job WHERE done_at IS NOT NULL),
                   (SELECT count(*) FROM verification_leaf)
            """
        )
        return (*cursor.fetchone(), len(_signers))


def _all_rows() -> Rows:
    with connection.cursor() as cursor:
        found = {}
        for table in _tables():
            cursor.execute(f"SELECT {table.row} FROM {table.name}")  # noqa: S608 - from the catalogue
            found[table.name] = [row for (row,) in cursor.fetchall()]
        return found


def _difference(before: Rows, after: Rows) -> str:
    """Return the SQL that makes one record the other, past all triggers and foreign keys."""
    steps = ["SET LOCAL session_replication_role = replica"]
    for table in _tables():
        gone, new = Counter(before[table.name]), list(after[table.name])
        if gone == Counter(new):
            continue
        if gone - Counter(new):
            steps.append(f"DELETE FROM {table.name}")  # noqa: S608 - a name from the catalogue
        else:
            new = list((Counter(new) - gone).elements())
        rows = ", ".join(f"({row})" for row in new)
        if new:
            steps.append(f"INSERT INTO {table.name} ({table.columns}) VALUES {rows}")  # noqa: S608
    steps.append("SET LOCAL session_replication_role = origin")
    return "; ".join(steps)


@cache
def _tables() -> list[_Table]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT format('%I', c.relname),
                   string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum),
                   string_agg(format('quote_nullable(%I::text)', a.attname), $$ || ',' || $$
                       ORDER BY a.attnum)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
              AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            GROUP BY c.relname ORDER BY c.relname
            """
        )
        return [_Table(*row) for row in cursor.fetchall()]


def _files() -> dict[str, str] | None:
    if not _signers:
        return None
    return {file.name: file.read_text() for file in _signers[-1].folder.iterdir()}


def _put_back(files: dict[str, str]) -> None:
    state = _signers[-1]
    for name, text in files.items():
        (state.folder / name).write_text(text)
    state.__init__(state.folder, state.origin)
