"""What a fit learned of each source and group, as plain figures for rows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from verification.engine.contributions import statement_nats
from verification.engine.evidence import own_candidate
from verification.engine.posterior import Scored, posterior_of
from verification.engine.types import UNKNOWN, FloatArray, IntArray
from verification.scoring.mission import Mission
from verification.scoring.rules import DIGITS


@dataclass(frozen=True)
class Learned:
    """One source as aligned then, or a whole group (source ''); label '' for a person."""

    source: str
    label: str
    group: str
    n_statements: int
    parameters: dict[str, Any]


def reliabilities_of(mission: Mission, scored: Scored) -> list[Learned]:
    """Return what was learned, by group and source; groups that said nothing are left out.

    Units: named = statements that name an answer; right = how many of them are expected to name
    the right one; decided and decided_right = the same where a panel decided; nats = what such a
    statement adds to its own answer against the average other one.
    """
    claims = scored.fitted.claims
    own = own_candidate(claims.n_parties)[claims.label]
    named = own != UNKNOWN
    p = posterior_of(scored, explain=False).p
    nats = statement_nats(scored.fitted)
    row = np.arange(claims.n_statements)
    said = np.where(named, own, 0)
    right = np.where(named, p[claims.incident, said], 0.0)
    others = (nats.sum(axis=1) - nats[row, said]) / (claims.n_classes - 1)
    strength = np.where(named, nats[row, said] - others, 0.0)
    gold = claims.gold[claims.incident]
    figures = {
        "named": named.astype(float),
        "right": right,
        "decided": (named & (gold != UNKNOWN)).astype(float),
        "decided_right": (named & (gold != UNKNOWN) & (gold == said)).astype(float),
        "nats": strength,
    }
    for number, name in enumerate(mission.candidates):
        figures[f"named:{name}"] = (own == number).astype(float)
    by_source = _summed(figures, claims.source, claims.n_sources)
    by_group = _summed(figures, claims.group[claims.source], claims.n_groups)
    return [
        *_of_groups(mission, by_group, claims.group[claims.source]),
        *_of_sources(mission, scored, by_source),
    ]


def _summed(figures: dict[str, FloatArray], index: IntArray, size: int) -> dict[str, FloatArray]:
    return {
        name: np.bincount(index, weights=values, minlength=size).astype(np.float64)
        for name, values in figures.items()
    }


def _of_groups(mission: Mission, sums: dict[str, FloatArray], group: IntArray) -> list[Learned]:
    spoke = np.bincount(group, minlength=len(mission.indexed.groups))
    return [
        Learned("", name, name, int(spoke[at]), _parameters(mission, sums, at))
        for at, name in enumerate(mission.indexed.groups)
        if spoke[at]
    ]


def _of_sources(mission: Mission, scored: Scored, sums: dict[str, FloatArray]) -> list[Learned]:
    claims, cluster = scored.fitted.claims, scored.fitted.cluster
    spoke = np.bincount(claims.source, minlength=claims.n_sources)
    labels = {  # nobody outside triage is told who a person behind an account is
        (item.source, item.group): item.label if item.public else ""
        for file in mission.files.values()
        for item in file
    }
    return [
        Learned(
            source,
            labels[source, group],
            group,
            int(spoke[at]),
            _parameters(mission, sums, at)
            | {"in_chorus_with": int((cluster == cluster[at]).sum() - 1) * int(cluster[at] >= 0)},
        )
        for at, (source, group) in enumerate(mission.indexed.sources)
    ]


def _parameters(mission: Mission, sums: dict[str, FloatArray], at: int) -> dict[str, Any]:
    named = float(sums["named"][at])
    return {
        "named": int(named),
        "right": round(float(sums["right"][at]), DIGITS),
        "decided": int(sums["decided"][at]),
        "decided_right": int(sums["decided_right"][at]),
        "nats": round(float(sums["nats"][at]) / named, DIGITS) if named else 0.0,
        "names": {
            name: int(sums[f"named:{name}"][at])
            for name in mission.candidates
            if sums[f"named:{name}"][at]
        },
    }
