"""Imports on their way: whose turn it is, and what follows when one cannot go on."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError

from reports.imports.actions.batches import end_import, import_batch
from reports.imports.models import Import
from reports.imports.states import GOING
from reports.problems import NotAllowed

BUDGET_S = 5.0  # seconds of one turn: the same worker has the house's own work to do
Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


def run_going(*, clock: Clock, budget_s: float = BUDGET_S) -> int:
    """Take in batches of the imports that are going, in turn; return how many were taken in."""
    stop_at, done = time.monotonic() + budget_s, 0
    while time.monotonic() < stop_at:
        going = Import.objects.filter(state__in=GOING).order_by("touched_at", "id")
        moved = [advance(key, at=clock()) for key in going.values_list("pk", flat=True)]
        done += sum(one is not None for one in moved)
        if not any(moved):
            break
    return done


def advance(import_id: uuid.UUID, *, at: datetime) -> Import | None:
    """Take in one batch of an import, or end it; None where there was nothing to do here."""
    try:
        job = import_batch(import_id=import_id, at=at)
    except NotAllowed:
        return end_import(import_id=import_id, at=at, reason="role-ended")
    except FileNotFoundError:
        return end_import(import_id=import_id, at=at, reason="file-lost")
    except IntegrityError:  # somebody wrote the same origin at this instant: the next turn sees it
        log.warning("a batch of import %s is tried again", import_id)
        return None
    if job is not None and job.position >= job.size:
        return end_import(import_id=import_id, at=at) or job
    return job
