"""How fast the board suggests what belongs together, among 100,000 incidents.

Incidents of two years are spread over the agreement's area by plain SQL, each with one linked
report of some forty words; the tables are then swept and analysed, as the database does by
itself within the minute. Asked is what the triage board asks: suggested incidents for one report
(place, time, act, accused, likeness of the texts), suggested merges for a page of twenty
incidents, and the whole board through the stack of middleware.

In the same run, on the same database and for the same reports: the same suggestions with every
index forbidden (a full scan), which must be the same ones.

    python3 benchmarks/linking.py                      prints times, plans and agreement
    python3 benchmarks/linking.py --incidents 20000
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.review_desk import own_database, queries_of  # noqa: E402 - the path comes first

# ruff: noqa: S608
# The database is this benchmark's own, and so is every name put into its SQL.

SEED = 20201110
BOARD_MS = 300  # what the board may cost
ASKED, SCANNED = 200, 12  # look-ups timed with indexes, and without
WAITING = 30  # accepted reports that belong to no incident yet
TABLES = ("reports_report", "verification_incident", "verification_link")
# fmt: off
WORDS = [
    "shells", "rockets", "fire", "heard", "seen", "struck", "houses", "school", "road", "bridge",
    "night", "morning", "evening", "heavy", "several", "village", "town", "centre", "north",
    "south", "east", "west", "positions", "vehicles", "column", "drone", "artillery", "mortar",
    "rifle", "burst", "explosion", "crater", "windows", "roof", "wounded", "civilians", "family",
    "field", "orchard", "residents", "said", "observers", "counted", "between", "minutes",
    "hours", "after", "before", "near", "along", "line",
]
# fmt: on
BEGINS = (
    "timestamptz '2020-10-10' + (g %% 730) * interval '1 day' + (g * 37 %% 1380) * interval '1 min'"
)
INCIDENT = {
    "code": "'B-' || g",
    "window_from": BEGINS,
    "window_until": f"{BEGINS} + interval '1 hour'",
    "lat": "38.5 + random() * 2.5",
    "lon": "45.0 + random() * 3.0",
    "radius_m": "500 + random() * 5000",
    "state": "'open'",
}


def insert_copies(
    cursor: Any, table: str, pk: Any, numbers: str, changed: Mapping[str, str]
) -> None:
    """Insert a row again for every number g, with some columns changed."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = ''",
        [table],
    )
    names = [row[0] for row in cursor.fetchall()]
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values}"
        f" FROM {table} t, {numbers} WHERE t.id = %s",
        [pk],
    )


def some_words() -> str:
    """Return SQL for forty of the words, other ones for every g."""
    known = "ARRAY[" + ", ".join(f"'{word}'" for word in WORDS) + "]"
    return (
        f"(SELECT string_agg(({known})[1 + floor(random() * {len(WORDS)})::int], ' ')"
        " FROM generate_series(1, 40) WHERE g > 0)"
    )


def build(cursor: Any, incidents: int) -> Any:
    """Fill the database; return the world."""
    from tests import factories as f

    world = f.build_world()
    first = f.an_incident(world)
    link = first.links.get(unlinked_at=None)
    series = f"generate_series(1, {incidents}) g"
    cursor.execute("SELECT setseed(0.4)")
    cursor.execute("SET session_replication_role = replica")  # past the triggers
    incident = {
        **INCIDENT,
        "id": "md5('i' || g)::uuid",
        "act_id": "(ARRAY['shelling', 'small_arms_fire', 'ground_assault'])[1 + g %% 3]",
    }
    insert_copies(cursor, "verification_incident", first.pk, series, incident)
    report = {
        "id": "md5('r' || g)::uuid",
        "client_uuid": "md5('c' || g)::uuid",
        "receipt": "upper(substr(md5('x' || g), 1, 11))",
        "narrative": some_words(),
    }
    waiting = f"generate_series({incidents + 1}, {incidents + WAITING}) g"
    for numbers in (series, waiting):
        insert_copies(cursor, "reports_report", link.report_id, numbers, report)
    insert_copies(
        cursor,
        "verification_link",
        link.pk,
        series,
        {
            "id": "md5('l' || g)::uuid",
            "report_id": "md5('r' || g)::uuid",
            "incident_id": "md5('i' || g)::uuid",
        },
    )
    cursor.execute(  # a report tells of about when and where its incident was, or of one by chance
        "UPDATE reports_report r SET observed_from = i.window_from + interval '20 minutes',"
        " observed_until = i.window_from + interval '40 minutes', act_id = i.act_id,"
        " lat = i.lat + 0.01, lon = i.lon + 0.01"
        " FROM generate_series(1, %s) g JOIN verification_incident i"
        " ON i.id = md5('i' || (1 + (g - 1) %% %s))::uuid WHERE r.id = md5('r' || g)::uuid",
        [incidents + WAITING, incidents],
    )
    cursor.execute("SET session_replication_role = origin")
    for table in TABLES:
        cursor.execute(f"VACUUM (ANALYZE) {table}")
    return world


