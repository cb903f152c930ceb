"""One step of the seeding: an action and all that follows from it, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.core.management.base import CommandError
from django.db import connection, transaction

from reports.journal.actions import recorded_events
from reports.journal.drain import drain
from reports.journal.queries import unfinished

LOCK = 0x63767302  # any number that nobody else locks; not that of config/prepare.py


@dataclass(frozen=True, slots=True)
class Step:
    """One deed at its instant; `part` is what the progress counts it as."""

    at: datetime
    part: str
    deed: Callable[[], bool]


def play(deed: Callable[[], bool]) -> bool:
    """Do one deed and what follows from it, each at its own instant, in one transaction.

    `deed` returns False if it was done on an earlier run. Nothing is committed in between, so no
    worker can take a follow-up at its own clock; only what this step recorded is run.
    """
    with transaction.atomic(), recorded_events() as events:
        did = deed()
        drain(clock=lambda event: event.at, only=events)
        if left := unfinished(events):
            raise CommandError("The seeding stopped; this did not follow: " + "; ".join(left))
    return did


@contextmanager
def alone_and_fast() -> Iterator[None]:
    """Let no second seeding in, and do not wait for the disk at each of the many commits.

    A crash of the database may lose the last steps, never half of one; the next run adds them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            cursor.execute("RESET synchronous_commit")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
