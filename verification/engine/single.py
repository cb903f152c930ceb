"""One incident from a fitted mission: its statements as they are now, against learned tables.

For missions too large to refit at every statement. The tables are those of the last refit; what
the incident's statements add is summed anew, so withdrawn statements and new incidents are no
special case. With the statements of the fit the answer is that of the fit.
"""

from __future__ import annotations

import numpy as np

from verification.engine.averaging import cast_ballots, tally_ballots
from verification.engine.chorus import FEW, STRANGERS
from verification.engine.contributions import blend_part, join_parts
from verification.engine.evidence import RIGHT, family_of_label, label_rows
from verification.engine.incremental import LiveScores
from verification.engine.labels import BadClaims
from verification.engine.likelihood import presence_of
from verification.engine.numeric import log_normalise, normalise
from verification.engine.posterior import FLOOR, METHOD, SOFT
from verification.engine.statements import fold_origins
from verification.engine.types import (
    UNKNOWN,
    BoolArray,
    Claims,
    Contributions,
    FloatArray,
    IntArray,
    Posterior,
    Term,
)
from verification.engine.version import ENGINE_VERSION

LIVE_METHOD = f"{METHOD}, parameters of the last refit"


def score_single(live: LiveScores, claims: Claims, known: IntArray) -> Posterior:
    """Return the posterior of one incident under the tables of the last refit.

    Shapes: claims of exactly one incident, groups and bases numbered as in the fit; known (S,):
            each source's number in the fit, -1 = not seen there.
    Errors: BadClaims if the axes differ.  Source: docs/scoring.md section 11.
    """
    fitted = live.fitted
    if claims.n_incidents != 1 or claims.n_classes != live.width or len(known) != claims.n_sources:
        raise BadClaims("one incident, with the fit's candidates and one number per source")
    folded = fold_origins(claims, fitted.priors)
    weight, voices, nats = _statements(live, folded, known[folded.source])
    neutral = fitted.priors.group_party[folded.group[folded.source]] == UNKNOWN
    scale = weight / voices
    log_pi = np.asarray(live.log_pi)
    everybody = np.ones(folded.n_statements, dtype=bool)
    silences = _silences(live, folded, known)
    unaligned = fitted.priors.group_party == UNKNOWN
    log_p, without = (
        _pooled(live, folded, known[folded.source], nats, scale, kept, quiet)
        for kept, quiet in (
            (everybody, silences.sum(axis=0)),
            (neutral, silences[unaligned].sum(axis=0)),
        )
    )
    log_prior = (log_pi - np.logaddexp.reduce(log_pi))[None]
    parts = join_parts(_parts_by_origin(folded, nats), _parts_of_silence(folded, silences))
    blend = blend_part(log_p - log_prior, parts)
    joined = Contributions(
        *(
            np.concatenate([getattr(parts, name), getattr(blend, name)])
            for name in ("incident", "kind", "origin", "group", "log_lr")
        )
    )
    return Posterior(log_p, log_prior, np.exp(without), joined, ENGINE_VERSION, LIVE_METHOD)


