"""The timeline of a case: the event itself, and what was done since, alike things as one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.journal.kinds import Kind
from reports.journal.queries import HistoryLine
from verification.adjudication.queries import CaseFile, case_history
from verification.pages.cards import precision_of
from verification.pages.history import history_items

# What happens by the hundred; the history page has each with its reason.
MANY = frozenset(
    {
        *(Kind.REPORT_FILED, Kind.REPORT_HANDED_IN, Kind.REPORT_IMPORTED),
        *(Kind.REPORT_ACCEPTED, Kind.REPORT_LINKED),
        *(Kind.STATEMENT_GIVEN, Kind.INCIDENT_SCORED),
    }
)


def timeline_of(file: CaseFile) -> list[dict[str, Any]]:
    """Return the event's own time, then the history; alike lines of one day stand as one."""
    zone = ZoneInfo(file.incident.agreement.timezone)
    event = {
        "at": file.incident.window_from,
        "precision": precision_of(file.incident),
        "title": _("The event, as far as the reports tell"),
        "text": "",
        "actor": "",
        "look": "key",
    }
    return [event, *history_items(folded(case_history(file), zone))]


def folded(lines: Iterable[HistoryLine], zone: ZoneInfo) -> list[HistoryLine]:
    """Return history lines in which the alike ones of a day are counted in the first of them."""
    found: list[HistoryLine] = []
    counts: dict[int, int] = {}
    first_at: dict[tuple[str, str, date], int] = {}
    for line in lines:
        key = (line.kind, line.acting_as, line.at.astimezone(zone).date())
        if line.kind in MANY and key in first_at:
            counts[first_at[key]] += 1
            continue
        first_at[key] = len(found)
        counts[len(found)] = 1
        found.append(line)
    return [_counted(line, counts[number]) for number, line in enumerate(found)]


def _counted(line: HistoryLine, count: int) -> HistoryLine:
    if count == 1:
        return line
    words = ngettext("%(label)s (%(n)d time)", "%(label)s (%(n)d times)", count)
    return replace(line, label=words % {"label": line.label, "n": count}, note="")
