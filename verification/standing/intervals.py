"""What a random audit says: estimates with 90 % intervals, rates, and whether parties compare.

Without enough audited decisions there is nothing here but the reason; a sum of scores never
becomes an interval by itself (docs/scoring.md section 9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from verification.engine.standing import (
    Estimate,
    Rate,
    Refusal,
    Side,
    Thresholds,
    audited_count,
    compare,
    p_rate_exceeds,
    rate_per_day,
)
from verification.standing.rules import FEWEST_AUDITED, IncidentFact, audited_facts, tally

THRESHOLDS = Thresholds(least_audits=FEWEST_AUDITED)


@dataclass(frozen=True)
class Audited:
    """Per party its estimate and rate; per ordered pair P(rate first > rate second)."""

    n_audited: int = 0
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    rates: Mapping[str, Rate] = field(default_factory=dict)
    exceeds: Mapping[tuple[str, str], float] = field(default_factory=dict)
    refusal: str = ""  # why no comparison holds, '' if one does


def audited_standing(
    facts: Sequence[IncidentFact], parties: Sequence[str], *, covered_days: float
) -> Audited:
    """Return what the audit supports; only its size where it supports no interval."""
    audited = audited_facts(facts)
    if not audited:
        return Audited(refusal=str(Refusal.NO_AUDIT))
    estimates = {party: _estimate(party, facts, audited) for party in parties}
    rates = {
        party: rate_per_day(found.value, covered_days, variance=found.variance)
        for party, found in estimates.items()
        if covered_days > 0
    }
    exceeds = {
        (one, other): p_rate_exceeds(rates[one], rates[other])
        for one in rates
        for other in rates
        if one != other
    }
    return Audited(
        len(audited), estimates, rates, exceeds, _refusal(facts, estimates, covered_days)
    )


def _estimate(party: str, facts: Sequence[IncidentFact], audited: Sequence[int]) -> Estimate:
    chosen = set(audited)
    predicted = np.array(
        [
            (fact.p_unseen if at in chosen and fact.p_unseen else fact.p).get(party, 0.0)
            for at, fact in enumerate(facts)
        ]
    )
    # What a panel has before it stands in with the mean of the others: its own score must not
    # show, and a plain zero would pull the whole estimate down.
    hidden = np.array([fact.before_panel for fact in facts])
    if hidden.any():
        predicted[hidden] = predicted[~hidden].mean() if (~hidden).any() else 0.0
    true = np.array([float(party in facts[at].attributed) for at in audited])
    return audited_count(predicted, np.array(audited, dtype=np.int64), true)


def _refusal(
    facts: Sequence[IncidentFact], estimates: Mapping[str, Estimate], covered_days: float
) -> str:
    """Return the first reason why some pair of parties cannot be compared, '' if all can."""
    sides = {}
    for party, found in estimates.items():
        counted = tally(party, facts)
        sides[party] = Side(found, counted.decided, counted.open_against, covered_days)
    parties = list(sides)
    for at, one in enumerate(parties):
        for other in parties[at + 1 :]:
            verdict = compare(sides[one], sides[other], THRESHOLDS)
            if not verdict.is_supported:
                return str(verdict.refusals[0])
    return ""
