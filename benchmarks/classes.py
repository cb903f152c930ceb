"""How fast every complaint is put in its class, and whether false statistics can spoil it.

An agreement of 8,064 real totals (SLMM, 2005) is carried over, then copied by plain SQL until
the database holds the number asked for: half of the copies in one large agreement, half in
another that nobody asks about. Each count is taken with fresh statistics and with false ones
(the planner believes the tables empty, as after a bulk load that no ANALYZE has seen). In the
same run and on the same database: the joins these look-ups took the place of, cut off after
PATIENCE_S, and a bare count of the reports.

    python3 benchmarks/classes.py
    python3 benchmarks/classes.py --reports 400000
"""

# ruff: noqa: S608
# The database is this benchmark's own, and so is every name put into its SQL.

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.review_desk import own_database  # noqa: E402 - the path comes first

PATIENCE_S = 30  # seconds a count may take before it is called off
ROUNDS = 3
TABLES = (
    *("reports_report", "verification_incident", "verification_link"),
    *("verification_case", "verification_decision", "verification_partyposition"),
)
COUNTS = {
    "reports": "SELECT class, count(*) FROM verification_report_classes(%s) GROUP BY class",
    "incidents": "SELECT class, count(*) FROM verification_incident_classes(%s) GROUP BY class",
}
BARE = "SELECT state, count(*) FROM reports_report WHERE agreement_id = %s GROUP BY state"


def copied(cursor: Any, table: str, where: str, changed: Mapping[str, str]) -> None:
    """Insert the rows of a table once more, with some columns changed."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = ''",
        [table],
    )
    names = [row[0] for row in cursor.fetchall()]
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} t {where}"
    )


def copy_agreement(cursor: Any, source: Any, target: Any, mark: str) -> None:
    """Copy all complaints of an agreement, past the triggers, into another one."""

    def fresh(name: str) -> str:
        return f"md5(t.{name}::text || '{mark}')::uuid"

    ours = f"WHERE t.agreement_id = '{source}'"
    theirs = (
        "WHERE t.incident_id IN"
        f" (SELECT id FROM verification_incident WHERE agreement_id = '{source}')"
    )
    here = {"id": fresh("id"), "agreement_id": f"'{target}'::uuid"}
    receipt = f"upper(substr(md5(t.id::text || '{mark}'), 1, 11))"
    cursor.execute("SET session_replication_role = replica")
    told = {"client_uuid": fresh("client_uuid"), "receipt": receipt}
    copied(cursor, "reports_report", ours, here | told)
    copied(cursor, "verification_incident", ours, here | {"code": f"'{mark}-' || t.code"})
    linked = {"id": fresh("id"), "incident_id": fresh("incident_id")}
    copied(cursor, "verification_link", theirs, linked | {"report_id": fresh("report_id")})
    copied(cursor, "verification_case", theirs, linked)
    copied(cursor, "verification_decision", theirs, linked | {"case_id": fresh("case_id")})
    cursor.execute("SET session_replication_role = origin")


def build(cursor: Any, reports: int) -> dict[str, Any]:
    """Fill the database; return {how many reports: agreement} of the two that are asked for."""
    from reports.agreement.actions import record_agreement
    from reports.agreement.queries import agreement_by_slug
    from tests import factories as f

    world = f.build_world()
    from django.core.management import call_command

    call_command(
        "published_tables", by=world.operator.username, only="slmm-2005", stdout=StringIO()
    )
    small = agreement_by_slug("tables-slmm-2005").pk
    table = json.loads((f.SEEDS / "published" / "tables.json").read_text(encoding="utf-8"))
    document = table["slmm-2005"]["agreement"]
    large, other = (
        record_agreement(document={**document, "slug": slug, "prefix": slug}, by=None, at=f.NOW).pk
        for slug in ("large", "other")
    )
    each = max(1, (reports // 8064 - 1) // 2)
    for number in range(each):
        copy_agreement(cursor, small, large, f"L{number}")
        copy_agreement(cursor, small, other, f"O{number}")
    print(f"{8064 * (2 * each + 1):,} reports in all")
    return {"8,064": small, f"{8064 * each:,}": large}


def believe_empty(cursor: Any) -> None:
    """Make the planner believe that the tables hold no row."""
    for table in TABLES:
        cursor.execute("DELETE FROM pg_statistic WHERE starelid = %s::regclass", [table])
        cursor.execute(
            "UPDATE pg_class SET reltuples = 0, relpages = 1000 WHERE oid = %s::regclass"
            " OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = %s::regclass)",
            [table, table],
        )


def believe_true(cursor: Any) -> None:
    """Make the planner know the tables."""
    for table in TABLES:
        cursor.execute(f"ANALYZE {table}")


def took(cursor: Any, sql: str, agreement: Any) -> tuple[float | None, Any]:
    """Return the best of some rounds in ms, and what was counted; None where it was called off."""
    from django.db import OperationalError

    best, found = float("inf"), None
    cursor.execute(f"SET statement_timeout = '{PATIENCE_S}s'")
    try:
        for _round in range(ROUNDS):
            began = time.perf_counter()
            cursor.execute(sql, [agreement])
            found = sorted(cursor.fetchall())
            best = min(best, (time.perf_counter() - began) * 1000)
    except OperationalError:
        return None, None
    finally:
        cursor.execute("RESET statement_timeout")
    return best, found


def measured(cursor: Any, agreements: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield (what, ms or None, counts) of every count under both kinds of statistics."""
    beliefs: tuple[tuple[str, Callable[[Any], None]], ...] = (
        ("true", believe_true),
        ("false", believe_empty),
    )
    for words, believe in beliefs:
        believe(cursor)
        for size, agreement in agreements.items():
            for what, sql in {**COUNTS, "bare count": BARE}.items():
                yield f"{size:>8}  {words:<6} {what}", *took(cursor, sql, agreement)


def main() -> int:
    """Print the table; 0 only if both ways count alike and no look-up was called off."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reports", type=int, default=200_000)
    args = parser.parse_args()
    with own_database():
        from django.db import connection

        with connection.cursor() as cursor:
            agreements = build(cursor, args.reports)
            now = list(measured(cursor, agreements))
            new = import_module("verification.migrations.0017_classes_by_look_up")
            cursor.execute(new.UNDO)
            before = list(measured(cursor, agreements))
    print(f"{'reports   statistics, count':<36} {'look-ups ms':>12} {'joins ms':>12}")
    good = True
    for (words, ms, found), (_words, then, earlier) in zip(now, before, strict=True):
        shown = f"{then:.1f}" if then is not None else f"> {PATIENCE_S * 1000}"
        print(f"{words:<36} {ms or float('nan'):>12.1f} {shown:>12}")
        good &= ms is not None and (then is None or found == earlier)
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
