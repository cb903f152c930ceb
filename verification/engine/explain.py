"""What an answer rests on: words for weights, what remains without a source, what would flip it.

Everything here re-normalises a stored posterior; nothing is fitted again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from verification.engine.numeric import log_normalise
from verification.engine.types import FloatArray, Posterior, Term


class Weight(StrEnum):
    """How much one part says, in steps of the odds it multiplies (pages translate these)."""

    HARDLY = "hardly_any"  # less than 1.5 to 1
    SLIGHT = "slight"  # up to 3 to 1
    CLEAR = "clear"  # up to 10 to 1
    STRONG = "strong"  # up to 100 to 1
    DECISIVE = "decisive"


STEPS = ((1.5, Weight.HARDLY), (3.0, Weight.SLIGHT), (10.0, Weight.CLEAR), (100.0, Weight.STRONG))


def weight_of(nats: float) -> Weight:
    """Return the word for a log-likelihood ratio, whatever its sign."""
    odds = float(np.exp(min(abs(nats), 700.0)))
    for limit, word in STEPS:
        if odds < limit:
            return word
    return Weight.DECISIVE


def without_each_origin(posterior: Posterior, incident: int) -> dict[int, FloatArray]:
    """Return, per origin heard on the incident, the probabilities without it (C,)."""
    parts = posterior.contributions
    rows = parts.rows_of(incident)
    left: dict[int, FloatArray] = {}
    for row in range(rows.start, rows.stop):
        if parts.kind[row] == int(Term.ORIGIN):
            nats = posterior.log_p[incident] - parts.log_lr[row]
            left[int(parts.origin[row])] = np.exp(log_normalise(nats))
    return left


def without_group(posterior: Posterior, incident: int, group: int) -> FloatArray:
    """Return the probabilities without one alignment's statements and silence (C,)."""
    parts = posterior.contributions
    rows = parts.rows_of(incident)
    gone = parts.log_lr[rows][parts.group[rows] == group].sum(axis=0)
    return np.asarray(np.exp(log_normalise(posterior.log_p[incident] - gone)))


@dataclass(frozen=True)
class Flip:
    """What would have to change for another answer to lead.

    prior_odds: factor by which the leader would have to be less likely beforehand; origins: the
    fewest origins that, disbelieved together, give the lead away (empty if even all would not).
    """

    leader: int
    rival: int
    prior_odds: float
    origins: tuple[int, ...]


def flip_of(posterior: Posterior, incident: int) -> Flip:
    """Return the assumption that would have to change for the answer to flip.

    Against each rival the origins that favour the leader most are taken away first, which is
    the fewest that suffice since the parts add up.  Source: docs/scoring.md section 6.
    """
    log_p = posterior.log_p[incident]
    leader = int(np.argmax(log_p))
    flips = [
        Flip(
            leader,
            rival,
            float(np.exp(min(log_p[leader] - log_p[rival], 700.0))),
            _fewest(posterior, incident, leader, rival),
        )
        for rival in range(len(log_p))
        if rival != leader
    ]
    return min(flips, key=_ease)


def _ease(flip: Flip) -> tuple[float, float]:
    return (len(flip.origins) or np.inf, flip.prior_odds)


def _fewest(posterior: Posterior, incident: int, leader: int, rival: int) -> tuple[int, ...]:
    margin = posterior.log_odds(incident, leader, rival)
    taken: list[int] = []
    for kind, origin, nats in posterior.explain(incident, leader, rival):
        if kind is not Term.ORIGIN or nats <= 0 or margin <= 0:
            continue
        taken.append(origin)
        margin -= nats
    return tuple(taken) if margin <= 0 else ()
