"""The two writes everything else is made of: record_event and move_state."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Protocol

from django.db import models, transaction
from django.db.models import F

from reports.identity import new_key
from reports.journal.copying import copy_rows
from reports.journal.doorbell import ring_after_commit
from reports.journal.handlers import handlers_of
from reports.journal.kinds import Kind
from reports.journal.models import Event, Job, Lane, Unlogged
from reports.problems import MoveRefused, StaleState


class Actor(Protocol):
    """Whoever acts: a user, or None for the clock."""

    pk: Any


Moves = Mapping[str, frozenset[str]]

_collected: ContextVar[set[uuid.UUID] | None] = ContextVar("collected", default=None)


@contextmanager
def recorded_events() -> Iterator[set[uuid.UUID]]:
    """Collect the ids of the events recorded in this block, also by handlers run in it."""
    found: set[uuid.UUID] = set()
    token = _collected.set(found)
    try:
        yield found
    finally:
        _collected.reset(token)


def record_event(
    *,
    kind: Kind,
    subject: models.Model,
    by: Any,
    at: datetime,
    acting_as: str = "",
    file_id: uuid.UUID | None = None,
    payload: Mapping[str, Any] | None = None,
    lane: Lane = Lane.HOUSE,
) -> Event:
    """Record one event and its pending jobs in the caller's transaction.

    Needs: an open transaction (the change it records).
    Leaves: one Event, the mark that the log has yet to take it in, one Job per handler of the
    kind; a ring of the doorbell after commit.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("record_event runs in the transaction of the change it records")
    event = Event.objects.create(
        kind=kind,
        subject_kind=subject._meta.model_name or "",
        subject_id=subject.pk,
        file_id=file_id,
        actor=by,
        acting_as=acting_as,
        at=at,
        payload=dict(payload or {}),
    )
    Unlogged.objects.create(event=event)
    collected = _collected.get()
    if collected is not None:
        collected.add(event.pk)
    wanted = handlers_of(kind)
    if wanted:
        Job.objects.bulk_create([Job(event=event, handler=name, lane=lane) for name in wanted])
        ring_after_commit()
    return event


def record_events(
    *,
    kind: Kind,
    of: type[models.Model],
    keys: Sequence[uuid.UUID],
    by: Any,
    at: datetime,
    acting_as: str = "",
) -> int:
    """Record one event of the same kind for each of many rows, as record_event would.

    Needs: an open transaction (the change it records); a kind that nothing follows from.
    Leaves: the Events, and for each the mark that the log has yet to take it in.
    """
    if not transaction.get_connection().in_atomic_block or handlers_of(kind):
        raise RuntimeError("record_events runs in a transaction, for kinds nothing follows from")
    said: tuple[Any, ...] = (str(kind), of._meta.model_name, None, by, acting_as, at, {})
    columns = ("kind", "subject_kind", "file_id", "actor", "acting_as", "at", "payload")
    events = [new_key() for _key in keys]
    copy_rows(
        Event,
        ("id", "subject_id", *columns),
        ((event, key, *said) for event, key in zip(events, keys, strict=True)),
    )
    copy_rows(Unlogged, ("event_id",), ((event,) for event in events))
    return len(events)


def move_state(
    subject: Any,
    *,
    to: str,
    moves: Moves,
    kind: Kind,
    by: Any,
    at: datetime,
    acting_as: str = "",
    file_id: uuid.UUID | None = None,
    changes: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
) -> Event:
    """Move `subject` to another state by compare-and-swap on (state, version), with its event.

    Needs: a move the table allows; the row unchanged since `subject` was read.
    Leaves: the row in its new state, version + 1, one event.
    Errors: MoveRefused if the table has no such move; StaleState if another writer was first.
    """
    before = subject.state
    with transaction.atomic():
        swap_state(subject, to=to, moves=moves, changes=changes)
        return record_event(
            kind=kind,
            subject=subject,
            by=by,
            at=at,
            acting_as=acting_as,
            file_id=file_id,
            payload={"from": before, "to": to, **(payload or {})},
        )


def swap_state(
    subject: Any, *, to: str, moves: Moves, changes: Mapping[str, Any] | None = None
) -> None:
    """Move a record's state as a part of an action whose one event is left on another record.

    Leaves: the row in its new state, version + 1.
    Errors: MoveRefused if the table has no such move; StaleState if another writer was first.
    """
    before = subject.state
    if to not in moves.get(before, frozenset()):
        raise MoveRefused(f"From “{before}” this record cannot go to “{to}”.")
    hit = (
        type(subject)
        .objects.filter(pk=subject.pk, state=before, version=subject.version)
        .update(state=to, version=F("version") + 1, **(changes or {}))
    )
    if hit != 1:
        raise StaleState("Read the record again: somebody changed it a moment ago.")
    subject.state = to
    subject.version += 1
    for name, value in (changes or {}).items():
        setattr(subject, name, value)
