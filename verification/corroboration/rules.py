"""Pure rules: who is independent of whom, and who may state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from reports.people.permissions import Verdict

MOST_EXTRA_DAYS = 14  # an extension never adds more, whatever the agreement's own time is


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where one statement comes from: keys of its source, organisation ('' if none), origin."""

    source: str
    organisation: str
    origin: str


def is_independent(a: Provenance, b: Provenance) -> bool:
    """Answer whether two statements count apart: source, organisation and origin never meet."""
    if a.source == b.source or a.origin == b.origin:
        return False
    return not a.organisation or a.organisation != b.organisation


def independent_groups(items: Sequence[Provenance]) -> list[int]:
    """Return for each statement the number of its group; each group counts as one origin.

    Groups are the connected components of "not independent": copies of copies stay together.
    Numbers run from 0 in order of first appearance.
    """
    parent = list(range(len(items)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first_seen: dict[tuple[str, str], int] = {}
    for i, item in enumerate(items):
        keys = [("source", item.source), ("origin", item.origin)]
        if item.organisation:
            keys.append(("organisation", item.organisation))
        for key in keys:
            j = first_seen.setdefault(key, i)
            a, b = root(i), root(j)
            parent[max(a, b)] = min(a, b)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(i), len(numbers)) for i in range(len(items))]


def may_corroborate(*, user_key: str, filer_keys: Iterable[str]) -> Verdict:
    """Answer whether a person may state on an incident: not on one they reported themselves."""
    if user_key in set(filer_keys):
        return Verdict(
            False,
            _("You reported this incident yourself. A second person has to corroborate it."),
        )
    return Verdict(True, _("You filed none of the reports of this incident."))


def longest_extension(*, notified_at: datetime, due_at: datetime) -> datetime:
    """Return the latest deadline an extension may set: as much time again, 14 days at most."""
    return due_at + min(due_at - notified_at, timedelta(days=MOST_EXTRA_DAYS))


def may_extend(
    *, awaited: bool, extended: bool, notified_at: datetime, due_at: datetime, at: datetime
) -> Verdict:
    """Answer whether a party's time to answer may be made longer: once, and before it is over."""
    if not awaited or at >= due_at:
        return Verdict(
            False,
            _("The time to answer is over. A late answer is still heard until the panel decides."),
        )
    if extended:
        return Verdict(False, _("This deadline was extended before; that can be done once."))
    return Verdict(True, _("The party has not answered yet and its time is not over."))
