"""Killed with signal 9 in the middle of a batch, or run by two at once: no row lost or doubled."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

from reports.imports.actions import batches
from reports.imports.actions.batches import import_batch
from reports.imports.models import Import, ImportedRow
from reports.imports.running import advance
from reports.intake.models import Report
from reports.journal.models import Event, Unlogged
from tests.factories import NOW, World
from tests.imported import an_import, as_csv, brought, ged_row

ROWS = 60


def whole(job: Import) -> None:
    """Check that each row of the file is there exactly once, with its event."""
    job.refresh_from_db()
    assert (job.state, job.n_read, job.n_filed) == ("succeeded", ROWS, ROWS)
    ids = ImportedRow.objects.values_list("external_id", flat=True)
    assert sorted(ids) == sorted(ged_row(n)["id"] for n in range(ROWS))
    told = Event.objects.filter(kind="report.imported").values_list("subject_id", flat=True)
    assert sorted(told) == sorted(Report.objects.values_list("pk", flat=True))
    assert Unlogged.objects.filter(event__kind="report.imported").count() == ROWS


def dies_in_batch(job: Import, number: int) -> None:
    """Take batches in and die by signal 9 in one of them, when all but the mark is written."""
    real = batches._mark
    left = [number]

    def mark(*given: Any) -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        real(*given)

    batches._mark = mark
    while import_batch(import_id=job.pk, at=NOW, size=10):
        pass


def test_killed_again_and_again_it_ends_whole(live_world: World) -> None:
    job = an_import(live_world, as_csv([ged_row(n) for n in range(ROWS)]))
    for number in (1, 3, 2):
        connections.close_all()
        child = os.fork()
        if not child:
            try:
                dies_in_batch(job, number)
            finally:
                os._exit(0)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    job.refresh_from_db()
    assert (job.state, job.n_filed) == ("running", 30)
    assert Report.objects.count() == 30
    brought(job)
    whole(job)


def test_two_workers_at_once_are_harmless(live_world: World) -> None:
    job = an_import(live_world, as_csv([ged_row(n) for n in range(ROWS)]))

    def work(_worker: int) -> None:
        try:
            while Import.objects.filter(pk=job.pk, ended_at=None).exists():
                import_batch(import_id=job.pk, at=NOW, size=7)
                job_now = Import.objects.get(pk=job.pk)
                if job_now.position >= job_now.size:
                    advance(job.pk, at=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    whole(job)
