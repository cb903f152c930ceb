"""How a panel is drawn: pure, and so that anybody can draw it again from what is published.

Everybody eligible has a ticket, HMAC-SHA256 of their account under the draw's seed: nobody can
choose it, and it names nobody. Those with least work come first, tickets break ties.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from verification.adjudication.rules import FEWEST_ORGANISATIONS, Reviewer, is_balanced

METHOD = "tickets-1"  # changes whenever the same record would give another panel
MARK = 16  # hexadecimal digits of an organisation's mark


def ticket_of(seed: str, key: str) -> str:
    """Return the ticket of an account under a seed."""
    return hmac.new(seed.encode(), key.encode(), hashlib.sha256).hexdigest()


def entry_of(reviewer: Reviewer, *, seed: str) -> dict[str, Any]:
    """Return a reviewer as a draw records and publishes them: all the draw looks at, no name."""
    mark = ticket_of(seed, f"organisation/{reviewer.organisation}")[:MARK]
    return {
        "ticket": ticket_of(seed, reviewer.key),
        "organisation": mark if reviewer.organisation else "",
        "alignment": reviewer.alignment,
        "load": reviewer.load,
        "earlier": reviewer.earlier,
    }


def drawn(record: Mapping[str, Any]) -> list[str]:
    """Return the tickets that a draw's record gives: the members of the panel in seat order."""
    eligible = [_read(entry) for entry in record["eligible"]]
    concerned = record["concerned"]
    if record["staying"]:
        staying = [_read(entry) for entry in record["staying"]]
        one = choose_replacement(eligible, staying=staying, concerned=concerned)
        return [one.key] if one is not None else []
    return [r.key for r in choose_panel(eligible, concerned=concerned, size=record["size"])]


def _read(entry: Mapping[str, Any]) -> Reviewer:
    return Reviewer(
        key=entry["ticket"],
        organisation=entry["organisation"],
        alignment=entry["alignment"],
        load=entry["load"],
        earlier=entry["earlier"],
    )


def in_order(reviewers: Sequence[Reviewer]) -> list[Reviewer]:
    """Return reviewers in the order of the draw; their keys are their tickets.

    Who decided this case before comes last, then those with least work first, then the ticket.
    """
    return sorted(reviewers, key=lambda r: (r.earlier, r.load, r.key))


def choose_panel(
    reviewers: Sequence[Reviewer], *, concerned: Collection[str], size: int
) -> list[Reviewer]:
    """Return a balanced panel of `size`, in the order of the draw; [] if none is possible.

    As many members aligned with the parties concerned as balance allows sit beside unaligned
    ones, so that each side has its voice but never the majority alone. Members who decided the
    case in an earlier round never make up half of a panel.
    """
    by_side: dict[str, list[Reviewer]] = defaultdict(list)
    for reviewer in in_order(reviewers):
        by_side[reviewer.alignment].append(reviewer)
    sides = sorted(concerned)
    most = (size - 1) // max(len(sides), 2)
    for per_side in range(min([len(by_side[side]) for side in sides] + [most]), -1, -1):
        aligned = [r for side in sides for r in by_side[side][:per_side]]
        panel = aligned + _from_several(by_side[""], aligned, size - len(aligned))
        if len(panel) == size and is_of_several(panel) and is_led_by_others(panel):
            return panel
    return []


def choose_replacement(
    reviewers: Sequence[Reviewer], *, staying: Sequence[Reviewer], concerned: Collection[str]
) -> Reviewer | None:
    """Return the first in the order of the draw who keeps the rules beside those who stay."""
    for reviewer in in_order(reviewers):
        panel = [*staying, reviewer]
        balanced = is_balanced([r.alignment for r in panel], concerned=concerned)
        if balanced and is_of_several(panel) and is_led_by_others(panel):
            return reviewer
    return None


def is_led_by_others(panel: Sequence[Reviewer]) -> bool:
    """Answer whether members who decided this case before are fewer than half of a panel."""
    return 2 * sum(r.earlier for r in panel) < len(panel)


def is_of_several(panel: Sequence[Reviewer]) -> bool:
    """Answer whether a panel's members come from at least two organisations."""
    return len({r.organisation for r in panel}) >= FEWEST_ORGANISATIONS


def _from_several(ranked: Sequence[Reviewer], beside: Sequence[Reviewer], n: int) -> list[Reviewer]:
    """Return the first `n`; the last gives way to a later one where all are of one organisation."""
    chosen = list(ranked[:n])
    if chosen and not is_of_several([*beside, *chosen]):
        others = (r for r in ranked[n:] if r.organisation != chosen[-1].organisation)
        chosen[-1] = next(others, chosen[-1])
    return chosen
