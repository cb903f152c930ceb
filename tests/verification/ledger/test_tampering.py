"""Every column a leaf commits to, edited alone behind everybody's back: each edit is named."""

# ruff: noqa: S608 - the names in these statements are our own tables and columns

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, models, transaction

from reports.journal.models import Event
from tests.factories import LATER, World
from tests.public_record import build_public_record
from tests.verification.ledger.test_sequencer import as_owner
from verification.ledger.actions.sequencer import append_leaves, sign_log
from verification.ledger.audit import Tally, row_faults, tree_faults
from verification.ledger.models import Leaf
from verification.ledger.rows import columns_of, rows_of

# How a value of each type becomes another of the same type.
OTHER = {
    "uuid": "'00000000-0000-7000-8000-000000000001'::uuid",
    "boolean": "NOT coalesce({c}, false)",
    "timestamp with time zone": "coalesce({c}, now()) + interval '1 microsecond'",
    "date": "coalesce({c}, current_date) + 1",
    "jsonb": "jsonb_build_object('was', {c})",
    "bytea": r"set_byte({c} || '\x00', 0, get_byte({c} || '\x00', 0) # 1)",  # one bit
    "text": "CASE WHEN coalesce({c}, '') = '' THEN 'x' WHEN left({c}, 1) = 'x'"
    " THEN overlay({c} placing 'y' from 1) ELSE overlay({c} placing 'x' from 1) END",
}
TEXTS = ("text", "character varying")
TYPES = """SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
           WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"""
CHECKS = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'"


@pytest.fixture
def vouched(world: World, signer: Any) -> list[models.Model]:
    """One row of every table that a leaf of a whole public record vouches for, and an event."""
    build_public_record(world)
    append_leaves(at=LATER)
    sign_log(at=LATER)
    found: dict[str, models.Model] = {}
    for rows in rows_of(Event.objects.all()).values():
        for row in rows:
            found.setdefault(row._meta.db_table, row)
    filed = Event.objects.filter(kind="report.filed").first()
    assert filed is not None
    return [filed, *found.values()]


@contextmanager
def undone() -> Iterator[None]:
    """Put back whatever the block did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def changed(table: str, column: str) -> str:
    """Return what makes another value of this column."""
    with connection.cursor() as cursor:
        cursor.execute(TYPES, [table])
        kind = dict(cursor.fetchall())[column]
    if kind in TEXTS:
        kind = "text"
    if kind.endswith("[]"):
        one = OTHER.get(kind[:-2], "'x'").format(c="NULL")
        return f"array_append({column}, ({one}))"
    return OTHER.get(kind, "coalesce({c}, 0) + 1").format(c=column)


def without_checks(table: str) -> None:
    """Take away what else would refuse the edit: whoever owns the database can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(CHECKS, [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def named(row: models.Model) -> bool:
    """Answer whether a leaf's fault says which row it is.

    If it cannot be found as that leaf's any more: of which table rows are missing.
    """
    words = (str(row.pk), f"removed ({row._meta.db_table} ", "nothing is left")
    said = [fault for fault in row_faults(Tally()) if fault.startswith("leaf ")]
    return any(word in fault for fault in said for word in words)


def test_an_edit_of_any_column_is_named(vouched: list[models.Model]) -> None:
    assert len(vouched) >= 7  # events, reports, ballots, decisions, findings, scores, standings
    missed, edits = [], 0
    assert list(row_faults(Tally())) == []
    for row in vouched:
        table, key = row._meta.db_table, row._meta.pk
        assert key is not None
        with undone():
            without_checks(table)
            for column in columns_of(type(row)):
                with undone():
                    value = changed(table, column)
                    as_owner(
                        f"UPDATE {table} SET {column} = {value} WHERE {key.column} = '{row.pk}'"
                    )
                    edits += 1
                    if not named(row):
                        missed.append(f"{table}.{column}")
    assert missed == []
    assert edits >= 100


def test_the_removal_of_any_row_is_named(vouched: list[models.Model]) -> None:
    for row in vouched:
        with undone():
            as_owner(f"DELETE FROM {row._meta.db_table} WHERE id = '{row.pk}'")
            assert named(row), row


# table, column: an edit of the log's own rows
OWN = {
    "leaf.id": "id = id + 100000",
    "leaf.event_id": "event_id = NULL",
    "leaf.body": "body = set_byte(body, 9, get_byte(body, 9) # 1)",
    "leaf.hash": "hash = set_byte(hash, 31, get_byte(hash, 31) # 128)",
    "opening.sealed": "sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 4)",
    "leafkey.secret": "secret = set_byte(secret, 0, get_byte(secret, 0) # 1)",
    "leafkey.subject_id": "subject_id = gen_random_uuid()",
    "signedtree.size": "size = size - 1",
    "signedtree.root": "root = set_byte(root, 5, get_byte(root, 5) # 1)",
    "signedtree.peaks": "peaks = set_byte(peaks, 5, get_byte(peaks, 5) # 1)",
    "signedtree.note": "note = overlay(note placing '9' from length(note) - 20)",
    "logstate.size": "size = size + 1",
    "logstate.peaks": "peaks = set_byte(peaks, 5, get_byte(peaks, 5) # 1)",
    "logstate.origin": "origin = 'localhost/log/2'",
    "logstate.verifier": "verifier = 'localhost/log/2+00000000+AAAA'",
}


def own_faults() -> str:
    return "\n".join([*tree_faults(origin=settings.LOG_ORIGIN), *row_faults(Tally())])


def test_a_bit_flipped_in_the_log_s_own_tables_is_named(vouched: list[models.Model]) -> None:
    assert own_faults() == ""
    leaf = Leaf.objects.get(event=vouched[0].pk).pk
    at_leaf = {
        "leaf": f"id = {leaf}",
        "opening": f"leaf_id = {leaf}",
        "leafkey": f"id = (SELECT key_id FROM verification_opening WHERE leaf_id = {leaf})",
    }
    for column, edit in OWN.items():
        table = column.partition(".")[0]
        where = at_leaf.get(table, "true")
        with undone():
            as_owner(f"UPDATE verification_{table} SET {edit} WHERE {where}")
            words = {"signedtree": "the checkpoint of", "logstate": "the "}
            assert words.get(table, f"leaf {leaf}") in own_faults(), column
