"""Which of the three shapes an incident is drawn in: allegation, contested, finding. Pure."""

from __future__ import annotations

ALLEGATION, CONTESTED, FINDING = "allegation", "contested", "finding"
SHAPES = (ALLEGATION, CONTESTED, FINDING)
WITHHELD = "withheld"  # in the shape's place where an incident is kept from the public
SETTLED = frozenset({"decided", "inadmissible"})  # states in which a finding stands


def shape_of(*, state: str, origins: int, accused: int, denied: bool) -> str:
    """Return an incident's shape.

    `origins`: independent origins that say it happened; `accused`: how many parties they accuse.
    Hollow: somebody says so. Hatched: somebody denies it, or several say that it happened and
    do not agree on one actor. Solid: decided or ruled upon.
    """
    if state in SETTLED:
        return FINDING
    if denied or (origins > 1 and accused != 1):
        return CONTESTED
    return ALLEGATION
