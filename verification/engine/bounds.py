"""What no data can make a statement mean (docs/scoring.md section 4, bounds).

Everything the engine believes of a source is learned, within three limits: an admission never
speaks against the admitting party being the one, seeing without naming takes no side, and a
chorus of copies says no more than one source could, and only of the candidate it names.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.evidence import Alphabet
from verification.engine.labels import Says, decode_label, encode_label, none_class, other_class
from verification.engine.reliability import Reliability
from verification.engine.types import BoolArray, FloatArray
from verification.engine.votes import Votes


def within_bounds(rows: FloatArray, alphabet: Alphabet, n_parties: int) -> FloatArray:
    """Return table rows in which admissions and observations mean what they must.

    Shapes: rows (..., L, C).  Source: docs/scoring.md section 4 (bounds).
    """
    nats = rows.copy()
    for party in range(n_parties):
        column = alphabet.code[encode_label(Says.ADMITS, party, n_parties)]
        if alphabet.family[column] == 1 + party:
            own = nats[..., column, party, None]
            nats[..., column, :] = np.minimum(nats[..., column, :], own)
    observed = alphabet.code[encode_label(Says.OBSERVED, None, n_parties)]
    if observed < alphabet.size - 1:
        even = nats[..., observed, :n_parties].mean(axis=-1, keepdims=True)
        nats[..., observed, :n_parties] = even
    return nats


@dataclass(frozen=True, eq=False)
class ChorusBound:
    """The limits of a chorus: nats between any two candidates, base rates (C,) to weigh others."""

    loudest: float
    rates: FloatArray
    alphabet: Alphabet
    n_parties: int

    def of_rows(self, rows: FloatArray) -> FloatArray:
        """Return rows of a chorus (..., L, C) within the limits, centred over candidates."""
        nats = self._named_only(rows)
        nats = nats - nats.mean(axis=-1, keepdims=True)
        spread = np.ptp(nats, axis=-1, keepdims=True)
        return np.asarray(nats * np.minimum(1.0, self.loudest / np.maximum(spread, 1e-12)))

    def _named_only(self, rows: FloatArray) -> FloatArray:
        """Return rows in which a label speaks for or against its own candidate and no other.

        Whom a campaign leaves alone is its own choice; else it could point at one party by
        accusing another.
        """
        nats = rows.copy()
        for column, candidate in _named(self.alphabet, self.n_parties).items():
            rest = np.arange(len(self.rates)) != candidate
            share = np.log(self.rates[rest] / self.rates[rest].sum())
            others = np.logaddexp.reduce(nats[..., column, rest] + share, axis=-1, keepdims=True)
            nats[..., column, rest] = others
        return nats


def _named(alphabet: Alphabet, n_parties: int) -> dict[int, int]:
    """Return the candidate that each column of the reports in use is about."""
    about = {Says.ACCUSES_OTHER: other_class(n_parties), Says.DID_NOT_HAPPEN: none_class(n_parties)}
    found: dict[int, int] = {}
    for label, column in enumerate(alphabet.code.tolist()):
        says, party = decode_label(label, n_parties)
        candidate = party if says in (Says.ACCUSES, Says.EXCULPATES) else about.get(says)
        if candidate is not None and column < alphabet.size - 1:
            found[column] = candidate
    return found


def chorus_bound(
    votes: Votes, reliability: Reliability, alphabet: Alphabet, n_parties: int, rates: FloatArray
) -> ChorusBound:
    """Return the limits of a chorus: no louder than the strongest row of ordinary sources."""
    ordinary = votes.cell_group != votes.n_groups - 1
    reports: BoolArray = votes.allowed[votes.cell_kind] & (alphabet.family == 0)
    reports[:, -1] = False  # the phantom of labels nobody uses
    rows = reliability.cell_log[ordinary][reports[ordinary]]
    loudest = float(np.ptp(rows, axis=1).max()) if len(rows) else 0.0
    return ChorusBound(loudest, rates, alphabet, n_parties)


def bounded_table(votes: Votes, reliability: Reliability, bound: ChorusBound) -> FloatArray:
    """Return the nats of every table row (R, C) within the bounds.

    Source: docs/scoring.md section 4.
    """
    nats = within_bounds(reliability.log_theta, bound.alphabet, bound.n_parties)
    chorus = votes.group[votes.pair_source] == votes.n_groups - 1
    nats[chorus] = bound.of_rows(nats[chorus])
    return nats.reshape(-1, nats.shape[2])
