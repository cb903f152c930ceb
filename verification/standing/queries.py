"""Reads of standings."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil, floor
from types import MappingProxyType
from typing import Any

from django.db.models import Q

from reports.agreement.queries import periods_in_force
from verification.engine.audit import draw_of, is_drawn
from verification.incidents.models import Incident
from verification.incidents.states import IncidentState
from verification.standing.models import Draw, Standing
from verification.standing.rules import (
    FEWEST_AUDITED,
    REFUSALS,
    Condition,
    conditions,
    fingerprint_of,
    may_show_expected,
)

COUNTED = (
    IncidentState.OPEN,
    IncidentState.UNDER_REVIEW,
    IncidentState.REOPENED,
    IncidentState.DECIDED,
)
LARGE = 5000  # incidents beyond which standings are computed by the clock, not by each event
RATE_DAYS = 30  # covered days a shown rate is given for


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
    # By the random audit, with 90 % intervals, rounded outwards to whole breaches: finer figures
    # would move by one incident's score.
    estimate: int | None = None
    interval_low: int | None = None
    interval_high: int | None = None
    n_audited: int = 0
    rate_low: int | None = None  # per RATE_DAYS covered days
    rate_high: int | None = None
    p_rate_exceeds: dict[str, float] = field(default_factory=dict)

    @property
    def covered_days(self) -> float:
        """Return how many days of somebody watching the hours covered make."""
        return self.coverage_hours / 24

    @property
    def rate_days(self) -> int:
        """Return over how many covered days a rate is given: never over more than there were."""
        return RATE_DAYS if self.covered_days >= RATE_DAYS else 1

    def per_covered(self, count: float) -> float | None:
        """Return a count over `rate_days` covered days; None where nobody watched."""
        days = self.covered_days
        return round(count * self.rate_days / days, 1) if days > 0 else None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Return what must hold before the parties are compared; it is the same for all."""
        return conditions(
            decided=self.n_admissible - self.n_open,
            still_open=self.n_open,
            covered_share=self.coverage_hours / self.period_hours if self.period_hours else 0.0,
            audited=self.n_audited,
        )

    @property
    def comparison(self) -> str:
        """Return why no comparison is supported, in words; '' if one is."""
        return str(REFUSALS.get(self.refusal, ""))


def standing_lines(
    agreement_id: uuid.UUID, *, before: datetime | None = None
) -> list[StandingLine]:
    """Return the newest standing (before an instant) of every party, by party code."""
    found = Standing.objects.filter(agreement_id=agreement_id)
    if before is not None:
        found = found.filter(as_of__lt=before)
    rows = found.select_related("party").order_by("party_id", "-as_of", "-id").distinct("party_id")
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
            **(_audit_of(row) if may_show_expected(still_open=row.n_open) else {}),
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: line.party)


def _audit_of(row: Standing) -> dict[str, Any]:
    return {
        "estimate": None if row.estimate is None else round(row.estimate),
        "interval_low": _whole(row.interval_low, floor),
        "interval_high": _whole(row.interval_high, ceil),
        "n_audited": row.n_audited,
        "rate_low": _whole(row.rate_low, floor, times=RATE_DAYS),
        "rate_high": _whole(row.rate_high, ceil, times=RATE_DAYS),
        "p_rate_exceeds": {other: round(p, 2) for other, p in row.p_rate_exceeds.items()},
    }


def _whole(value: float | None, towards: Callable[[float], int], *, times: int = 1) -> int | None:
    return None if value is None else towards(value * times)


def is_large(agreement_id: uuid.UUID) -> bool:
    """Answer whether an agreement has so many incidents that not every event recomputes them."""
    return Incident.objects.filter(agreement_id=agreement_id)[LARGE : LARGE + 1].exists()


def draw_of_agreement(agreement_id: uuid.UUID) -> Draw | None:
    """Return the audit lottery of an agreement, or None if it was not held yet."""
    return Draw.objects.filter(agreement_id=agreement_id).first()


def drawn_codes(agreement_id: uuid.UUID, codes: Iterable[str]) -> set[str]:
    """Return which of these incidents the audit lottery draws for full adjudication."""
    draw = draw_of_agreement(agreement_id)
    if draw is None:
        return set()
    return {code for code in codes if is_drawn(draw.seed, code, draw.share)}


@dataclass(frozen=True, slots=True)
class Lottery:
    """The audit lottery as pages show it. `seed` is '' where the reader may not know it yet."""

    at: datetime
    share: float
    seed: str
    fingerprint: str  # sha256 of the seed: who reads it now can check the seed later
    n_drawn: int
    n_decided: int
    needed: int


def lottery_of(
    agreement_id: uuid.UUID,
    *,
    at: datetime,
    inside: bool = False,
    shown: Mapping[uuid.UUID, str] = MappingProxyType({}),
) -> Lottery | None:
    """Return the audit lottery; its seed only to the house, and to all once no text is in force.

    With the seed anybody can tell which codes are drawn, those still to come too. A party that
    knew would know when nobody is going to look closely. `shown` has {incident: state to count
    instead of its own}.
    """
    draw = draw_of_agreement(agreement_id)
    if draw is None:
        return None
    running = any(
        period.ends is None or period.ends > at for period in periods_in_force(agreement_id)
    )
    rows = Incident.objects.filter(
        Q(state__in=COUNTED) | Q(pk__in=shown), agreement_id=agreement_id
    )
    states = {
        code: shown.get(pk, state)
        for pk, code, state in rows.values_list("pk", "code", "state")
        if shown.get(pk, state) in COUNTED
    }
    drawn = [code for code in states if is_drawn(draw.seed, code, draw.share)]
    return Lottery(
        at=draw.at,
        share=draw.share,
        seed=draw.seed if inside or not running else "",
        fingerprint=fingerprint_of(draw.seed),
        n_drawn=len(drawn),
        n_decided=sum(states[code] == IncidentState.DECIDED for code in drawn),
        needed=FEWEST_AUDITED,
    )


@dataclass(frozen=True, slots=True)
class Ticket:
    """One incident in the lottery: its number in [0, 1); drawn if that lies below the share."""

    code: str
    number: float
    drawn: bool
    state: str


def tickets_of(agreement_id: uuid.UUID) -> list[Ticket]:
    """Return every counted incident's lottery number, the drawn and undecided ones first."""
    draw = draw_of_agreement(agreement_id)
    if draw is None:
        return []
    rows = Incident.objects.filter(agreement_id=agreement_id, state__in=COUNTED)
    found = [
        Ticket(code, number := draw_of(draw.seed, code), number < draw.share, state)
        for code, state in rows.values_list("code", "state")
    ]
    return sorted(
        found, key=lambda one: (not one.drawn, one.state == IncidentState.DECIDED, one.code)
    )


def audited_incidents(agreement_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the decided incidents that the audit lottery drew."""
    decided = Incident.objects.filter(agreement_id=agreement_id, state=IncidentState.DECIDED)
    codes = {incident.code: incident.pk for incident in decided.order_by("code")}
    drawn = drawn_codes(agreement_id, codes)
    return [key for code, key in codes.items() if code in drawn]
