"""Imports on their way: whose turn it is, and what follows when one cannot go on."""

from __future__ import annotations

import logging
import time
import traceback
import uuid
from collections.abc import Callable
from datetime import datetime

from reports.imports.actions.batches import end_import, import_batch
from reports.imports.actions.requests import set_back_import
from reports.imports.models import Import
from reports.imports.rules import FAILURES_MOST
from reports.imports.states import GOING
from reports.journal.drain import FAILURES
from reports.problems import NotAllowed

BUDGET_S = 5.0  # seconds of one turn: the same worker has the house's own work to do
Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


def run_going(*, clock: Clock, budget_s: float = BUDGET_S) -> int:
    """Take in batches of the imports that are going, in turn; return how many were taken in."""
    stop_at, done = time.monotonic() + budget_s, 0
    stuck: set[uuid.UUID] = set()  # what did not move is left alone for the rest of the turn
    while time.monotonic() < stop_at:
        going = Import.objects.filter(state__in=GOING).exclude(pk__in=stuck)
        moved = {
            key: advance(key, at=clock())
            for key in going.order_by("touched_at", "id").values_list("pk", flat=True)
        }
        stuck |= {key for key, job in moved.items() if job is None}
        done += sum(job is not None for job in moved.values())
        if not any(moved.values()):
            break
    return done


def advance(import_id: uuid.UUID, *, at: datetime) -> Import | None:
    """Take in one batch of an import, or end it; None where there was nothing to do here.

    Whatever goes wrong in it is this import's own: it is tried again, a few times, and ended.
    """
    try:
        job = import_batch(import_id=import_id, at=at)
    except NotAllowed:
        return end_import(import_id=import_id, at=at, reason="role-ended")
    except FileNotFoundError:
        return end_import(import_id=import_id, at=at, reason="file-lost")
    except FAILURES as error:  # also an origin that somebody wrote at this instant: seen next time
        return _set_back(import_id, error, at)
    if job is not None and job.position >= job.size:
        return end_import(import_id=import_id, at=at) or job
    return job


def _set_back(import_id: uuid.UUID, error: BaseException, at: datetime) -> Import | None:
    # Where it failed and how, never the error's own words: they may quote the row.
    frames = traceback.extract_tb(error.__traceback__)
    where = " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames)
    log.error("a batch of import %s failed: %s in %s", import_id, type(error).__name__, where)
    if set_back_import(import_id=import_id, at=at) < FAILURES_MOST:
        return None
    return end_import(import_id=import_id, at=at, reason="failed-here")
