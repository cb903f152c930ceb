"""What fits that did not know a decision say of it: only these may enter an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from verification.engine.posterior import posterior_of
from verification.engine.types import UNKNOWN
from verification.scoring.mission import Mission, fit_mission, named
from verification.scoring.rules import AUDIT_FOLDS


def held_out_answers(
    mission: Mission, audited: Sequence[str], *, seed: int
) -> dict[str, dict[str, float]]:
    """Return {code: p} of audited incidents, each from a fit without the decisions of its fold.

    An interval that rests on answers which knew the truth would be too narrow.
    """
    index = {code: at for at, code in enumerate(mission.indexed.incidents)}
    hidden = sorted(index[code] for code in audited if code in index)
    fold = np.random.default_rng([seed, len(hidden)]).permutation(len(hidden)) % AUDIT_FOLDS
    found: dict[str, dict[str, float]] = {}
    for number in range(AUDIT_FOLDS):
        rows = [at for at, own in zip(hidden, fold, strict=True) if own == number]
        if not rows:
            continue
        gold = mission.indexed.claims.gold.copy()
        gold[rows] = UNKNOWN
        partial = replace(
            mission,
            indexed=replace(mission.indexed, claims=replace(mission.indexed.claims, gold=gold)),
        )
        p = posterior_of(fit_mission(partial, seed=seed), explain=False).p
        found.update(
            {mission.indexed.incidents[at]: named(mission.candidates, p[at]) for at in rows}
        )
    return found
