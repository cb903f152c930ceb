"""What may be shown of the mechanism's own figures, and what is too small to be shown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from verification.scrutiny.intervals import Estimate, alpha_interval, median_wait, wilson

FEWEST = 5  # cases behind a figure that rests on what is not public
ALL = "all"
HOUR_S = 3600.0

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one group: of `n` cases `hits` (or so many that ended), with its interval."""

    group: str
    n: int
    hits: int
    estimate: Estimate
    withheld: bool = False  # then nothing of it is filled in

    @property
    def few(self) -> bool:
        """Answer whether so few cases stand behind it that it says next to nothing."""
        return not self.withheld and self.n < FEWEST


NOTHING = Estimate(None, None, None)


def _hidden(groups: Mapping[str, Sequence[Item]]) -> set[str]:
    """Return the groups whose figures must not be shown.

    One small group withheld alone could be worked out from the others, so all parts go together;
    the whole stays if it is large enough itself. An empty group gives nobody away.
    """
    small = any(0 < len(found) < FEWEST for found in groups.values())
    return {
        group
        for group, found in groups.items()
        if found and (0 < len(found) < FEWEST or (small and group != ALL))
    }


def _figures(
    groups: Mapping[str, Sequence[Item]],
    measure: Callable[[Sequence[Item]], tuple[int, Estimate]],
    *,
    public: bool,
) -> list[Figure]:
    hidden = set() if public else _hidden(groups)
    return [
        Figure(group, 0, 0, NOTHING, withheld=True)
        if group in hidden
        else Figure(group, len(found), *measure(found))
        for group, found in groups.items()
    ]


def rates(groups: Mapping[str, Sequence[bool]], *, public: bool) -> list[Figure]:
    """Return the share of each group with Wilson's interval."""
    return _figures(
        groups, lambda found: (sum(found), wilson(sum(found), len(found))), public=public
    )


def waits(groups: Mapping[str, Sequence[tuple[float, bool]]], *, public: bool) -> list[Figure]:
    """Return the median of each group in hours, from (seconds, whether it has ended)."""

    def measure(found: Sequence[tuple[float, bool]]) -> tuple[int, Estimate]:
        ended = [seconds / HOUR_S for seconds, over in found if over]
        running = [seconds / HOUR_S for seconds, over in found if not over]
        return len(ended), median_wait(ended, running)

    return _figures(groups, measure, public=public)


def agreements(groups: Mapping[str, Sequence[Sequence[str]]]) -> list[Figure]:
    """Return alpha of each group from the values the ballots of each case gave."""
    pairable = {
        group: [case for case in cases if sum(map(bool, case)) >= 2]
        for group, cases in groups.items()
    }
    return _figures(pairable, lambda cases: (len(cases), alpha_interval(cases)), public=False)