def _statements(
    live: LiveScores, claims: Claims, source: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return per statement its weight (0 if absorbed by a chorus: no), voices beside it, nats."""
    fitted = live.fitted
    column = np.asarray(fitted.alphabet.code[claims.label])
    family = family_of_label(claims.n_parties)[claims.label]
    group = claims.group[claims.source]
    weight = _stranger_weights(live, source, claims.label, group, family == 0)
    known = source != UNKNOWN
    cluster = np.where(known, np.asarray(fitted.cluster)[np.where(known, source, 0)], UNKNOWN)
    voices = np.ones(claims.n_statements)
    nats = np.zeros((claims.n_statements, live.width))
    for at in range(claims.n_statements):
        same = (cluster == cluster[at]) & (column == column[at]) & (family == 0)
        size = int(same.sum()) if cluster[at] != UNKNOWN and family[at] == 0 else 1
        if size > 1:
            voices[at], weight[at] = size, 1.0
            nats[at] = live._chorus_row(int(cluster[at]), size, int(column[at])) / size
        else:
            nats[at] = weight[at] * _row(live, claims, at, int(source[at]), int(column[at]))
    return weight, voices, nats


def _row(live: LiveScores, claims: Claims, at: int, source: int, column: int) -> FloatArray:
    group = int(claims.group[claims.source[at]])
    family = int(family_of_label(claims.n_parties)[claims.label[at]])
    if column == live.labels - 1:  # nobody had said this when the tables were learned
        party = int(live.fitted.priors.group_party[group])
        return np.asarray(np.log(label_rows(claims.n_parties, party, RIGHT)[:, claims.label[at]]))
    kind = int(claims.basis[at]) * live.fitted.alphabet.n_families + family
    return live._row(source, group, kind, column)


def _stranger_weights(
    live: LiveScores, source: IntArray, label: IntArray, group: IntArray, reports: BoolArray
) -> FloatArray:
    """Return weights under which strangers of a group add up to STRANGERS at most."""
    votes, alphabet = live.fitted.votes, live.fitted.alphabet
    told = alphabet.family[votes.label] == 0
    record = np.bincount(votes.source[told], minlength=votes.n_sources)
    strange = reports & np.where(source >= 0, record[np.maximum(source, 0)] < FEW, True)
    same = (label[:, None] == label) & (group[:, None] == group) & strange
    m = same.sum(axis=1).astype(np.float64)
    return np.where(strange, np.minimum(1.0, STRANGERS / np.maximum(m, 1.0)), 1.0)


def _pooled(
    live: LiveScores,
    claims: Claims,
    source: IntArray,
    nats: FloatArray,
    scale: FloatArray,
    kept: BoolArray,
    quiet: FloatArray,
) -> FloatArray:
    """Return ln p of the kept statements (1, C), members pooled as the refit pooled them."""
    scored = live.scored
    total = (nats[kept].sum(axis=0) + quiet)[None]
    members = [np.exp(log_normalise(live.log_pi + total))]
    if scored.averaged is not None:
        members.append(np.exp(log_normalise(live.log_pi + SOFT * total)))
        trust = np.where(source >= 0, scored.averaged.weight[np.maximum(source, 0)], 1.0) * kept
        cast = cast_ballots(claims, live.fitted.priors, scale)
        tally = tally_ballots(scored.averaged, cast, claims.incident, trust, 1)
        members.append(normalise(tally))
    return scored.pool.log_answer(members, FLOOR, scored.log_prior)


def _silences(live: LiveScores, claims: Claims, known: IntArray) -> FloatArray:
    """Return what each group's number of reporting sources says (G, C); 0 without coverage."""
    nats = np.zeros((claims.n_groups, live.width))
    rows = live.fitted.fit.silence
    spontaneous = family_of_label(claims.n_parties)[claims.label] == 0
    presence = presence_of(claims, spontaneous, live.spokesmen_of(known, claims.group))
    if rows is None or presence is None:
        return nats
    for group in range(claims.n_groups):
        nats[group] = rows[group, presence.codes[presence.pattern[0], group]]
    return nats


def _parts_of_silence(claims: Claims, silences: FloatArray) -> Contributions:
    """Return one centred part per group with coverage."""
    here = np.flatnonzero(np.zeros(0) if claims.presence is None else claims.presence[0])
    centred = silences[here] - silences[here].mean(axis=1, keepdims=True)
    size = len(here)
    return Contributions(
        incident=np.zeros(size, dtype=np.int64),
        kind=np.full(size, int(Term.SILENCE)),
        origin=np.full(size, UNKNOWN),
        group=here,
        log_lr=centred,
    )


def _parts_by_origin(claims: Claims, nats: FloatArray) -> Contributions:
    """Return one centred part per origin, in the order of origins."""
    origins, at = np.unique(claims.origin, return_inverse=True)
    summed = np.zeros((len(origins), nats.shape[1]))
    np.add.at(summed, at, nats)
    first = np.array([int(np.argmax(at == number)) for number in range(len(origins))], dtype=int)
    return Contributions(
        incident=np.zeros(len(origins), dtype=np.int64),
        kind=np.full(len(origins), int(Term.ORIGIN)),
        origin=origins,
        group=claims.group[claims.source[first]],
        log_lr=summed - summed.mean(axis=1, keepdims=True),
    )
