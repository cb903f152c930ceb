"""How fast the review desk opens on a case of 200 reports, and how often it asks the database.

A world of its own is built through the site's actions: 200 accepted reports of one incident by
40 sources (each fifth an origin, the rest copies of one), 40 statements, a seated panel, a draft
ballot. The desk is then opened again and again by a seated reviewer, through the whole stack of
middleware. Beside it, in the same run and on the same database: the same page for a case of one
report, and a bare psycopg query that only fetches the 200 reports.

    python3 benchmarks/review_desk.py                      prints the table; fails over the budget
    python3 benchmarks/review_desk.py --reports 400 --rounds 40
"""

from __future__ import annotations

import argparse
import contextlib
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

BUDGET_MS, BUDGET_QUERIES = 300, 25  # what the desk may cost with 200 reports
SOURCES = 40  # who speaks, in turn
STATEMENTS = 40


@contextlib.contextmanager
def own_database() -> Iterator[None]:
    """Run throw-away engines, and set Django up on an empty, migrated database."""
    from config.folder import lock_folder
    from config.supervisor import Supervisor
    from run import engines

    data = Path(tempfile.mkdtemp(prefix="cvr-test-"))  # run.py sweeps these up after a kill
    lock = lock_folder(data)
    env = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    try:
        with engines(data, env, Supervisor(data, lock), throw_away=True):
            os.environ.update(env | {"DJANGO_SETTINGS_MODULE": "config.settings_test"})
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            yield
    finally:
        os.close(lock)
        shutil.rmtree(data, ignore_errors=True)


def build_case(world: Any, reports: int) -> Any:
    """Open a case on an incident of so many reports, with its panel; return the case."""
    from reports.intake.drafts import OriginDraft
    from reports.people.actions import register_source
    from tests import factories as f
    from verification.corroboration.actions import StatementDraft, give_statement
    from verification.incidents.actions import link_report

    incident = f.an_incident(world)
    speakers = [
        register_source(
            key=f"speaker-{incident.code.lower()}-{number}",
            name=f"Newsroom {number}",
            kind="media",
            organisation=None,
            by=None,
            at=f.SET_UP_AT,
        )
        for number in range(min(SOURCES, reports))
    ]
    for number in range(1, reports):
        speaker = speakers[number % len(speakers)]
        origin = OriginDraft(
            kind="statement",
            key=f"wire-{number % SOURCES}",
            url=f"https://news.example/{number}",
            publisher=f"News {number} (example)",
        )
        draft = f.a_draft(
            world,
            speaker=speaker,
            stance="alleges",
            means="told",
            accused_kind="party",
            accused_code="ARM" if number % 3 else "AZE",
            origin=origin,
            narrative=f"{number}: the newsroom wrote that the city was struck at night. " * 4,
            weapon="rocket artillery",
            observation_unit="explosion",
            observation_count=3,
        )
        report = f.an_accepted_report(world, draft)
        if not report.links.filter(unlinked_at=None).exists():
            link_report(
                report=report, incident=incident, why="The same night.", by=world.triage, at=f.NOW
            )
        if number % 50 == 0:
            f.settle()
            print(f"  {number} reports")
    for number in range(min(STATEMENTS, reports - 1)):
        told = StatementDraft(
            question="actor" if number % 2 else "occurred",
            says=("supports", "contradicts", "cannot_say")[number % 3],
            basis="imagery",
            note=f"{number}: what the pictures of that night show, and what they do not.",
            party_code="ARM" if number % 2 else "",
            speaker=speakers[number % len(speakers)],
        )
        give_statement(incident=incident, draft=told, by=world.witness, at=f.NOW)
    f.settle()
    incident.refresh_from_db()
    return f.a_case(world, incident)


def timed(act: Callable[[], Any], rounds: int) -> tuple[float, float, float]:
    """Return an act's median and 95th percentile, and its median on this process's own clock, ms.

    The last is what is left of the first when nothing else runs on the machine, less the waiting
    for the database.
    """
    took, own = [], []
    for _round in range(rounds):
        began, spent = time.perf_counter(), time.process_time()
        act()
        took.append((time.perf_counter() - began) * 1000)
        own.append((time.process_time() - spent) * 1000)
    return (
        statistics.median(took),
        sorted(took)[int(0.95 * (len(took) - 1))],
        statistics.median(own),
    )


def desk_of(case: Any) -> Callable[[], Any]:
    """Return what opens the desk of a case, as a reviewer who sits on it."""
    from django.test import Client
    from django.urls import reverse

    client = Client(SERVER_NAME="localhost")
    client.force_login(case.seats.exclude(alignment="").first().reviewer)
    url = reverse("review-case", args=[case.pk])

    def opened() -> Any:
        answer = client.get(url)
        assert answer.status_code == 200, answer.status_code
        return answer

    return opened


def queries_of(act: Callable[[], Any]) -> int:
    """Return how often an act asks the database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        act()
    return len(found)


def bare(case: Any) -> Callable[[], Any]:
    """Return what fetches the linked reports by SQL alone, in the same process."""
    from django.db import connection

    def fetched() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT r.* FROM reports_report r JOIN verification_link l ON l.report_id = r.id"
                " WHERE l.incident_id = %s AND l.unlinked_at IS NULL",
                [case.incident_id],
            )
            cursor.fetchall()

    return fetched


def measure(reports: int, rounds: int) -> list[tuple[str, float, float, float, int, int]]:
    """Return (what, median, 95th percentile, own ms, queries, bytes) of desk and baselines."""
    from django.utils import timezone

    from tests import factories as f

    timezone.now = lambda: f.NOW  # the world's own day: deadlines run, roles hold
    world = f.build_world()
    thin, thick = build_case(world, 1), build_case(world, reports)
    rows = []
    for words, act in (
        (f"desk, {reports} reports", desk_of(thick)),
        ("desk, 1 report", desk_of(thin)),
        (f"bare query for {reports} reports", bare(thick)),
    ):
        size = len(getattr(act(), "content", b""))  # warm: templates and catalogues are loaded
        act()
        rows.append((words, *timed(act, rounds), queries_of(act), size))
    return rows


def main() -> int:
    """Print the table; 0 only if the thick desk keeps its budget."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    with own_database():
        rows = measure(args.reports, args.rounds)
    print(f"{'':<30} {'median ms':>9} {'p95 ms':>8} {'own ms':>8} {'queries':>7} {'kB':>6}")
    for words, median, p95, own, queries, size in rows:
        print(
            f"{words:<30} {median:>9.1f} {p95:>8.1f} {own:>8.1f} {queries:>7} {size / 1000:>6.0f}"
        )
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    kept = rows[0][1] < BUDGET_MS and rows[0][4] <= BUDGET_QUERIES
    verdict = "kept" if kept else "BROKEN"
    print(f"budget: under {BUDGET_MS} ms, at most {BUDGET_QUERIES} queries: {verdict}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
