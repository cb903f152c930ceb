"""What the words of the domain mean to the core: claims become votes with a prior of their worth.

Labels fall into families that arise differently. What a source says of its own accord is one
family: its labels compete. A party's own position when asked (admits or denies) is a family per
party. That a family spoke at all says nothing. A (basis, family) pair is one "kind" of the core.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.labels import (
    Says,
    decode_label,
    encode_label,
    n_classes,
    n_labels,
    none_class,
    other_class,
)
from verification.engine.types import UNKNOWN, Claims, FloatArray, IntArray, Priors

RIGHT = 4.0  # a report is four times as likely to name the truth as any one error
SIDE_BIAS = 0.5  # share of an aligned source's reports expected to follow its side, not its eyes
BLAMES_OPPONENT = 0.8  # of those, how many accuse an opponent
BLAMES_OWN = 0.02  # of those, how many accuse their own side
ADMITS_IF_DID = 0.20  # 195 concessions among 986 independently attributed incidents (Airwars)
ADMITS_IF_NOT = 0.002  # a false admission: two orders rarer
CLEARS = 3.0  # "it was not p" is three times as likely when it was not p
SEEN_IF_NONE = 0.25  # "observed" when nothing happened, against 1 when something did
QUIET_IF_NONE = 2.0  # "was there, nothing to report" when nothing happened, against 1
CHORUS_RIGHT = 1.5  # a chorus of copies starts out as weak evidence; its worth is learned
NONE_BEFORE = 0.05  # 139 of 8,114 adjudicated incidents were discounted (Airwars), weak ones more
OTHER_BEFORE = 0.20  # actor outside the agreement, or nobody ever learns who


@dataclass(frozen=True, eq=False)
class Alphabet:
    """The labels in use, and one phantom for all the unused ones, so that tables stay small.

    Shapes: code (all labels,) -> column, the phantom is last; family (columns,).
    """

    n_parties: int
    code: IntArray
    family: IntArray

    @property
    def size(self) -> int:
        return len(self.family)

    @property
    def n_families(self) -> int:
        return 1 + self.n_parties


def family_of_label(n_parties: int) -> IntArray:
    """Return the family of every label (L,): 0 reports, 1 + p the position of party p."""
    family = np.zeros(n_labels(n_parties), dtype=np.int64)
    for label in range(len(family)):
        says, party = decode_label(label, n_parties)
        if says in (Says.ADMITS, Says.DENIES):
            family[label] = 1 + int(party or 0)
    return family


def field_priors(
    n_parties: int, group_party: IntArray, basis_trust: FloatArray | None = None
) -> Priors:
    """Return priors of the field: what is contested is who, hardly ever whether.

    Parties share evenly what "other" and "did not happen" leave: no party is presumed worse.
    Source: docs/scoring.md section 3.
    """
    each = (1.0 - NONE_BEFORE - OTHER_BEFORE) / n_parties
    rates = np.append(np.full(n_parties, each), [OTHER_BEFORE, NONE_BEFORE])
    return Priors(rates / rates.sum(), group_party, basis_trust)


def own_candidate(n_parties: int) -> IntArray:
    """Return the candidate each label names outright (L,), -1 for labels that name none."""
    own = np.full(n_labels(n_parties), UNKNOWN)
    for label in range(len(own)):
        says, party = decode_label(label, n_parties)
        if says in (Says.ACCUSES, Says.ADMITS):
            own[label] = party
        elif says is Says.ACCUSES_OTHER:
            own[label] = other_class(n_parties)
        elif says is Says.DID_NOT_HAPPEN:
            own[label] = none_class(n_parties)
    return own


def alphabet_of(claims: Claims) -> Alphabet:
    """Return the labels these claims use; a position keeps both its answers."""
    family = family_of_label(claims.n_parties)
    used = np.zeros(len(family), dtype=bool)
    used[claims.label] = True
    asked = np.unique(family[used])
    used |= (family > 0) & np.isin(family, asked)
    code = np.where(used, np.cumsum(used) - 1, used.sum())
    return Alphabet(claims.n_parties, code, np.append(family[used], 0))


def label_rows(n_parties: int, aligned_with: int, trust: float) -> FloatArray:
    """Return the prior chance of each label per true class (C, L); each family sums to 1.

    aligned_with is the speaker's party or -1; trust is the odds of the truth against one error.
    Source: docs/scoring.md section 3.
    """
    rows = np.ones((n_classes(n_parties), n_labels(n_parties)))
    for label in range(rows.shape[1]):
        says, party = decode_label(label, n_parties)
        if says is Says.ACCUSES:
            rows[party, label] = trust
        elif says is Says.ACCUSES_OTHER:
            rows[other_class(n_parties), label] = trust
        elif says is Says.DID_NOT_HAPPEN:
            rows[none_class(n_parties), label] = trust
        elif says is Says.OBSERVED:
            rows[none_class(n_parties), label] = SEEN_IF_NONE
        elif says is Says.SILENT_PRESENT:
            rows[none_class(n_parties), label] = QUIET_IF_NONE
        elif says is Says.EXCULPATES:
            rows[party, label] = 1.0 / CLEARS
        else:
            rate = np.full(len(rows), ADMITS_IF_NOT)
            rate[party] = ADMITS_IF_DID
            rows[:, label] = rate if says is Says.ADMITS else 1.0 - rate
    reports = family_of_label(n_parties) == 0
    rows[:, reports] /= rows[:, reports].sum(axis=1, keepdims=True)
    return _with_side(rows, n_parties, aligned_with)


def _with_side(rows: FloatArray, n_parties: int, party: int) -> FloatArray:
    """Mix in what an aligned source says whatever it saw."""
    if party < 0:
        return rows
    line = np.zeros(rows.shape[1])
    for label in range(len(line)):
        says, named = decode_label(label, n_parties)
        if says is Says.ACCUSES:
            opponents = max(1, n_parties - 1)
            line[label] = BLAMES_OWN if named == party else BLAMES_OPPONENT / opponents
        elif says not in (Says.ADMITS, Says.DENIES):
            line[label] = (1.0 - BLAMES_OPPONENT) / 4
    reports = family_of_label(n_parties) == 0
    mixed = rows.copy()
    mixed[:, reports] *= 1 - SIDE_BIAS
    mixed[:, reports] += SIDE_BIAS * line[reports] / line.sum()
    return mixed


def ballot_worth(priors: Priors, n_bases: int) -> FloatArray:
    """Return how many plain ballots a statement is worth in an average, by basis and label (B, L).

    The unit is a report of average trust; what a basis or an admission is worth beyond it is its
    prior log-likelihood ratio over that report's.
    Source: docs/scoring.md section 5.
    """
    k = priors.n_parties
    worth = np.ones((n_bases, n_labels(k)))
    if priors.basis_trust is not None:
        worth *= np.log([[_odds(trust, k)] for trust in priors.basis_trust]) / np.log(RIGHT)
    for party in range(k):
        label = encode_label(Says.ADMITS, party, k)
        worth[:, label] = np.log(ADMITS_IF_DID / ADMITS_IF_NOT) / np.log(RIGHT)
    return worth


def columns_of(rows: FloatArray, alphabet: Alphabet) -> FloatArray:
    """Return label rows (C, L) summed into the alphabet's columns (C, columns)."""
    out = np.zeros((len(rows), alphabet.size))
    for label in range(rows.shape[1]):
        out[:, alphabet.code[label]] += rows[:, label]
    unused = family_of_label(alphabet.n_parties)[alphabet.code == alphabet.size - 1] > 0
    if unused.any():  # positions nobody was asked for belong to no column
        labels = np.flatnonzero(alphabet.code == alphabet.size - 1)[unused]
        out[:, -1] -= rows[:, labels].sum(axis=1)
    return np.maximum(out, 1e-9)


