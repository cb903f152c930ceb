"""What a score is, given the fit it rests on: the one computation behind rescoring and replay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from verification.engine.incremental import LiveScores
from verification.engine.labels import BadClaims
from verification.engine.posterior import Scored
from verification.engine.types import Posterior
from verification.engine.version import ENGINE_VERSION
from verification.scoring.assemble import Input, as_json, from_json
from verification.scoring.mission import (
    Mission,
    Values,
    answers_of,
    digest_of,
    fit_mission,
    live_answer,
    live_scores,
    majority_of,
    mission_of,
    values_of,
)
from verification.scoring.models import Fit, Score
from verification.scoring.rules import SEED, differs, is_small

COMPARED = (
    "p",
    "p_without_aligned",
    "baseline",
    "contributions",
    "parts",
    "flip",
    "inputs_hash",
    "method",
    "n_origins",
    "n_statements",
)


class OtherEngine(ValueError):
    """The row was computed by another version of the engine; only that one can repeat it."""


@dataclass(frozen=True)
class Kept:
    """What a fit read: candidates, every incident's inputs by code, decisions by code."""

    candidates: tuple[str, ...]
    files: Mapping[str, Sequence[Input]]
    gold: Mapping[str, str]
    present: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def n_statements(self) -> int:
        return sum(len(items) for items in self.files.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "candidates": list(self.candidates),
            "incidents": {code: as_json(items) for code, items in self.files.items()},
            "gold": dict(self.gold),
            "presence": {code: list(groups) for code, groups in self.present.items() if groups},
        }

    def digest(self) -> str:
        """Return the hash of what is kept, order of keys aside."""
        text = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def kept_of(fit: Fit | None, candidates: Sequence[str]) -> Kept:
    """Return what a fit read; nothing before the first one."""
    if fit is None:
        return Kept(tuple(candidates), {}, {})
    held = fit.inputs
    files = {code: from_json(rows) for code, rows in held["incidents"].items()}
    return Kept(tuple(held["candidates"]), files, held["gold"], held["presence"])


def mission_kept(kept: Kept) -> Mission:
    """Return the claims of everything a fit read."""
    return mission_of(kept.files, candidates=kept.candidates, gold=kept.gold, present=kept.present)


def score_after(
    fit: Fit | None,
    *,
    code: str,
    inputs: Sequence[Input],
    present: Sequence[str],
    candidates: Sequence[str],
) -> Values:
    """Return what a score row says of one incident with these inputs, after this fit.

    A small mission is fitted anew with them; in a large one the parameters of the fit stand.
    What the engine refuses gets the majority vote, under its own name.
    """
    if fit is not None and not is_small(
        n_statements=fit.n_statements, n_gold=len(fit.inputs["gold"])
    ):
        return _live_values(fit, code, inputs, present, candidates)
    kept = kept_of(fit, candidates)
    mission = mission_of(
        {**kept.files, code: inputs},
        candidates=candidates,
        gold=kept.gold,
        present={**kept.present, code: present},
    )
    plain = majority_of(mission)
    try:
        posterior = answers_of(fit_mission(mission, seed=SEED if fit is None else fit.seed))
    except BadClaims:
        posterior = plain
    return values_of(mission, posterior, plain, code, digest=digest_of(mission))


def _live_values(
    fit: Fit,
    code: str,
    inputs: Sequence[Input],
    present: Sequence[str],
    candidates: Sequence[str],
) -> Values:
    single = mission_of({code: inputs}, candidates=candidates, present={code: present})
    plain = majority_of(single)
    try:
        mission, live = _tables(fit.pk)
        posterior = live_answer(live, mission, single)
    except BadClaims:
        posterior = plain
    return values_of(single, posterior, plain, code, digest=digest_of(single))


@lru_cache(maxsize=2)
def _tables(fit_id: UUID) -> tuple[Mission, LiveScores]:
    """Return a fit's tables, computed once per process: fits never change."""
    fit = Fit.objects.get(pk=fit_id)
    mission = mission_kept(kept_of(fit, ()))
    return mission, live_scores(fit_mission(mission, seed=fit.seed))


def replay(score: Score) -> Values:
    """Return what this row would say if it were computed again from what was kept.

    Errors: OtherEngine if another version of the engine computed it.
    """
    if score.engine_version != ENGINE_VERSION:
        raise OtherEngine(
            f"computed by engine {score.engine_version}, this is {ENGINE_VERSION}: "
            "install that version to repeat it"
        )
    fit = score.fit
    if fit is not None and fit.engine_version != ENGINE_VERSION:
        raise OtherEngine(f"its fit was computed by engine {fit.engine_version}")
    if score.refitted and fit is not None:
        return _refitted(fit.pk)[score.incident.code]
    return score_after(
        fit,
        code=score.incident.code,
        inputs=from_json(score.inputs),
        present=score.presence,
        candidates=_in_order(score.p),
    )


def _in_order(p: Mapping[str, float]) -> list[str]:
    """Return the candidates in the engine's order (JSON keeps none)."""
    last = {"other": 1, "none": 2}
    return sorted(p, key=lambda name: (last.get(name, 0), name))


@lru_cache(maxsize=2)
def _refitted(fit_id: UUID) -> dict[str, Values]:
    fit = Fit.objects.get(pk=fit_id)
    mission = mission_kept(kept_of(fit, ()))
    try:
        scored = fit_mission(mission, seed=fit.seed)
    except BadClaims:
        scored = None
    return fitted_values(mission, scored, majority_of(mission))


def fitted_values(mission: Mission, scored: Scored | None, plain: Posterior) -> dict[str, Values]:
    """Return what score rows say of every incident; without a fit, what the majority says."""
    posterior = plain if scored is None else answers_of(scored)
    digest = digest_of(mission)
    return {
        code: values_of(mission, posterior, plain, code, digest=digest)
        for code in mission.indexed.incidents
    }


def differences(score: Score, again: Values) -> list[str]:
    """Return the names of the columns in which a row and its replay differ."""
    return [name for name in COMPARED if differs(getattr(score, name), again[name])]
