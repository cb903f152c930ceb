"""How fast the public pages are with a decade of incidents (benchmarks/decade.py).

Dashboard, a tile of the map, timeline, standing and lists are asked for through the whole stack of
middleware. Cold: the engines were just started and the database's files dropped from the page
cache, first request of each page. Warm: the same again and again, each time made anew. Kept: the
same from the copy of docs/decisions/0028. Beside them, in the same run and on the same database: a
bare `SELECT count(*)` over the same rows, by the same driver.

    python3 benchmarks/public_pages.py --incidents 100000
    python3 benchmarks/public_pages.py --incidents 1000000 --keep FOLDER    keeps the database
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "benchmarks"))

WARM_MS, COLD_MS, MOST_BYTES = 150, 1000, 250_000
ADDRESSES = {
    "dashboard, first view": "/",
    "map tile, whole": "/map/5/20/12.json",
    "map tile, near": "/map/8/161/96.json",
    "timeline, one year": "/?from=2023-01-01&until=2023-12-31",
    "standings": "/standings/",
    "list, first page": "/incidents/",
    "list, one party": "/incidents/?accused=ARM",
    "list, deep": "/incidents/?cursor=after.2022-01-01T00:00:00Z_NK20-D0000001",
    "findings": "/findings/",
    "dashboard, one party": "/?accused=ARM",
    "dashboard, one act and year": "/?act=shelling&from=2024-01-01&until=2024-12-31",
    "incidents by machine": "/api/v1/incidents",
}
GATED = (
    "dashboard, first view",
    "map tile, whole",
    "map tile, near",
    "timeline, one year",
    "standings",
)
TABLES = ("publicrow", "daycount", "areacount", "incident", "link", "decision", "finding")


@contextlib.contextmanager
def site(data: Path) -> Iterator[None]:
    """Run engines on a folder, and set Django up on its database."""
    from config.folder import lock_folder
    from config.supervisor import Supervisor
    from run import engines

    lock = lock_folder(data)
    env = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    try:
        with engines(data, env, Supervisor(data, lock), throw_away=True):
            os.environ.update(env | {"DJANGO_SETTINGS_MODULE": "config.settings_test"})
            import django

            django.setup()
            yield
            from django.db import connections

            connections.close_all()
    finally:
        os.close(lock)


def forget(data: Path) -> None:
    """Drop the database's files from the page cache."""
    os.sync()
    for file in data.rglob("*"):
        if file.is_file():
            handle = os.open(file, os.O_RDONLY)
            with contextlib.suppress(OSError):
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


def timed(act: Callable[[], Any], rounds: int) -> tuple[float, float, float]:
    """Return an act's median and 95th percentile, and its median on this process's clock, ms.

    The last is what is left of the first when nothing else runs on the machine, less the waiting
    for the database.
    """
    took, own = [], []
    for _round in range(rounds):
        began, spent = time.perf_counter(), time.process_time()
        act()
        took.append((time.perf_counter() - began) * 1000)
        own.append((time.process_time() - spent) * 1000)
    late = sorted(took)[max(0, round(0.95 * len(took)) - 1)]
    return statistics.median(took), late, statistics.median(own)


def sizes() -> list[tuple[str, int, int]]:
    """Return (table, rows, bytes with indexes) of what the pages read and what it stands for."""
    from django.db import connection

    found = []
    with connection.cursor() as cursor:
        for name in [f"verification_{table}" for table in TABLES] + ["reports_report"]:
            cursor.execute(
                "SELECT reltuples::bigint, pg_total_relation_size(oid) FROM pg_class"
                " WHERE relname = %s",
                [name],
            )
            found.append((name, *cursor.fetchone()))
    return found


