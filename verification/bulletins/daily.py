"""The daily table: what each released bulletin counted, one row a count, both units apart.

An incident is one event; an observation is one explosion, burst or shot. Neither is ever added to
the other: each row says which it counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from reports.agreement.models import Agreement
from reports.cells import Cell
from verification.bulletins.queries import public_bulletins

HEADER = (
    *("day", "day_begins", "day_ends", "counted", "act", "unit", "count", "from_reports"),
    *("left_out", "bulletin"),
)
MEANINGS = {
    "day": "the day of the bulletin, in the agreement's zone",
    "day_begins": "when the day begins: midnight in that zone, in UTC",
    "day_ends": "the cut: what came later counts on a later day, in UTC",
    "counted": "incidents (opened that day), reports (received that day) or observations",
    "act": "kind of act, as in the taxonomy; empty for observations",
    "unit": "what an observation is: explosion, burst, shot, projectile, vehicle, aircraft, person",
    "count": "how many; never add up rows that count different things",
    "from_reports": "of observations: in how many reports they were counted",
    "left_out": "reports with counts that are left out, since fewer than three observers gave any",
    "bulletin": "the bulletin that says so; its hash stands in the log",
}
CHUNK = 50  # bulletins read at a time


def daily_rows(agreement: Agreement) -> Iterator[tuple[Cell, ...]]:
    """Yield every count of every released bulletin, latest day first."""
    rows = public_bulletins().filter(agreement=agreement).order_by("-day")
    rows = rows.prefetch_related(None)  # no need of the papers
    for row in rows.iterator(chunk_size=CHUNK):
        content = row.content
        day = (content["day"], content["begins"], content["cut_off"])
        for kind in content["incidents"]["kinds"]:
            yield (*day, "incidents", kind["act"], "", kind["new"], None, None, row.code)
        observed = content["observations"]
        for kind in observed["kinds"]:
            yield (*day, "reports", kind["act"], "", kind["all"], None, None, row.code)
        for unit in observed["units"]:
            counts = (unit["count"], unit["reports"])
            yield (*day, "observations", "", unit["unit"], *counts, None, row.code)
        if observed["units_withheld"]:
            left_out = observed["units_withheld"]
            yield (*day, "observations", "", "", None, None, left_out, row.code)
