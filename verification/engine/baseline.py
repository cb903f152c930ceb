"""Majority vote over independent origins: the plain answer every score is shown beside."""

from __future__ import annotations

import numpy as np

from verification.engine.labels import Says, decode_label, n_labels, none_class, other_class
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

METHOD = "majority vote over independent origins"
HALF = 0.5  # pseudo votes per candidate: "add half" smoothing
SURE = 1e-9  # what a decided incident leaves to each other candidate


def majority(claims: Claims, priors: Priors) -> Posterior:
    """Return the smoothed share of independent origins that vote for each candidate.

    One origin has one vote per incident however often it is copied. Naming an actor, or saying
    that nothing happened, is a vote; seeing it happen without naming votes for every actor in
    proportion to the prior; an exculpation votes for everybody else. A party's own denial and
    silence are no vote. An incident without votes returns the prior; a decided one its decision.

    Shapes: out.p (N, C); out.contributions one row per (incident, origin) that voted.
    Units:  p[c] = (votes for c + 0.5 C prior[c]) / (votes + 0.5 C), so never 0 or 1.
    Errors: BadClaims if priors and claims speak of different parties or groups.
    Source: docs/scoring.md section 3.
    """
    folded = fold_origins(claims, priors)
    votes = _votes_of_origins(folded, priors.class_prior)
    aligned = priors.group_party[votes.group] != UNKNOWN
    pseudo = HALF * claims.n_classes * priors.class_prior
    tally = _tally(votes, np.ones(len(aligned), dtype=bool), claims.n_incidents, claims.n_classes)
    log_lr = _shares(votes, tally, pseudo)
    neutral = _tally(votes, ~aligned, claims.n_incidents, claims.n_classes)
    parts = Contributions(
        incident=votes.incident,
        kind=np.full(len(votes.incident), int(Term.ORIGIN), dtype=np.int64),
        origin=votes.origin,
        group=votes.group,
        log_lr=log_lr,
    )
    log_p = _log_share(tally, pseudo)
    if (claims.gold != UNKNOWN).any():
        log_p, parts = with_decisions(log_p, parts, claims.gold)
    return Posterior(
        log_p=log_p,
        log_prior=np.tile(np.log(priors.class_prior), (claims.n_incidents, 1)),
        p_without_aligned=np.exp(_log_share(neutral, pseudo)),
        contributions=parts,
        engine_version=ENGINE_VERSION,
        method=METHOD,
    )


class _Votes:
    """One row per (incident, origin) that says anything, with its vote spread over candidates."""

    def __init__(
        self, incident: IntArray, origin: IntArray, group: IntArray, share: FloatArray
    ) -> None:
        self.incident, self.origin, self.group, self.share = incident, origin, group, share


