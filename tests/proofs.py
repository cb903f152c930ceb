"""What many tests have to show: one event and no more, a refusal without a trace, a race."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection

from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.problems import Problem

_TABLES = [
    model._meta.db_table
    for app in ("reports", "verification")
    for model in apps.get_app_config(app).get_models()
    if model._meta.model_name != "quotause"  # what was refused is counted too
]
_COUNT_ALL = " UNION ALL ".join(
    f"SELECT '{table}', count(*) FROM {table}"  # noqa: S608 - our own tables' names
    for table in _TABLES
)


def row_counts() -> dict[str, int]:
    """Return how many rows each of our tables has."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_ALL)
        return dict(cursor.fetchall())


@contextmanager
def one_event(kind: Kind) -> Iterator[list[Event]]:
    """Check that exactly one event is left inside the block, and of which kind; hand it out."""
    before = set(Event.objects.values_list("pk", flat=True))
    left: list[Event] = []
    yield left
    left.extend(Event.objects.exclude(pk__in=before))
    assert [event.kind for event in left] == [str(kind)]


@contextmanager
def no_trace() -> Iterator[None]:
    """Check that no table gained or lost a row inside the block."""
    before = row_counts()
    yield
    assert row_counts() == before


@contextmanager
def refused(problem: type[Problem], *fields: str, saying: str = "") -> Iterator[None]:
    """Check that the block is refused by this problem, names these fields and leaves no trace."""
    with no_trace(), pytest.raises(problem) as caught:
        yield
    assert type(caught.value) is problem
    assert set(caught.value.errors) == set(fields)
    words = " ".join([caught.value.detail, *(m for ms in caught.value.errors.values() for m in ms)])
    assert saying in words


@contextmanager
def as_if(row: Any, **changes: Any) -> Iterator[None]:
    """Let a row hold what no action would write, for the block alone: no COMMIT would take it."""
    rows = type(row).objects.filter(pk=row.pk)
    before = rows.values(*changes).get()
    rows.update(**changes)
    yield
    rows.update(**before)


def at_once(calls: Sequence[Callable[[], Any]]) -> tuple[list[Any], list[Exception]]:
    """Run calls in as many threads at one moment; return what they gave and what they raised."""
    gate = threading.Barrier(len(calls))
    gave: list[Any] = []
    raised: list[Exception] = []

    def run(call: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=20)
            gave.append(call())
        except (Problem, DatabaseError) as problem:  # anything else fails the test
            raised.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(gave) + len(raised) == len(calls)
    return gave, raised


def until(condition: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    """Wait until a condition holds and return what it gave; fail with `what` if it never does."""
    stop_at = time.monotonic() + seconds
    pause = threading.Event()
    while time.monotonic() < stop_at:
        found = condition()
        if found:
            return found
        pause.wait(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")
