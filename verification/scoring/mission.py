"""From the inputs of incidents to what score rows say of them; no row is read or written here.

A score is a function of what a fit has kept (every incident's inputs, and the decisions), of one
incident's own inputs, of the seed and of the engine's version; so it can be computed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from verification.engine.baseline import majority
from verification.engine.evidence import field_priors
from verification.engine.explain import flip_of, weight_of
from verification.engine.incremental import LiveScores
from verification.engine.labels import BadClaims
from verification.engine.numeric import log_normalise
from verification.engine.posterior import Scored, evidence_only, posterior_of, score_claims
from verification.engine.single import score_single
from verification.engine.statements import IndexedClaims, claims_from_statements, inputs_hash
from verification.engine.types import (
    UNKNOWN,
    Contributions,
    Posterior,
    Priors,
    Term,
    even_priors,
)
from verification.scoring.assemble import (
    NEUTRAL_GROUPS,
    Input,
    basis_key,
    engine_rows,
    origin_key,
    origin_numbers,
)
from verification.scoring.rules import BASIS_TRUST, DIGITS, SEED

TIE = 1e-6  # nats below which nothing is favoured
Files = Mapping[str, Sequence[Input]]  # incident's code -> its inputs
Present = Mapping[str, Sequence[str]]  # incident's code -> groups that watched it whole
Values = dict[str, Any]  # the columns of a score row


@dataclass(frozen=True, eq=False)
class Mission:
    """The claims of many incidents with the names behind their numbers."""

    indexed: IndexedClaims
    priors: Priors
    files: Files
    candidates: tuple[str, ...]  # party codes, "other", "none": the engine's order

    @property
    def n_parties(self) -> int:
        return len(self.candidates) - 2


def mission_of(
    files: Files,
    *,
    candidates: Sequence[str],
    gold: Mapping[str, str] | None = None,
    present: Present | None = None,
) -> Mission:
    """Return the claims of these incidents; gold maps an incident's code to a candidate.

    Where nobody watched anything, silence tells nothing at all.
    """
    parties = list(candidates[:-2])
    groups = [*parties, *NEUTRAL_GROUPS]
    watched = [
        (code, group)
        for code in files
        for group in (present or {}).get(code, ())
        if group in groups
    ]
    number = {name: at for at, name in enumerate(candidates)}
    indexed = claims_from_statements(
        [row for code in files for row in engine_rows(files[code], parties=parties, code=code)],
        n_parties=len(parties),
        incidents=list(files),
        groups=groups,
        bases=[basis_key(basis) for basis in BASIS_TRUST],
        gold={code: number[name] for code, name in (gold or {}).items() if code in files},
        presence=watched or None,
    )
    sides = np.array([number.get(group, -1) for group in indexed.groups], dtype=np.int64)
    trust = np.array([BASIS_TRUST.get(key.partition(" ")[2], 0.5) for key in indexed.bases])
    priors = field_priors(len(parties), sides, trust)
    return Mission(indexed, priors, files, tuple(candidates))


def fit_mission(mission: Mission, *, seed: int = SEED) -> Scored:
    """Return the fitted mission. Errors: BadClaims."""
    return score_claims(mission.indexed.claims, mission.priors, seed=seed)


def answers_of(scored: Scored) -> Posterior:
    """Return what the statements alone say of every incident, its own decision left out.

    The decisions still taught what the sources are worth.
    """
    full = posterior_of(scored)
    parts = full.contributions
    own = parts.kind != int(Term.DECIDED)
    return replace(
        full,
        log_p=log_normalise(np.log(evidence_only(full))),
        contributions=Contributions(
            parts.incident[own],
            parts.kind[own],
            parts.origin[own],
            parts.group[own],
            parts.log_lr[own],
        ),
    )


def majority_of(mission: Mission) -> Posterior:
    """Return the majority vote over independent origins, shown beside every other method.

    Like the score beside it, it tells what was said of a decided incident, not the decision.
    """
    priors = even_priors(mission.n_parties, mission.priors.group_party)
    claims = mission.indexed.claims
    return majority(replace(claims, gold=np.full_like(claims.gold, UNKNOWN)), priors)


def live_scores(scored: Scored) -> LiveScores:
    """Return the tables of a fit, ready for one incident at a time."""
    return LiveScores(scored)


def live_answer(live: LiveScores, fitted: Mission, single: Mission) -> Posterior:
    """Return one incident's answer under a fit's tables. Errors: BadClaims if axes differ."""
    if fitted.candidates != single.candidates or fitted.indexed.groups != single.indexed.groups:
        raise BadClaims("the parties or groups have changed since the last refit")
    if fitted.indexed.bases != single.indexed.bases:
        raise BadClaims("the bases have changed since the last refit")
    number = {name: at for at, name in enumerate(fitted.indexed.sources)}
    known = np.array([number.get(name, -1) for name in single.indexed.sources], dtype=np.int64)
    return score_single(live, single.indexed.claims, known)


def values_of(
    mission: Mission, posterior: Posterior, plain: Posterior, code: str, *, digest: str
) -> Values:
    """Return what a score row says of one incident: the same inputs give the same values."""
    at = mission.indexed.incidents.index(code)
    inputs = mission.files[code]
    names = mission.candidates
    p = posterior.p[at]
    order = np.argsort(-p, kind="stable")
    leader, rival = int(order[0]), int(order[1])
    numbers = origin_numbers(inputs)
    return {
        "p": named(names, p),
        "p_without_aligned": named(names, posterior.p_without_aligned[at]),
        "baseline": {
            "method": plain.method,
            "p": named(names, plain.p[at]),
            "p_without_aligned": named(names, plain.p_without_aligned[at]),
        },
        "contributions": _contributions(mission, posterior, at, (leader, rival), numbers),
        "parts": _other_parts(mission, posterior, at),
        "flip": _flip(mission, posterior, at),
        "inputs_hash": digest,
        "engine_version": posterior.engine_version,
        "method": posterior.method,
        "n_origins": len(set(numbers)),
        "n_statements": len(inputs),
    }


def digest_of(mission: Mission) -> str:
    """Return the hash of everything the engine would read."""
    return inputs_hash(mission.indexed.claims, mission.priors)


def named(names: Sequence[str], values: Any) -> dict[str, float]:
    """Return values by the candidates they belong to, as far as digits are kept."""
    return {name: round(float(p), DIGITS) for name, p in zip(names, values, strict=True)}


def _contributions(
    mission: Mission,
    posterior: Posterior,
    at: int,
    between: tuple[int, int],
    numbers: Sequence[int],
) -> list[dict[str, Any]]:
    """Return one entry per independent origin that counted: who spoke, and its log-odds.

    `weight` words the odds between the two most probable answers, `p_without` is the answer if
    this origin had not spoken.
    """
    code = mission.indexed.incidents[at]
    speakers: dict[str, list[Input]] = {}
    for item, number in zip(mission.files[code], numbers, strict=True):
        speakers.setdefault(origin_key(code, number), []).append(item)
    parts = posterior.contributions
    rows = parts.rows_of(at)
    found: list[dict[str, Any]] = []
    for row in range(rows.start, rows.stop):
        if parts.kind[row] != int(Term.ORIGIN):
            continue
        key = mission.indexed.origins[int(parts.origin[row])]
        members, nats = speakers[key], parts.log_lr[row]
        between_two = float(nats[between[0]] - nats[between[1]])
        without = np.exp(log_normalise((posterior.log_p[at] - nats)[None]))[0]
        found.append(
            {
                "origin": _number_of(key),
                "labels": sorted({item.label for item in members}),
                "groups": sorted({item.group for item in members}),
                "aligned": any(item.aligned for item in members),
                "says": sorted({f"{i.says}:{i.party}" if i.party else i.says for i in members}),
                "copies": len(members),
                "nats": named(mission.candidates, nats),
                "weight": str(weight_of(between_two)),
                "towards": mission.candidates[between[0] if between_two >= 0 else between[1]],
                "p_without": named(mission.candidates, without),
            }
        )
    return found


def _number_of(key: str) -> int:
    return int(key.rsplit(" ", 1)[1])


def _other_parts(mission: Mission, posterior: Posterior, at: int) -> list[dict[str, Any]]:
    """Return what no origin said: the starting point, silences, the pull of simpler models."""
    prior = posterior.log_prior[at] - posterior.log_prior[at].mean()
    found = [{"kind": "prior", "group": "", "nats": named(mission.candidates, prior)}]
    parts = posterior.contributions
    rows = parts.rows_of(at)
    for row in range(rows.start, rows.stop):
        kind = Term(int(parts.kind[row]))
        if kind is not Term.ORIGIN:
            group = int(parts.group[row])
            found.append(
                {
                    "kind": kind.name.lower(),
                    "group": mission.indexed.groups[group] if group >= 0 else "",
                    "nats": named(mission.candidates, parts.log_lr[row]),
                }
            )
    return found


def _flip(mission: Mission, posterior: Posterior, at: int) -> dict[str, Any]:
    """Return what would have to change for the leading answer to lead no longer.

    The engine holds the pull of the simpler models fixed, though it comes from the same origins.
    So where the starting point favours neither answer, all that speak for the leader will do.
    """
    flip = flip_of(posterior, at)
    origins = flip.origins
    prior = posterior.log_prior[at]
    if not origins and prior[flip.leader] <= prior[flip.rival] + TIE:
        parts = posterior.contributions
        rows = parts.rows_of(at)
        gain = parts.log_lr[rows, flip.leader] - parts.log_lr[rows, flip.rival]
        spoken = (parts.kind[rows] == int(Term.ORIGIN)) & (gain > TIE)
        origins = tuple(int(one) for one in parts.origin[rows][spoken])
    return {
        "leader": mission.candidates[flip.leader],
        "rival": mission.candidates[flip.rival],
        "prior_odds": round(flip.prior_odds, DIGITS),
        "origins": sorted(_number_of(mission.indexed.origins[one]) for one in origins),
    }
