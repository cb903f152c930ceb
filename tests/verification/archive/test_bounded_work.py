"""Counting stays in proportion to what is counted, whatever the planner believes of the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from reports.agreement.queries import agreement_by_slug
from reports.people.actions import grant_role
from tests.factories import SET_UP_AT, World
from verification.archive.queries import TALLIES
from verification.management.commands.published_tables import GROWN

REPORTS = 491  # of the Colombian table
MOST_EACH = 60  # rows touched for one report; a table of a few pages is read whole each time
COUNTS = {
    "reports": "SELECT class, count(*) FROM verification_report_classes(%s) GROUP BY class",
    "incidents": "SELECT class, count(*) FROM verification_incident_classes(%s) GROUP BY class",
    "figures": TALLIES,
}


@pytest.fixture
def unseen(world: World) -> Any:
    """The Colombian table, loaded where the statistics say that there is nothing."""
    grant_role(user=world.operator, role="operator", agreement=None, by=None, at=SET_UP_AT)
    call_command("published_tables", by=world.operator.username, only="mmv-2017", stdout=StringIO())
    with connection.cursor() as cursor:
        for table in GROWN:
            cursor.execute("DELETE FROM pg_statistic WHERE starelid = %s::regclass", [table])
            cursor.execute(
                "UPDATE pg_class SET reltuples = 0, relpages = 1000 WHERE oid = %s::regclass"
                " OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = %s::regclass)",
                [table, table],
            )
    return agreement_by_slug("tables-mmv-2017").pk


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def touched(plan: dict[str, Any]) -> float:
    """Return how many rows a plan fetches from tables, and how many it pairs and throws away."""
    found = 0.0
    for node in nodes(plan):
        each = node["Actual Rows"] if "Relation Name" in node else 0
        each += node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
        found += each * node["Actual Loops"]
    return found


@pytest.mark.parametrize("what", COUNTS)
def test_no_count_pairs_all_rows_with_all(unseen: Any, what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + COUNTS[what], [unseen])
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    assert REPORTS / 2 < touched(plan) < MOST_EACH * REPORTS, touched(plan)