def template_of(claims: Claims, priors: Priors, alphabet: Alphabet) -> FloatArray:
    """Return the prior mean rows (G, E, C, columns); what a kind cannot say is zero.

    Source: docs/scoring.md section 3.
    """
    families, k = alphabet.n_families, claims.n_parties
    out = np.zeros((claims.n_groups, claims.n_bases * families, claims.n_classes, alphabet.size))
    for group, party in enumerate(priors.group_party):
        for basis in range(claims.n_bases):
            trust = RIGHT if priors.basis_trust is None else _odds(priors.basis_trust[basis], k)
            rows = columns_of(label_rows(k, int(party), trust), alphabet)
            for family in range(families):
                fits = alphabet.family == family
                out[group, basis * families + family] = np.where(fits, rows, 0.0)
    return out


def chorus_rows(n_parties: int, alphabet: Alphabet) -> FloatArray:
    """Return the prior mean rows of a chorus of copies (C, columns)."""
    rows = columns_of(label_rows(n_parties, -1, CHORUS_RIGHT), alphabet)
    return np.where(alphabet.family == 0, rows, 0.0)


def _odds(trust: float, n_parties: int) -> float:
    """Return the odds of the truth against one error, when the truth is named with this chance."""
    errors = n_parties + 1
    return max(1.05, errors * float(trust) / (1.0 - float(trust)))
