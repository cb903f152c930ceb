"""The drain: runs the follow-ups of events, each exactly once, whatever dies in between.

Jobs of the house go before those of the open door. A job is claimed alone (SKIP LOCKED, the
database's clock), its attempt is committed before the work, and the work commits together with the
mark that it is done. A worker killed in mid-task leaves a lease that runs out; a job that kills its
worker again and again ends in quarantine.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Collection
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from reports.journal.handlers import run_handler
from reports.journal.models import Event, Job
from reports.problems import Problem

LEASE_S = 60  # seconds a worker may hold a job before another may take it
MAX_ATTEMPTS = 5  # then quarantine: visible on the health page, released by an operator
BACKOFF_S = 5  # seconds before the second attempt; doubles each time
BATCH = 200  # jobs one call of drain() may run before it hands the worker back
BUDGET_S = 20.0  # seconds after which it starts no further job: well below the task's time limit

log = logging.getLogger(__name__)
# What a handler may raise and be tried again; the worker's own end (a signal, no memory) is not.
FAILURES = (
    Problem,
    DatabaseError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
Clock = Callable[[Event], datetime]

_CLAIM = """
UPDATE reports_job SET attempts = attempts + 1,
       leased_until = clock_timestamp() + make_interval(secs => %(lease)s)
 WHERE id = (
   SELECT id FROM reports_job
    WHERE done_at IS NULL AND quarantined_at IS NULL AND not_before <= clock_timestamp()
      AND (leased_until IS NULL OR leased_until < clock_timestamp())
      AND (%(only)s::uuid[] IS NULL OR event_id = ANY(%(only)s::uuid[]))
    ORDER BY lane, not_before, id
    FOR UPDATE SKIP LOCKED LIMIT 1)
RETURNING id, attempts
"""
_GIVE_BACK = """
UPDATE reports_job SET last_error = %(error)s, leased_until = NULL,
       not_before = clock_timestamp() + make_interval(secs => %(wait)s),
       quarantined_at = CASE WHEN %(poison)s THEN clock_timestamp() END
 WHERE id = %(id)s AND done_at IS NULL AND attempts = %(attempt)s
"""


def drain(
    *, clock: Clock | None = None, limit: int = BATCH, only: Collection[uuid.UUID] | None = None
) -> int:
    """Run waiting jobs until none is left, or enough are run for one turn; return how many.

    `clock` says at what instant an event's follow-up acts; by default now. Replaying a story
    passes the event's own instant, and in `only` the ids of its events, which may grow while it
    runs: what others left waiting must not be run at the story's clock.
    """
    ran = 0
    stop_at = time.monotonic() + BUDGET_S
    while ran < limit and time.monotonic() < stop_at:
        claimed = _claim(only)
        if claimed is None:
            break
        _run(*claimed, clock=clock)
        ran += 1
    return ran


def _claim(only: Collection[uuid.UUID] | None) -> tuple[uuid.UUID, int] | None:
    wanted = None if only is None else list(only)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"lease": LEASE_S, "only": wanted})
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None


def _run(job_id: uuid.UUID, attempt: int, *, clock: Clock | None) -> None:
    if attempt > MAX_ATTEMPTS:  # it took its worker down every time: nobody could give it back
        _give_back(job_id, attempt, "the worker died while running it", poison=True)
        return
    try:
        with transaction.atomic():
            # The attempt number is the fencing token: a worker whose lease ran out finds nothing.
            job = (
                Job.objects.select_for_update(of=("self",))
                .select_related("event")
                .filter(pk=job_id, attempts=attempt, done_at=None)
                .first()
            )
            if job is None:
                return
            at = clock(job.event) if clock else timezone.now()
            run_handler(job.handler, event=job.event, at=at)
            job.done_at = timezone.now()
            job.save(update_fields=["done_at"])
    except FAILURES as error:
        log.exception("job %s failed at attempt %s", job_id, attempt)
        detail = f"{type(error).__name__}: {error}"
        _give_back(job_id, attempt, detail, poison=attempt >= MAX_ATTEMPTS)


def _give_back(job_id: uuid.UUID, attempt: int, error: str, *, poison: bool) -> None:
    wait = BACKOFF_S * 2 ** (attempt - 1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _GIVE_BACK,
            {
                "id": job_id,
                "attempt": attempt,
                "error": error[:2000],
                "wait": wait,
                "poison": poison,
            },
        )
