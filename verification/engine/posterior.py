"""How sure are we who did it? Claims in, posterior with its explanation out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from verification.engine.averaging import (
    Averaged,
    average_ballots,
    cast_ballots,
    tally_ballots,
)
from verification.engine.baseline import with_decisions
from verification.engine.calibration import Pool, fit_pool
from verification.engine.contributions import (
    additive_parts,
    blend_part,
    join_parts,
    sums_by_incident,
)
from verification.engine.likelihood import Fitted, fit_claims
from verification.engine.numeric import log_normalise, normalise
from verification.engine.statements import fold_origins
from verification.engine.types import (
    UNKNOWN,
    BoolArray,
    Claims,
    Contributions,
    FloatArray,
    IntArray,
    Posterior,
    Priors,
    Term,
)
from verification.engine.version import ENGINE_VERSION

METHOD = "hierarchical Bayesian model with copy detection"
SMALL_MISSION = 5_000  # incidents below which the simpler model is mixed in
SOFT = 0.7  # temper of the blend's softened member
ENOUGH_GOLD = 20  # decided incidents from which weights and temper are learned
PLAIN_MOST = 0.9  # most the average may start out with, in missions of about 200 incidents,
PLAIN_FROM, PLAIN_UNTIL = 80.0, 600.0  # incidents at which it has half of that beyond a third
STEEP = 4.0
FOLDS = 4
REFIT_LIMIT = 400_000  # statements above which folds are not refitted
FLOOR = 1e-6  # keeps every candidate possible


@dataclass(frozen=True, eq=False)
class Scored:
    """A fitted mission: the hierarchical fit, the plain average and how they are pooled."""

    fitted: Fitted
    averaged: Averaged | None
    pool: Pool

    @property
    def log_prior(self) -> FloatArray:
        """Return the base rates (C,), log-normalised: what an empty incident gets."""
        return log_normalise(self.fitted.fit.log_pi)


def attribute(claims: Claims, priors: Priors, *, seed: int = 0, explain: bool = True) -> Posterior:
    """Return how probable each candidate is per incident, with contributions.

    Shapes: out.p (N, C).  Units: probabilities; decided incidents return their decision.
    seed only deals decided incidents into folds; statement order never matters.
    Errors: BadClaims.  Source: docs/scoring.md sections 3 to 6.
    """
    return posterior_of(score_claims(claims, priors, seed=seed), explain=explain)


def score_claims(claims: Claims, priors: Priors, *, seed: int = 0) -> Scored:
    """Return the fitted model and its pool, kept apart so that updates can reuse them."""
    return _scored(claims, priors, seed)[0]


Held = list[tuple[IntArray, list[FloatArray]]]


def _scored(claims: Claims, priors: Priors, seed: int) -> tuple[Scored, Held]:
    """Return the scored mission, and the held-out answers its pool was learned from, if any."""
    folded = fold_origins(claims, priors)
    scored = _fit_both(folded, priors)
    gold = np.flatnonzero(folded.gold != UNKNOWN)
    if len(gold) < ENOUGH_GOLD or folded.n_statements > REFIT_LIMIT:
        return scored, []
    held = list(_unseen(folded, priors, seed))
    answers = [np.stack([answer[hidden] for answer in members]) for hidden, members in held]
    truth = np.concatenate([folded.gold[hidden] for hidden, _ in held])
    pool = fit_pool(np.concatenate(answers, axis=1), truth, scored.pool, scored.log_prior)
    if priors.temper is not None:
        pool = Pool(pool.weights, priors.temper)
    return replace(scored, pool=pool), held


def _unseen(
    folded: Claims, priors: Priors, seed: int
) -> Iterator[tuple[IntArray, list[FloatArray]]]:
    """Yield folds of decided incidents and the members' answers from fits without them."""
    gold = np.flatnonzero(folded.gold != UNKNOWN)
    fold = np.random.default_rng([seed, len(gold)]).permutation(len(gold)) % FOLDS
    for number in range(min(FOLDS, len(gold))):
        hidden = gold[fold == number]
        partial = folded.gold.copy()
        partial[hidden] = UNKNOWN
        yield hidden, member_answers(_fit_both(replace(folded, gold=partial), priors))


def predict_unseen(claims: Claims, priors: Priors, *, seed: int = 0) -> FloatArray:
    """Return p (N, C) in which no decided incident was answered with its own decision in sight.

    This, and nothing else, may stand beside audited decisions in standing.audited_count.
    Source: docs/scoring.md section 9 (cross-fitting).
    """
    scored, held = _scored(claims, priors, seed)
    p = np.exp(scored.pool.log_answer(member_answers(scored), FLOOR, scored.log_prior))
    for hidden, members in held or _unseen(scored.fitted.claims, priors, seed):
        p[hidden] = np.exp(scored.pool.log_answer(members, FLOOR, scored.log_prior))[hidden]
    return p


