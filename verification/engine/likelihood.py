"""From claims to fitted evidence: votes, copy detection in two passes, the hierarchical fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from verification.engine.bounds import bounded_table, chorus_bound
from verification.engine.chorus import (
    Chorus,
    first_pass_weights,
    spokesmen,
    stranger_weights,
    with_composites,
)
from verification.engine.copying import clusters_of, linked, pair_evidence
from verification.engine.evidence import (
    Alphabet,
    alphabet_of,
    chorus_rows,
    own_candidate,
    template_of,
)
from verification.engine.labels import Says, encode_label
from verification.engine.membership import settled
from verification.engine.model import Fit, fit
from verification.engine.numeric import normalise
from verification.engine.reliability import learn
from verification.engine.silence import Presence, presence_patterns, silence_nats
from verification.engine.types import UNKNOWN, BoolArray, Claims, FloatArray, IntArray, Priors
from verification.engine.votes import Votes

FIRST_ROUNDS = 10  # the cautious first pass is a sketch, not a fixed point
CANDIDATE_ROUNDS = 8  # enough to re-judge who copies whom
SPLIT_DECISIONS = 50.0  # blind decisions' worth of belief that no party is worse beforehand
CLAIMED_HALF = 20.0  # statements naming a candidate at which its rows are half learned
ANCHOR = 0.2  # weight of the first pass's base rates, per incident


@dataclass(frozen=True, eq=False)
class Fitted:
    """Everything a posterior, an explanation or an update needs.

    Shapes: cluster (S,) int, -1 = independent; spokesman (S,): who reports for each source when
            reporters are counted; table (R, C): nats of each table row, bounded (bounds.py);
            log_evidence (N, C): their sum per incident, silence included.
    """

    claims: Claims
    priors: Priors
    alphabet: Alphabet
    votes: Votes
    chorus: Chorus
    presence: Presence | None
    cluster: IntArray
    spokesman: IntArray
    fit: Fit
    table: FloatArray
    log_evidence: FloatArray


def votes_of(claims: Claims, priors: Priors, *, accelerate: bool = True) -> tuple[Votes, Alphabet]:
    """Return the core's votes for folded claims sorted by incident.

    Source: docs/scoring.md section 3.
    """
    alphabet = alphabet_of(claims)
    label = alphabet.code[claims.label]
    families = alphabet.n_families
    one = np.arange(families)[:, None] == alphabet.family[None, :]
    votes = Votes(
        item=claims.incident,
        source=claims.source,
        kind=claims.basis * families + alphabet.family[label],
        label=label,
        weight=np.ones(claims.n_statements),
        group=claims.group,
        n_items=claims.n_incidents,
        n_classes=claims.n_classes,
        allowed=np.tile(one, (claims.n_bases, 1)),
        template=template_of(claims, priors, alphabet),
        accelerate=accelerate,
    )
    return votes, alphabet


def presence_of(
    claims: Claims, spontaneous: BoolArray, spokesman: IntArray | None = None
) -> Presence | None:
    """Return who reported, or nothing if coverage is unknown (silence then tells nothing).

    Only reports count as reporting: a party's answer when asked does not break its silence.
    Shapes: spokesman (S,): copies and strangers have one reporter among them (chorus.py).
    """
    if claims.presence is None:
        return None
    quiet = encode_label(Says.SILENT_PRESENT, None, claims.n_parties)
    spoke = spontaneous & (claims.label != quiet)
    source = claims.source if spokesman is None else spokesman[claims.source]
    return presence_patterns(claims.incident[spoke], source[spoke], claims.group, claims.presence)


def fit_claims(claims: Claims, priors: Priors, *, accelerate: bool = True) -> Fitted:
    """Return the fitted model of folded claims (fold_origins first).

    Pass one weights each side as one voice, so that liars who own the majority cannot explain
    their agreement away; it finds who copies whom. Pass two judges everybody again with the
    refined answers, keeping no link of pass one.
    Errors: BadClaims if priors do not fit.  Source: docs/scoring.md equations 1 to 11.
    """
    priors.check_fits(claims)
    votes, alphabet = votes_of(claims, priors, accelerate=accelerate)
    reports = alphabet.family[votes.label] == 0
    fitted = partial(
        fit,
        gold=claims.gold,
        pooling=priors.pooling,
        split=party_split(claims, priors),
        claimed=claimed_classes(claims),
    )
    cautious = replace(votes, weight=first_pass_weights(votes, reports))
    alone = np.full(claims.n_sources, UNKNOWN)
    presence = _presence(claims, votes, alone, reports)[0]
    first = fitted(
        cautious, priors.class_prior, priors.class_strength,
        presence=presence, max_rounds=FIRST_ROUNDS,
    )  # fmt: skip
    rates, strength = _anchor(first, priors, claims)
    base = replace(votes, weight=stranger_weights(votes, reports))
    prior = chorus_rows(claims.n_parties, alphabet)
    table, out = first.reliability.log_theta, cautious.weight
    cluster = _detect(cautious, np.exp(first.log_q), table, reports, out, grow=False)
    chorus = with_composites(base, cluster, reports, prior)
    presence = _presence(claims, votes, cluster, reports)[0]
    second = fitted(chorus.votes, rates, strength, presence=presence, max_rounds=CANDIDATE_ROUNDS)
    q = np.exp(second.log_q)
    table = learn(cautious, cautious.scatter(q), priors.pooling).log_theta
    cluster = _detect(cautious, q, table, reports, np.zeros(len(votes.item)), grow=True)
    chorus = with_composites(base, cluster, reports, prior)
    presence, spokesman = _presence(claims, votes, cluster, reports)
    last = fitted(chorus.votes, rates, strength, presence=presence, start=q)
    bound = chorus_bound(
        chorus.votes, last.reliability, alphabet, claims.n_parties, np.exp(last.log_pi)
    )
    bounded = bounded_table(chorus.votes, last.reliability, bound)
    evidence = chorus.votes.gather(bounded)
    if presence is not None and last.silence is not None:
        evidence += silence_nats(presence, last.silence).take(presence.pattern, axis=0)
    return Fitted(
        claims, priors, alphabet, base, chorus, presence, cluster, spokesman, last, bounded,
        evidence,
    )  # fmt: skip


def _presence(
    claims: Claims, votes: Votes, cluster: IntArray, reports: BoolArray
) -> tuple[Presence | None, IntArray]:
    """Return who reported, copies counted as one, and the spokesman of each source."""
    spokesman = spokesmen(votes, cluster, reports)
    return presence_of(claims, reports, spokesman), spokesman


def party_split(claims: Claims, priors: Priors) -> FloatArray:
    """Return how the parties share the base rate (K,), by blind decisions and nothing else.

    Were it learned from the engine's own guesses, the party that is accused more often would be
    presumed worse in every other incident.  Source: docs/scoring.md section 3.
    """
    parties = claims.n_parties
    decided = np.bincount(claims.gold[claims.gold >= 0], minlength=claims.n_classes)[:parties]
    before = priors.class_prior[:parties] / priors.class_prior[:parties].sum()
    return normalise(decided + SPLIT_DECISIONS * before)


def claimed_classes(claims: Claims) -> FloatArray:
    """Return how far each candidate may be learned (C,): near 0 if hardly anybody names it.

    Source: docs/scoring.md section 4 (identification).
    """
    own = own_candidate(claims.n_parties)[claims.label]
    named = np.bincount(own[own != UNKNOWN], minlength=claims.n_classes)
    named = named + np.bincount(claims.gold[claims.gold != UNKNOWN], minlength=claims.n_classes)
    return np.asarray(named / (named + CLAIMED_HALF))


def _anchor(first: Fit, priors: Priors, claims: Claims) -> tuple[FloatArray, float]:
    """Return base rates and how many pseudo incidents they weigh.

    Without an anchor the larger classes slowly swallow the smaller ones round by round.
    """
    strength = priors.class_strength + ANCHOR * claims.n_incidents
    rates = np.exp(first.log_pi)
    return rates / rates.sum(), strength


def _detect(
    votes: Votes,
    q: FloatArray,
    log_theta: FloatArray,
    reports: BoolArray,
    out: FloatArray,
    *,
    grow: bool,
) -> IntArray:
    """Return the cluster of each source, -1 for an independent one."""
    pairs = pair_evidence(votes, q, log_theta, reports, out)
    seen = np.bincount(votes.source[reports], minlength=votes.n_sources)
    links = linked(pairs, seen, votes.n_items)
    cluster = clusters_of(pairs.first[links], pairs.second[links], votes.n_sources)
    return settled(votes, q, log_theta, reports, out, cluster, grow=grow)
