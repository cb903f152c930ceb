"""Pure rules of standing: what counts, and when parties may be compared at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

FEWEST_DECIDED = 20  # decided admissible incidents below which a comparison says nothing
LEAST_COVERAGE = 0.5  # share of the period somebody was watching
MOST_OPEN = 0.3  # share of admissible incidents that may still be open
FEWEST_AUDITED = 30  # decided drawn incidents below which no interval is shown
MOST_PENDING = 0.2  # share of the drawn that may be undecided: those settled first may be easier
FEWEST_IN_SUM = 5  # open incidents: a sum of fewer scores would give single scores away

REFUSALS: Mapping[str, object] = {
    "too_few": _("too few incidents have been decided"),
    "too_many_open": _("too many incidents are still open: they could turn the order round"),
    "too_little_coverage": _("monitors covered too little of the period"),
    "no_audit": _("no random audit supports an interval yet"),
    "coverage_too_uneven": _("the parties were watched too unevenly"),
    "not_distinct": _("the difference is within what chance and doubt allow"),
}


# The condition that fails first -> the refusal it leads to.
REFUSAL_OF: Mapping[str, str] = {
    "decided": "too_few",
    "open": "too_many_open",
    "covered": "too_little_coverage",
    "audited": "no_audit",
}


@dataclass(frozen=True, slots=True)
class IncidentFact:
    """What one admissible incident contributes.

    `drawn` by the audit lottery; `p_unseen` the answer of a fit that did not know the decision;
    `before_panel`: under review, so its score is left out (`p` is {}).
    `outcome` '' while open; `attributed` the parties a decision names; `accused` the parties
    accused; `p` the score's probability per party ({} if unscored).
    """

    outcome: str
    attributed: tuple[str, ...]
    accused: tuple[str, ...]
    severity: str
    p: Mapping[str, float]
    drawn: bool = False
    p_unseen: Mapping[str, float] = field(default_factory=dict)
    before_panel: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """One party's counts. bound_low/high: all open cases against it fall to others / to it."""

    decided: int
    by_severity: Mapping[str, int]
    expected: float
    open_against: int

    @property
    def bound_low(self) -> int:
        return self.decided

    @property
    def bound_high(self) -> int:
        return self.decided + self.open_against


def tally(party: str, facts: Sequence[IncidentFact]) -> Tally:
    """Return a party's counts: a decided incident counts as decided, an open one by its score."""
    decided = 0
    severities: dict[str, int] = {}
    expected = 0.0
    open_against = 0
    for fact in facts:
        if fact.outcome:
            if party in fact.attributed:
                decided += 1
                severities[fact.severity] = severities.get(fact.severity, 0) + 1
                expected += 1.0
            continue
        expected += fact.p.get(party, 0.0)
        if party in fact.accused:
            open_against += 1
    return Tally(decided, severities, round(expected, 3), open_against)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a comparison: what it asks (`limit`), and what there is (`value`)."""

    key: str
    value: float
    limit: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit


def conditions(
    *, decided: int, still_open: int, covered_share: float, audited: int
) -> tuple[Condition, ...]:
    """Return what must hold before parties are compared, the same for all, in order.

    Beyond these the parties' rates must differ by more than chance and doubt allow.
    """
    counted = decided + still_open
    return (
        Condition("decided", decided, FEWEST_DECIDED),
        Condition("open", still_open / counted if counted else 0.0, MOST_OPEN, at_most=True),
        Condition("covered", covered_share, LEAST_COVERAGE),
        Condition("audited", audited, FEWEST_AUDITED),
    )


def fingerprint_of(seed: str) -> str:
    """Return what the public may know of the lottery's seed from the first day: its SHA-256."""
    return hashlib.sha256(seed.encode()).hexdigest()


def may_show_expected(*, still_open: int) -> bool:
    """Answer whether a sum of scores may stand in public.

    No score of an undecided incident is public, since a reviewer could read it before voting; a
    sum over very few open incidents would be as good as one. With none open it holds no score.
    """
    return still_open == 0 or still_open >= FEWEST_IN_SUM


def audited_facts(facts: Sequence[IncidentFact]) -> list[int]:
    """Return the positions of the decided drawn incidents; none while they support no interval."""
    drawn = [at for at, fact in enumerate(facts) if fact.drawn]
    decided = [at for at in drawn if facts[at].outcome]
    if len(decided) < FEWEST_AUDITED or len(drawn) - len(decided) > MOST_PENDING * len(drawn):
        return []
    return decided


def comparison_refusal(*, decided: int, still_open: int, covered_share: float, audited: int) -> str:
    """Return the code of the reason why parties cannot be compared, or '' if they can.

    Rates, intervals and P(rate A > rate B) come with the random audit; without one, no order.
    """
    # `audited` is nothing while too few are decided, or too many of the drawn are not.
    asked = conditions(
        decided=decided, still_open=still_open, covered_share=covered_share, audited=audited
    )
    return next((REFUSAL_OF[one.key] for one in asked if not one.met), "")