def plans(agreement: Any) -> list[str]:
    """Return the plans of the queries behind the first view."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from verification.publication.filters import IncidentFilter
    from verification.publication.reading import Reading, bounded

    with CaptureQueriesContext(connection) as asked, bounded():
        reading = Reading(agreement)
        reading.sums  # noqa: B018 - computed when looked at
        reading.grouped(IncidentFilter(), "first_day", "shape", "state")
        reading.page(IncidentFilter(), None, 25)
    found = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            sql = query["sql"]
            if "publicrow" in sql or "daycount" in sql or "areacount" in sql:
                cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {sql}")
                lines = [row[0] for row in cursor.fetchall()]
                found.append("\n".join([sql[:110], *lines[:3], *lines[-2:]]))
    return found


def measure(data: Path, rounds: int) -> bool:
    """Print the table; return whether every gated page is within its budget."""
    forget(data)
    with site(data):
        from django.db import connection
        from django.test import Client

        from reports.agreement.models import Agreement

        client = Client(SERVER_NAME="localhost")
        agreement = Agreement.objects.get()
        client.get("/healthz")  # the program itself is loaded; the rows are not
        heads = ("cold ms", "p50 ms", "p95 ms", "own ms", "kept p95", "gzip kB")
        print(f"{'page':30}" + "".join(f"{head:>9}" for head in heads))
        good = True
        for words, address in ADDRESSES.items():
            good &= page_line(client, words, address, rounds)
        with connection.cursor() as cursor:
            bare = timed(lambda: cursor.execute("SELECT count(*) FROM verification_publicrow"), 5)
        print(f"{'bare count(*) of the rows':30}{'':9}{bare[0]:9.1f}{bare[1]:9.1f}{bare[2]:9.1f}")
        print(f"{'table':32}{'rows':>12}{'MB':>9}")
        for table, rows, size in sizes():
            print(f"{table:32}{rows:12d}{size / 1e6:9.1f}")
        print("\n\n".join(plans(agreement)))
        return good


def page_line(client: Any, words: str, address: str, rounds: int) -> bool:
    """Measure and print one page; return whether it is within its budget."""
    began = time.perf_counter()
    answer = client.get(address)
    cold = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        print(f"{words:30} {answer.status_code}")
        return words not in GATED
    p50, p95, own = timed(lambda: client.get(address), rounds)
    kept = kept_p95(client, address, rounds)
    weight = len(gzip.compress(answer.content, 6))
    over = words in GATED and (kept > WARM_MS or cold > COLD_MS or weight > MOST_BYTES)
    print(
        f"{words:30}{cold:9.0f}{p50:9.1f}{p95:9.1f}{own:9.1f}{kept:9.1f}{weight / 1000:9.1f}"
        f"{'  OVER' if over else ''}"
    )
    return not over


def kept_p95(client: Any, address: str, rounds: int) -> float:
    """Return the 95th percentile of a page answered from its copy, in ms."""
    from django.conf import settings

    settings.PUBLIC_CACHE_SECONDS = 600
    try:
        client.get(address)
        return timed(lambda: client.get(address), rounds)[1]
    finally:
        settings.PUBLIC_CACHE_SECONDS = 0


def made_on(data: Path, incidents: int) -> None:
    """Make the decade in a folder where it is not there yet. Errors: SystemExit if it is wrong."""
    data.mkdir(parents=True, exist_ok=True)
    made = data / f"made-{incidents}"
    if made.exists():
        return
    began = time.perf_counter()
    with site(data):
        from decade import faults_of, make_decade
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        agreement = make_decade(incidents)
        print(f"made {incidents} incidents in {time.perf_counter() - began:.0f} s")
        faults = faults_of(agreement)
        print(f"rows that differ from the record: {faults or 'none'}")
        if faults:
            raise SystemExit(1)
    made.touch()


def main() -> int:
    """Make the decade where it is not there yet, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--make", action="store_true", help="make it, measure another time")
    parser.add_argument("--keep", type=Path, help="folder of the database, kept between runs")
    asked = parser.parse_args()
    data = asked.keep or Path(tempfile.mkdtemp(prefix="cvr-test-"))
    try:
        made_on(data, asked.incidents)
        if asked.make:
            return 0
        return 0 if measure(data, asked.rounds) else 1
    finally:
        if not asked.keep:
            shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
