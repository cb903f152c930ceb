"""How one reviewer's ballots lie to the panels' decisions, with intervals. Pure.

Nothing here says that somebody is wrong: a panel can be. It says where a second look is due, and
how little a few ballots tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt
from statistics import NormalDist, median

LEVEL = 0.90  # of every interval here, as everywhere on the site
FEWEST_BALLOTS = 10  # below it a share or a median says next to nothing
UNLIKELY = 0.01  # a lean is noted where chance alone would give it this seldom
Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's interval (0..1)."""

    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def few(self) -> bool:
        return self.of < FEWEST_BALLOTS


@dataclass(frozen=True, slots=True)
class Middle:
    """A median with its interval from order statistics; None where there are no values."""

    value: float | None
    low: float | None
    high: float | None
    of: int

    @property
    def few(self) -> bool:
        return self.of < FEWEST_BALLOTS


@dataclass(frozen=True, slots=True)
class Lean:
    """How often a reviewer names a party where it was accused, beside how often the panels did."""

    party: str
    own: Share
    panel: Share
    more: int  # ballots that name it where the panel did not
    fewer: int  # ballots that do not where the panel did
    p: float  # of a difference this great if each way were as likely

    @property
    def noted(self) -> bool:
        return self.p < UNLIKELY


@dataclass(frozen=True, slots=True)
class Vote:
    """One ballot of a decided case as the measures look at it."""

    named: frozenset[str]  # parties the ballot attributes to
    panel: frozenset[str]  # parties the panel attributed to
    accused: frozenset[str]
    agrees: bool  # with the panel on occurrence, breach and party
    hours: float  # from taking the seat to sealing


@dataclass(frozen=True, slots=True)
class Drift:
    """One reviewer's figures over all decided cases they voted on."""

    ballots: int
    leans: tuple[Lean, ...]
    agreement: Share
    hours: Middle
    slow: bool  # the whole interval lies above the median of all reviewers

    @property
    def few(self) -> bool:
        return self.ballots < FEWEST_BALLOTS


def share_of(count: int, of: int) -> Share:
    """Return a share with Wilson's score interval at LEVEL.

    Source: Wilson, Probable inference, JASA 22 (1927), 209-212.
    """
    if of == 0:
        return Share(0, 0, 0.0, 1.0)
    p, z2 = count / of, Z * Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    return Share(count, of, max(0.0, middle - half), min(1.0, middle + half))


def middle_of(values: Sequence[float]) -> Middle:
    """Return the median with the narrowest symmetric order-statistic interval of LEVEL or more.

    With too few values for any such interval, the least and the greatest stand for it.
    """
    ranked = sorted(values)
    n = len(ranked)
    if not n:
        return Middle(None, None, None, 0)
    below = 0  # values left out at each end
    while below + 1 <= (n - 1) // 2 and _covers(n, below + 1) >= LEVEL:
        below += 1
    return Middle(median(ranked), ranked[below], ranked[n - 1 - below], n)


def _covers(n: int, below: int) -> float:
    """Return how surely the median lies between the (below + 1)th value from either end."""
    outside = sum(comb(n, i) for i in range(below + 1))
    return 1.0 - 2.0 * float(outside) / float(2**n)


def sign_test(more: int, fewer: int) -> float:
    """Return the two-sided exact p of so uneven a split if each way were as likely (1 if none)."""
    n = more + fewer
    tail = sum(comb(n, i) for i in range(min(more, fewer) + 1)) / 2**n
    return float(min(1.0, 2 * tail))


def lean_of(votes: Sequence[Vote], party: str) -> Lean:
    """Return how a reviewer's ballots on one accused party lie to the panels' decisions."""
    asked = [vote for vote in votes if party in vote.accused]
    more = sum(party in vote.named and party not in vote.panel for vote in asked)
    fewer = sum(party in vote.panel and party not in vote.named for vote in asked)
    return Lean(
        party=party,
        own=share_of(sum(party in vote.named for vote in asked), len(asked)),
        panel=share_of(sum(party in vote.panel for vote in asked), len(asked)),
        more=more,
        fewer=fewer,
        p=sign_test(more, fewer),
    )


def drift_of(votes: Sequence[Vote], *, parties: Sequence[str], usual: float | None) -> Drift:
    """Return one reviewer's figures; `usual` is the median of all reviewers' hours."""
    hours = middle_of([vote.hours for vote in votes])
    enough = len(votes) >= FEWEST_BALLOTS and usual is not None and hours.low is not None
    return Drift(
        ballots=len(votes),
        leans=tuple(lean_of(votes, party) for party in parties),
        agreement=share_of(sum(vote.agrees for vote in votes), len(votes)),
        hours=hours,
        slow=enough and (hours.low or 0.0) > (usual or 0.0),
    )
