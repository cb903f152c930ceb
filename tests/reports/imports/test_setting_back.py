"""An import that cannot go on holds nobody up: it is tried again, and ended with a reason."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from reports.imports.actions import batches
from reports.imports.models import Import
from reports.imports.running import run_going
from tests.factories import NOW, World
from tests.imported import a_mapping, an_import, as_csv, ged_row, own_row

SECRET = "the words of a row"


def run(turns: int) -> None:
    for _ in range(turns):
        run_going(clock=lambda: NOW)


def broken(job: Import, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have every batch of one import fail in a way nobody thought of."""
    real = batches._mark

    def mark(of: Import, *given: Any) -> None:
        if of.pk == job.pk:
            raise TypeError(SECRET)
        real(of, *given)

    monkeypatch.setattr(batches, "_mark", mark)
    return real


def test_the_others_go_on_and_it_ends_after_three_times(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = an_import(world, as_csv([ged_row(1)]), at=NOW - timedelta(hours=1))
    second = an_import(world, as_csv([ged_row(2)]))
    broken(first, monkeypatch)
    for turns, state, failures in ((1, "queued", 1), (1, "queued", 2), (1, "failed", 3)):
        run(turns)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, first.failures) == (state, failures)
        assert (second.state, second.n_filed) == ("succeeded", 1)
    assert first.state_reason == "failed-here"
    assert "TypeError" in caplog.text and SECRET not in caplog.text


def test_a_batch_that_comes_in_begins_the_count_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = an_import(world, as_csv([ged_row(1)]))
    real = broken(job, monkeypatch)
    run(2)
    monkeypatch.setattr(batches, "_mark", real)
    run(1)
    job.refresh_from_db()
    assert (job.state, job.failures, job.n_filed) == ("succeeded", 0, 1)


def test_rows_that_cannot_be_kept_are_refused_one_by_one(world: World) -> None:
    place = {"type": "Feature", "geometry": {"type": "Point", "coordinates": 5}, "properties": {}}
    rows = [own_row(1), own_row(2, ref="R\x00"), own_row(3, ref="R\ud800"), place, own_row(4)]
    content = "\n".join(json.dumps(row) for row in rows).encode()
    job = an_import(world, content, mapping=a_mapping(world, "own"), format="ndjson")
    run(1)
    job.refresh_from_db()
    assert (job.state, job.n_filed, job.n_refused) == ("partial", 2, 3)
    assert list(job.problems.order_by("row").values_list("row", "code")) == [
        (2, "no_id"),
        (3, "no_id"),
        (4, "unreadable"),
    ]
