"""Reads of standings."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from verification.standing.models import Standing
from verification.standing.rules import REFUSALS, may_show_expected


@dataclass(frozen=True, slots=True)
class StandingLine:
    """One party's standing as pages, the interface and the command line show it."""

    party: str
    name: str
    colour: int
    decided: int
    by_severity: dict[str, int]
    expected: int | None  # whole breaches; None: withheld, so few scores would give them away
    bound_low: int
    bound_high: int
    open_against: int
    admitted: int
    denied: int
    silent: int
    coverage_hours: float
    period_hours: float
    n_admissible: int
    n_open: int
    period_from: datetime
    period_until: datetime
    as_of: datetime
    refusal: str

    @property
    def comparison(self) -> str:
        """Return why no comparison is supported, in words; '' if one is."""
        return str(REFUSALS.get(self.refusal, ""))


def standing_lines(agreement_id: uuid.UUID) -> list[StandingLine]:
    """Return the newest standing of every party of an agreement, by party code."""
    rows = (
        Standing.objects.filter(agreement_id=agreement_id)
        .select_related("party")
        .order_by("party_id", "-as_of", "-id")
        .distinct("party_id")
    )
    lines = [
        StandingLine(
            party=row.party.code,
            name=row.party.name,
            colour=row.party.colour,
            decided=row.decided_breaches,
            by_severity=row.by_severity,
            # Whole breaches only: the difference of two exact sums would be one incident's score.
            expected=round(row.expected_breaches)
            if may_show_expected(still_open=row.n_open)
            else None,
            bound_low=row.bound_low,
            bound_high=row.bound_high,
            open_against=row.open_against,
            admitted=row.admitted,
            denied=row.denied,
            silent=row.silent,
            coverage_hours=row.coverage_hours,
            period_hours=row.period_hours,
            n_admissible=row.n_admissible,
            n_open=row.n_open,
            period_from=row.period_from,
            period_until=row.period_until,
            as_of=row.as_of,
            refusal=row.comparison_reason,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: line.party)
