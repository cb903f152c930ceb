"""The audit lottery: a small random share of incidents is adjudicated whatever their politics.

Only so can published rates carry an honest interval (equation 12).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

DRAW_BITS = 53


def draw_of(seed: str, incident: str) -> float:
    """Return the lottery number of an incident in [0, 1).

    It depends on the seed and the incident's public code alone: the draw of one incident never
    changes with what else was reported, and anybody with the seed can check it.
    Source: docs/scoring.md section 9.
    """
    digest = hashlib.sha256(f"audit-1\n{seed}\n{incident}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> (64 - DRAW_BITS)) / float(1 << DRAW_BITS)


def is_drawn(seed: str, incident: str, share: float) -> bool:
    """Return whether the incident is drawn for full adjudication."""
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share must lie in [0, 1], got {share}")
    return draw_of(seed, incident) < share


def drawn(seed: str, incidents: Iterable[str], share: float) -> list[str]:
    """Return the drawn incidents, in the order of their codes."""
    return sorted(code for code in incidents if is_drawn(seed, code, share))
