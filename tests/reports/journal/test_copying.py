"""Rows that come in by COPY: every column is said, and what is wrong is refused by the database."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from reports.identity import new_key
from reports.journal.actions import record_events
from reports.journal.copying import columns_of, copy_rows
from reports.journal.kinds import Kind
from reports.journal.models import Event, Unlogged
from reports.people.models import Source
from tests.factories import NOW, World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("columns", [(), ("event_id", "event"), ("event_id", "other")])
def test_columns_are_those_of_the_table(columns: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="Unlogged"):
        copy_rows(Unlogged, columns, [])


def test_what_the_database_fills_is_left_to_it() -> None:
    assert "recorded_at" not in columns_of(Event)


def test_constraints_bite(world: World) -> None:
    columns = columns_of(Source)
    twice = [getattr(world.mod_armenia, name) for name in columns]
    twice[columns.index("id")] = new_key()
    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        copy_rows(Source, columns, [twice])
    assert Source.objects.filter(key=world.mod_armenia.key).count() == 1


def test_many_events_are_like_one(world: World) -> None:
    with transaction.atomic():
        keys = [world.mod_armenia.pk, world.mod_azerbaijan.pk]
        kind = Kind.REPORT_IMPORTED
        assert record_events(kind=kind, of=Source, keys=keys, by=world.partner, at=NOW) == 2
    rows = Event.objects.filter(kind=kind)
    assert {row.subject_id for row in rows} == set(keys)
    for row in rows:
        said = (row.subject_kind, row.actor, row.payload, row.file_id, row.unlogged.event)
        assert said == ("source", world.partner, {}, None, row)
