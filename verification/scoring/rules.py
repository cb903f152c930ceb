"""Pure constants and rules of scoring: what a basis is worth beforehand, and when to refit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import exp, log
from types import MappingProxyType

from verification.engine.explain import weight_of
from verification.engine.incremental import REFIT_SHARE

DIGITS = 12  # decimals kept of a probability or of nats
SEED = 0  # deals decided incidents into folds; part of what a score is a function of
# Up to here a mission is refitted for every rescored incident: statements times fits, one fit
# more per fold once decisions teach the weights. Measured: 588 statements, one fit, 0.28 s on one
# busy core; 1,723 statements and five fits, 1.8 s. A rescore above this took 0.6 ms.
SMALL_WORK = 600
REST = timedelta(minutes=15)  # between two fits of a large mission: each keeps all it has read
FOLDED_FROM, FITS_WHEN_FOLDED = 20, 5  # decisions from which the engine folds; its fits then
TINY = 1e-12
MOVED = 0.005  # total variation above which an incident gets a new score after a refit
AUDIT_FOLDS = 4  # fits that each leave a quarter of the audited decisions out
REPLAY_TOLERANCE = 1e-9
FEWEST_NAMINGS = 5  # statements below which a source's record would give single scores away

# How often a statement on this basis names the truth, before anything is learned
# (docs/scoring.md section 3; the order is that of the field: traces before witnesses before talk).
BASIS_TRUST: Mapping[str, float] = MappingProxyType(
    {
        "investigation": 0.90,  # an inquiry with its reasons (stance: finds)
        "crater_analysis": 0.90,
        "remnants": 0.92,
        "sensor": 0.85,
        "imagery": 0.80,
        "medical": 0.70,
        "site_visit": 0.80,
        "eyewitness": 0.60,
        "interview": 0.60,
        "document": 0.50,  # a published statement, nothing said of how it is known
        "hearsay": 0.35,
    }
)


def is_small(*, n_statements: int, n_gold: int) -> bool:
    """Answer whether a mission of this size is refitted at once for every rescored incident."""
    fits = FITS_WHEN_FOLDED if n_gold >= FOLDED_FROM else 1
    return n_statements * fits <= SMALL_WORK


def is_resting(since: timedelta, *, n_statements: int, n_gold: int, n_new: int) -> bool:
    """Answer whether a mission that was fitted so long ago waits before it is fitted again.

    A small one never waits. In a large one single incidents are scored meanwhile, until what is
    new could have moved the sources' tables too far (engine/incremental.py).
    """
    if is_small(n_statements=n_statements, n_gold=n_gold) or n_new > REFIT_SHARE * n_statements:
        return False
    return since < REST


def odds_words(nats: float) -> tuple[str, bool]:
    """Return how strongly this log-odds speaks, as a code, and whether it is not negative."""
    return str(weight_of(nats)), nats >= 0


def without_part(p: Mapping[str, float], nats: Mapping[str, float]) -> dict[str, float]:
    """Return the probabilities without one additive part of their log-odds."""
    left = {name: log(max(value, TINY)) - nats[name] for name, value in p.items()}
    top = max(left.values())
    shares = {name: exp(value - top) for name, value in left.items()}
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()}


def total_variation(p: Mapping[str, float], q: Mapping[str, float]) -> float:
    """Return half the summed difference of two distributions; 1 if they differ in candidates."""
    if p.keys() != q.keys():
        return 1.0
    return sum(abs(p[key] - q[key]) for key in p) / 2


def differs(stored: object, again: object, *, tolerance: float = REPLAY_TOLERANCE) -> bool:
    """Answer whether two JSON values differ, numbers by more than the tolerance."""
    if isinstance(stored, bool) or isinstance(again, bool):
        return stored is not again
    if isinstance(stored, int | float) and isinstance(again, int | float):
        return not abs(stored - again) <= tolerance * max(1.0, abs(stored))
    if isinstance(stored, dict) and isinstance(again, dict):
        return stored.keys() != again.keys() or any(
            differs(stored[key], again[key], tolerance=tolerance) for key in stored
        )
    if isinstance(stored, list) and isinstance(again, list):
        return len(stored) != len(again) or any(
            differs(one, other, tolerance=tolerance)
            for one, other in zip(stored, again, strict=True)
        )
    return stored != again
