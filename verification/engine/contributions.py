"""The posterior as a sum: what each origin, each silence and the blend add, in nats."""

from __future__ import annotations

import numpy as np

from verification.engine.likelihood import Fitted
from verification.engine.silence import ABSENT
from verification.engine.types import UNKNOWN, Contributions, FloatArray, IntArray, Term


def additive_parts(fitted: Fitted) -> Contributions:
    """Return one part per (incident, origin) and per (incident, group with coverage).

    A composite's nats are shared equally by the voices it is made of. Rows are centred, which
    leaves all log-odds as they are.  Source: docs/scoring.md section 6.
    """
    nats = statement_nats(fitted)
    claims = fitted.claims
    new = np.ones(claims.n_statements, dtype=bool)
    new[1:] = (claims.incident[1:] != claims.incident[:-1]) | (
        claims.origin[1:] != claims.origin[:-1]
    )
    starts = np.flatnonzero(new)
    summed = np.add.reduceat(nats, starts, axis=0) if len(starts) else nats
    spoken = Contributions(
        incident=claims.incident[starts],
        kind=np.full(len(starts), int(Term.ORIGIN)),
        origin=claims.origin[starts],
        group=claims.group[claims.source[starts]],
        log_lr=_centred(summed),
    )
    return join_parts(spoken, _silences(fitted))


def statement_nats(fitted: Fitted) -> FloatArray:
    """Return what each folded statement adds (M, C); a chorus is shared by its voices."""
    votes, chorus = fitted.chorus.votes, fitted.chorus
    all_nats = fitted.table.take(votes.row, axis=0) * votes.weight[:, None]
    given = chorus.original >= 0
    nats = np.empty((fitted.claims.n_statements, all_nats.shape[1]))
    nats[chorus.original[given]] = all_nats[given]
    absorbed = np.flatnonzero(chorus.voice_of >= 0)
    if len(absorbed):
        of_composite = np.empty((int(chorus.composite.max()) + 1, all_nats.shape[1]))
        of_composite[chorus.composite[~given]] = all_nats[~given]
        voice = chorus.voice_of[absorbed]
        size = np.bincount(voice, minlength=len(of_composite))
        nats[absorbed] = of_composite[voice] / size[voice, None]
    return nats


def _silences(fitted: Fitted) -> Contributions:
    """Return what the number of reporting sources of each present group adds."""
    presence, rows = fitted.presence, fitted.fit.silence
    width = fitted.claims.n_classes
    if presence is None or rows is None:
        return _parts(np.empty(0, dtype=np.int64), 0, UNKNOWN, UNKNOWN, np.empty((0, width)))
    out = []
    for group in range(presence.n_groups):
        code = presence.codes[:, group][presence.pattern]
        here = np.flatnonzero(code != ABSENT)
        nats = _centred(rows[group])[code[here]]
        out.append(_parts(here, int(Term.SILENCE), UNKNOWN, group, nats))
    return join_parts(*out)


def blend_part(total: FloatArray, parts: Contributions) -> Contributions:
    """Return what is left of the posterior's log-odds when all parts are summed.

    Shapes: total (N, C), log posterior minus log prior.
    """
    left = _centred(total - sums_by_incident(parts, len(total)))
    here = np.flatnonzero(np.abs(left).max(axis=1) > 0.0) if len(left) else np.empty(0, dtype=int)
    return _parts(here, int(Term.BLEND), UNKNOWN, UNKNOWN, left[here])


def sums_by_incident(parts: Contributions, n_incidents: int) -> FloatArray:
    """Return the sum of the parts of each incident (N, C)."""
    out = np.empty((n_incidents, parts.log_lr.shape[1]))
    for column in range(out.shape[1]):
        nats = parts.log_lr[:, column]
        out[:, column] = np.bincount(parts.incident, weights=nats, minlength=n_incidents)
    return out


def join_parts(*parts: Contributions) -> Contributions:
    """Return all parts sorted by incident, in the given order within one."""
    incident = np.concatenate([part.incident for part in parts])
    order = np.argsort(incident, kind="stable")
    return Contributions(
        incident=incident[order],
        kind=np.concatenate([part.kind for part in parts])[order],
        origin=np.concatenate([part.origin for part in parts])[order],
        group=np.concatenate([part.group for part in parts])[order],
        log_lr=np.concatenate([part.log_lr for part in parts])[order],
    )


def _parts(
    incident: IntArray, kind: int, origin: int, group: int, nats: FloatArray
) -> Contributions:
    size = len(incident)
    return Contributions(
        incident, np.full(size, kind), np.full(size, origin), np.full(size, group), nats
    )


def _centred(nats: FloatArray) -> FloatArray:
    centred: FloatArray = nats - nats.mean(axis=-1, keepdims=True)
    return centred