def ballots_of_labels(n_parties: int, prior: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return how each label votes (L, C) and how telling it is (L,), 0 = no vote."""
    ballots = np.zeros((n_labels(n_parties), len(prior)))
    telling = np.zeros(n_labels(n_parties), dtype=np.int64)
    for label in range(len(ballots)):
        says, party = decode_label(label, n_parties)
        allowed = np.ones(len(prior), dtype=bool)
        if says in (Says.ACCUSES, Says.ADMITS):
            allowed = np.arange(len(prior)) == party
        elif says is Says.ACCUSES_OTHER:
            allowed = np.arange(len(prior)) == other_class(n_parties)
        elif says is Says.DID_NOT_HAPPEN:
            allowed = np.arange(len(prior)) == none_class(n_parties)
        elif says is Says.EXCULPATES:
            allowed[party] = False
        elif says is Says.OBSERVED:
            allowed[none_class(n_parties)] = False
        else:
            continue
        ballots[label] = np.where(allowed, prior, 0.0) / prior[allowed].sum()
        telling[label] = 1 if says is Says.OBSERVED else 2
    return ballots, telling


def _votes_of_origins(claims: Claims, prior: FloatArray) -> _Votes:
    """Return one vote per (incident, origin), shared equally by its most telling statements."""
    ballots, telling = ballots_of_labels(claims.n_parties, prior)
    starts, unit = _runs(claims.incident, claims.origin)
    top = np.zeros(len(starts), dtype=np.int64)
    np.maximum.at(top, unit, telling[claims.label])
    used = (telling[claims.label] == top[unit]) & (top[unit] > 0)
    share = np.zeros((len(starts), len(prior)))
    np.add.at(share, unit[used], ballots[claims.label[used]])
    cast = top > 0
    share = share[cast] / np.bincount(unit[used], minlength=len(starts))[cast, None]
    spokesman = _spokesman(claims, unit, used, len(starts))[cast]
    return _Votes(
        claims.incident[starts][cast], claims.origin[starts][cast], claims.group[spokesman], share
    )


def _spokesman(claims: Claims, unit: IntArray, used: BoolArray, size: int) -> IntArray:
    """Return the first source, in canonical order, that cast each unit's vote."""
    rows = np.flatnonzero(used)[::-1]
    source = np.zeros(size, dtype=np.int64)
    source[unit[rows]] = claims.source[rows]
    return source


def _runs(incident: IntArray, origin: IntArray) -> tuple[IntArray, IntArray]:
    """Return where each (incident, origin) run starts and which run each statement is in."""
    new = np.ones(len(incident), dtype=bool)
    new[1:] = (incident[1:] != incident[:-1]) | (origin[1:] != origin[:-1])
    return np.flatnonzero(new), np.cumsum(new) - 1


def _tally(votes: _Votes, counted: BoolArray, n: int, n_candidates: int) -> FloatArray:
    tally = np.zeros((n, n_candidates))
    np.add.at(tally, votes.incident[counted], votes.share[counted])
    return tally


def _log_share(tally: FloatArray, pseudo: FloatArray) -> FloatArray:
    total = tally + pseudo
    shares: FloatArray = np.log(total) - np.log(total.sum(axis=1, keepdims=True))
    return shares


def _shares(votes: _Votes, tally: FloatArray, pseudo: FloatArray) -> FloatArray:
    """Split ln((votes + pseudo) / pseudo) among origins by their part of the votes.

    The row-wise centring drops what is common to all candidates, so differences stay exact.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        per_vote = np.where(tally > 0, np.log1p(tally / pseudo) / tally, 0.0)
    nats: FloatArray = votes.share * per_vote[votes.incident]
    nats -= nats.mean(axis=1, keepdims=True)
    return nats


def with_decisions(
    log_p: FloatArray, parts: Contributions, gold: IntArray
) -> tuple[FloatArray, Contributions]:
    """Return the posterior with decided incidents set to their decision, and the pull it took.

    Shapes: log_p (N, C); gold (N,). Units: a decided candidate gets 1 - 1e-9 (C - 1).
    Source: docs/scoring.md section 6.
    """
    decided = np.flatnonzero(gold != UNKNOWN)
    target = np.full((len(decided), log_p.shape[1]), np.log(SURE))
    target[np.arange(len(decided)), gold[decided]] = np.log1p(-SURE * (log_p.shape[1] - 1))
    pull = target - log_p[decided]
    pull -= pull.mean(axis=1, keepdims=True)
    fixed = log_p.copy()
    fixed[decided] = target
    none = np.full(len(decided), UNKNOWN, dtype=np.int64)
    kind = np.full(len(decided), int(Term.DECIDED), dtype=np.int64)
    incident = np.concatenate([parts.incident, decided])
    order = np.argsort(incident, kind="stable")
    return fixed, Contributions(
        incident=incident[order],
        kind=np.concatenate([parts.kind, kind])[order],
        origin=np.concatenate([parts.origin, none])[order],
        group=np.concatenate([parts.group, none])[order],
        log_lr=np.concatenate([parts.log_lr, pull])[order],
    )