def _fit_both(folded: Claims, priors: Priors) -> Scored:
    fitted = fit_claims(folded, priors)
    if folded.n_incidents >= SMALL_MISSION:
        alone = Pool(np.ones(1), 1.0 if priors.temper is None else priors.temper)
        return Scored(fitted, None, alone)
    averaged = average_ballots(
        folded.incident,
        folded.source,
        cast_ballots(folded, priors, fitted.votes.weight / voices_of(fitted)),
        np.exp(fitted.fit.log_pi),
        folded.gold,
        folded.n_sources,
        learn_rates=False,
    )
    temper = 1.0 if priors.temper is None else priors.temper
    return Scored(fitted, averaged, Pool(_first_weights(folded.n_incidents), temper))


def _first_weights(n_incidents: int) -> FloatArray:
    """Return what model, softened model and average weigh before any decision is known.

    A third each at either end; between them, where the average has learned who is careful and
    the model knows its many tables too little but is sure of them, the average leads.
    """
    begun = 1.0 / (1.0 + (PLAIN_FROM / max(n_incidents, 1)) ** STEEP)
    ended = 1.0 / (1.0 + (n_incidents / PLAIN_UNTIL) ** STEEP)
    plain = 1 / 3 + (PLAIN_MOST - 1 / 3) * begun * ended
    return np.array([(1 - plain) / 2, (1 - plain) / 2, plain])


def voices_of(fitted: Fitted) -> FloatArray:
    """Return how many voices share each statement's composite; 1 if it stands alone."""
    voice = fitted.chorus.voice_of
    size = np.bincount(voice[voice >= 0], minlength=1)
    return np.where(voice >= 0, size[voice], 1).astype(np.float64)


def member_answers(
    scored: Scored, parts: Contributions | None = None, kept: BoolArray | None = None
) -> list[FloatArray]:
    """Return what each member of the pool answers, of everything or of kept statements only.

    Shapes: kept (M,) over folded statements, with the parts that belong to them.
    """
    fitted = scored.fitted
    if parts is None:
        nats = fitted.log_evidence
    else:
        nats = sums_by_incident(parts, fitted.claims.n_incidents)
    answers = [np.exp(log_normalise(fitted.fit.log_pi + nats))]
    if scored.averaged is None:
        return answers
    answers.append(np.exp(log_normalise(fitted.fit.log_pi + SOFT * nats)))
    answers.append(_average_of(scored, scored.averaged, kept))
    return answers


def _average_of(scored: Scored, averaged: Averaged, kept: BoolArray | None) -> FloatArray:
    if kept is None:
        return averaged.p
    fitted, claims = scored.fitted, scored.fitted.claims
    cast = cast_ballots(claims, fitted.priors, fitted.votes.weight / voices_of(fitted))
    trust = averaged.weight[claims.source] * kept
    return normalise(tally_ballots(averaged, cast, claims.incident, trust, claims.n_incidents))


def posterior_of(scored: Scored, *, explain: bool = True) -> Posterior:
    """Return the posterior of a scored mission.

    Without explain the contributions are empty and p_without_aligned is not split off; for
    benchmarks only.
    """
    fitted, claims = scored.fitted, scored.fitted.claims
    log_p = scored.pool.log_answer(member_answers(scored), FLOOR, scored.log_prior)
    log_prior = np.tile(scored.log_prior, (len(log_p), 1))
    if not explain:
        return _built(fitted, log_p, log_prior, np.exp(log_p), _no_parts(claims))
    parts = additive_parts(fitted)
    neutral_group = fitted.priors.group_party == UNKNOWN
    neutral = neutral_group[parts.group]
    own = Contributions(
        parts.incident[neutral],
        parts.kind[neutral],
        parts.origin[neutral],
        parts.group[neutral],
        parts.log_lr[neutral],
    )
    kept = neutral_group[claims.group[claims.source]]
    without = scored.pool.log_answer(member_answers(scored, own, kept), FLOOR, scored.log_prior)
    joined = join_parts(parts, blend_part(log_p - log_prior, parts))
    return _built(fitted, log_p, log_prior, np.exp(without), joined)


def _built(
    fitted: Fitted,
    log_p: FloatArray,
    log_prior: FloatArray,
    without: FloatArray,
    parts: Contributions,
) -> Posterior:
    gold = fitted.claims.gold
    if (gold != UNKNOWN).any():
        log_p, parts = with_decisions(log_p, parts, gold)
    return Posterior(
        log_p=log_p,
        log_prior=log_prior,
        p_without_aligned=without,
        contributions=parts,
        engine_version=ENGINE_VERSION,
        method=METHOD,
        parameters=fitted.fit.reliability,
    )


def _no_parts(claims: Claims) -> Contributions:
    none = np.empty(0, dtype=np.int64)
    return Contributions(none, none, none, none, np.empty((0, claims.n_classes)))


def evidence_only(posterior: Posterior) -> FloatArray:
    """Return p as the statements alone have it, decisions on the incidents themselves left out.

    Shapes: (N, C).  Source: docs/scoring.md section 6.
    """
    log_p = posterior.log_p.copy()
    at = posterior.contributions.kind == int(Term.DECIDED)
    log_p[posterior.contributions.incident[at]] -= posterior.contributions.log_lr[at]
    return np.exp(log_normalise(log_p))