@contextmanager
def full_scans(cursor: Any) -> Iterator[None]:
    """Forbid every index."""
    switches = ("enable_indexscan", "enable_bitmapscan", "enable_indexonlyscan")
    for switch in switches:
        cursor.execute(f"SET {switch} = off")
    try:
        yield
    finally:
        for switch in switches:
            cursor.execute(f"RESET {switch}")


def timed(acts: Sequence[Callable[[], Any]]) -> tuple[str, list[Any]]:
    """Return median, 95th percentile and own median of the acts in words, and their answers.

    The own median is of this process's clock: what is left when nothing else runs on the machine,
    less the waiting for the database.
    """
    took, own, found = [], [], []
    for act in acts:
        began, spent = time.perf_counter(), time.process_time()
        found.append(act())
        took.append((time.perf_counter() - began) * 1000)
        own.append((time.process_time() - spent) * 1000)
    last = sorted(took)[int(0.95 * (len(took) - 1))]
    words = f"p50 {statistics.median(took):>7.1f} ms   p95 {last:>7.1f} ms"
    return f"{words}   own {statistics.median(own):>6.1f} ms   n {len(took)}", found


def plans_of(act: Callable[[], Any]) -> list[str]:
    """Return the scans of every statement an act makes, with their indexes."""
    from django.db import connection

    said: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        act()
    lines = []
    with connection.cursor() as cursor:
        for sql, params in said:
            cursor.execute("EXPLAIN " + sql, params)
            found = (row[0].strip() for row in cursor.fetchall())
            lines += [line.split("  (")[0].lstrip("-> ") for line in found if " Scan" in line]
    return list(dict.fromkeys(line for line in lines if " on " in line))


def main() -> int:
    """Print times, plans and agreement; 0 only if the board keeps its budget and all agree."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--incidents", type=int, default=100_000)
    args = parser.parse_args()
    with own_database():
        from django.db import connection

        with connection.cursor() as cursor:
            began = time.perf_counter()
            world = build(cursor, args.incidents)
            print(f"{args.incidents:,} incidents in {time.perf_counter() - began:.0f} s")
            return measure(cursor, world, args.incidents)


def measure(cursor: Any, world: Any, incidents: int) -> int:
    """Time look-ups, merges and board; print them."""
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from reports.intake.models import Report
    from tests import factories as f
    from verification.incidents.models import Incident
    from verification.incidents.queries import incidents_of
    from verification.linking.queries import link_suggestions, merge_suggestions_of

    timezone.now = lambda: f.NOW  # the world's own day: roles hold
    slug = world.agreement.pk
    chosen = random.Random(SEED).sample(range(1, incidents + 1), ASKED)
    keys = [_key(cursor, f"r{number}") for number in chosen]
    rows = {r.pk: r for r in Report.objects.filter(pk__in=keys).select_related("act", "accused")}

    def asked(key: Any) -> Callable[[], Any]:
        return lambda: [
            (s.incident.pk, s.match.strength) for s in link_suggestions(slug, [rows[key]])[key]
        ]

    looks = [asked(key) for key in keys]
    for look in looks[:5]:
        look()  # warm
    words, found = timed(looks)
    print(f"{'suggestions for one report':<34} {words}   offered {sum(map(len, found))}")
    for line in plans_of(looks[0]):
        print(f"    {line}")
    with full_scans(cursor):
        words, scanned = timed(looks[:SCANNED])
    print(f"{'the same, full scans':<34} {words}")
    same = found[:SCANNED] == scanned
    page = list(incidents_of(world.agreement, states=["open"])[:20])
    assert isinstance(page[0], Incident)
    words, _found = timed([lambda: merge_suggestions_of(slug, page)] * 20)
    print(f"{'merges for twenty incidents':<34} {words}")
    client = Client(SERVER_NAME="localhost")
    client.force_login(world.triage)

    def board() -> int:
        answer = client.get(reverse("triage-board"))
        assert answer.status_code == 200, answer.status_code
        return len(answer.content)

    board()
    words, sizes = timed([board] * 20)
    print(f"{'the board':<34} {words}   {queries_of(board)} queries, {sizes[0] // 1000} kB")
    median = float(words.split()[1])
    print(f"with and without indexes the same suggestions: {'yes' if same else 'NO'}")
    print(f"board under {BOARD_MS} ms: {'kept' if median < BOARD_MS else 'BROKEN'}")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 0 if same and median < BOARD_MS else 1


def _key(cursor: Any, text: str) -> Any:
    cursor.execute("SELECT md5(%s)::uuid", [text])
    return cursor.fetchone()[0]


if __name__ == "__main__":
    sys.exit(main())
