"""How fast a large file of records becomes reports, beside bare COPY; killed half way and resumed.

Rows in the shape of UCDP GED are made up and written to a file. In one run and on one database:
bare COPY of the file into a table of 49 text columns without any constraint; the import, in a
process that is killed with signal 9 once half of the rows are in and then goes on in another; and
the same file a second time, which must bring nothing. At the end the database is asked: every row
once, each with its event, none lost and none doubled; anything else is an error.

    python3 benchmarks/imports.py
    python3 benchmarks/imports.py --rows 500000
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import signal
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.review_desk import own_database  # noqa: E402 - the path comes first

PIECE = 1024 * 1024  # bytes
LOOK_S = 0.2  # seconds between two looks at how far the import is; each costs the import a little


def write_rows(path: Path, rows: int) -> None:
    """Write a file of so many made-up events."""
    from tests.imported import ged_row

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(ged_row(0)))
        writer.writeheader()
        writer.writerows(ged_row(number) for number in range(rows))


def bare_copy(path: Path) -> float:
    """Copy the file into a table of texts; return the seconds it took."""
    from django.db import connection

    from reports.imports.layouts import GED_COLUMNS

    columns = ", ".join(f'"{name}" text' for name in GED_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare ({columns})")
        began = time.perf_counter()
        with (
            path.open("rb") as file,
            cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as copy,
        ):
            while piece := file.read(PIECE):
                copy.write(piece)
        took = time.perf_counter() - began
        cursor.execute("DROP TABLE bare")
    return took


def handed_in(world: Any, path: Path) -> Any:
    """Hand the file in; return the import."""
    from reports.imports.actions.requests import Handed, request_import
    from reports.imports.files import pieces_of
    from tests.factories import NOW
    from tests.imported import a_mapping

    with path.open("rb") as file:
        handed = Handed(uuid.uuid4(), a_mapping(world), "csv", pieces_of(file))
        return request_import(handed=handed, by=world.partner, at=NOW)[0]


def run_to_its_end(job: Any) -> None:
    """Take batches in until the import is over."""
    from reports.imports.running import advance
    from tests.factories import NOW

    while advance(job.pk, at=NOW) is not None:
        pass


def killed_half_way(job: Any, rows: int) -> tuple[int, float]:
    """Let another process begin, kill it half way; return the rows that are in, and seconds."""
    from django.db import connections

    connections.close_all()
    began = time.perf_counter()
    child = os.fork()
    if not child:
        try:
            run_to_its_end(job)
        finally:
            os._exit(0)
    while job.n_read < rows // 2 and job.ended_at is None:
        time.sleep(LOOK_S)
        job.refresh_from_db()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    took = time.perf_counter() - began
    connections.close_all()
    job.refresh_from_db()
    return job.n_read, took


def check_whole(job: Any, rows: int) -> None:
    """Ask the database whether each row is there exactly once, with its event."""
    from django.db import connection

    job.refresh_from_db()
    assert (job.state, job.n_read, job.n_filed) == ("succeeded", rows, rows), job.state
    asked = {
        "imported rows": "SELECT count(*) FROM reports_importedrow",
        "their ids": "SELECT count(DISTINCT external_id) FROM reports_importedrow",
        "reports": "SELECT count(*) FROM reports_report WHERE channel = 'file'",
        "events": "SELECT count(DISTINCT subject_id) FROM reports_event"
        " WHERE kind = 'report.imported'",
        "marks for the log": "SELECT count(*) FROM reports_unlogged u"
        " JOIN reports_event e ON e.id = u.event_id AND e.kind = 'report.imported'",
    }
    with connection.cursor() as cursor:
        for what, sql in asked.items():
            cursor.execute(sql)
            (found,) = cursor.fetchone()
            assert found == rows, f"{what}: {found}, not {rows}"


def line(what: str, rows: int, seconds: float, bare: float) -> None:
    """Print a line of the table."""
    print(f"{what:<44} {seconds:>8.1f} s {rows / seconds:>10,.0f} rows/s {seconds / bare:>7.1f} x")


def main() -> int:
    """Print the table; an assertion fails where a row is lost or doubled."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    with own_database(), tempfile.TemporaryDirectory() as folder:
        from tests import factories as f

        world = f.build_world()
        path = Path(folder, "ged.csv")
        write_rows(path, rows)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        bare = bare_copy(path)
        line("bare COPY into texts, nothing checked", rows, bare, bare)
        job = handed_in(world, path)
        first, began_s = killed_half_way(job, rows)
        began = time.perf_counter()
        run_to_its_end(job)
        rest_s = time.perf_counter() - began
        check_whole(job, rows)
        line(f"import until killed at row {first:,}", first, began_s, bare * first / rows)
        line("import resumed, to its end", rows - first, rest_s, bare * (rows - first) / rows)
        line("both", rows, began_s + rest_s, bare)
        again = handed_in(world, path)
        began = time.perf_counter()
        run_to_its_end(again)
        line("the same file again: nothing new", rows, time.perf_counter() - began, bare)
        again.refresh_from_db()
        assert (again.n_unchanged, again.n_filed) == (rows, 0)
        check_whole(job, rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"every row once; peak of this process {peak:.0f} MB")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 0


if __name__ == "__main__":
    sys.exit(main())
