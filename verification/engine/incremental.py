"""Between full refits: one statement or decision updates its own incident in microseconds.

Holds copies of the fitted tables; the fit itself is never changed. A full refit replaces the
whole object: now and then, and whenever `needs_refit` says that what arrived since could have
moved the tables by more than is allowed (docs/scoring.md section 11).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verification.engine.averaging import cast_ballots, tally_ballots
from verification.engine.baseline import ballots_of_labels
from verification.engine.bounds import chorus_bound, within_bounds
from verification.engine.chorus import BINS, STRANGERS, strangers
from verification.engine.evidence import RIGHT, ballot_worth, family_of_label, label_rows
from verification.engine.labels import BadClaims, Says, encode_label
from verification.engine.numeric import digamma, normalise
from verification.engine.posterior import FLOOR, SOFT, Scored, voices_of
from verification.engine.silence import ABSENT, MOST
from verification.engine.types import UNKNOWN, FloatArray, IntArray

REFIT_SHARE = 0.02  # new evidence, as a share of what was fitted, that live answers may rest on


@dataclass(frozen=True)
class NewStatement:
    """One statement in the indices of the fitted claims; source -1 = not seen before.

    origin is the index of who said it first, or any new number for a new origin.
    """

    incident: int
    source: int
    group: int
    basis: int
    label: int
    origin: int


class LiveScores:
    """Current answers of a scored mission, updated in place; `p` of one incident on request."""

    def __init__(self, scored: Scored) -> None:
        fitted = scored.fitted
        self.scored, self.fitted, self.votes = scored, fitted, fitted.chorus.votes
        self.width = fitted.claims.n_classes
        self.labels = fitted.alphabet.size
        self.log_pi = scored.log_prior
        self.evidence = fitted.log_evidence.copy()
        self.table = fitted.table.reshape(-1, self.labels, self.width).copy()
        self.gold = np.array(fitted.claims.gold)
        self.fitted_weight = float(self.votes.weight.sum())
        self.new_weight = 0.0
        self.pair_of = {
            (int(s), int(k)): at
            for at, (s, k) in enumerate(
                zip(self.votes.pair_source, self.votes.pair_kind, strict=True)
            )
        }
        self.cell_of = {
            (int(g), int(k)): at
            for at, (g, k) in enumerate(
                zip(self.votes.cell_group, self.votes.cell_kind, strict=True)
            )
        }
        reliability = fitted.fit.reliability
        self.n_source = reliability.n_source.copy()
        self.exposure = reliability.exposure.copy()
        self.reliability = reliability
        self.quiet = encode_label(Says.SILENT_PRESENT, None, fitted.claims.n_parties)
        self.family = family_of_label(fitted.claims.n_parties)
        self.cell_rows = self._cell_rows()
        self._index()
        self._averages()

    def _cell_rows(self) -> FloatArray:
        """Return what a source of each group says on each basis before it is known (Q, L, C)."""
        alphabet, parties = self.fitted.alphabet, self.fitted.claims.n_parties
        bound = chorus_bound(
            self.votes, self.reliability, alphabet, parties, np.exp(self.fitted.fit.log_pi)
        )
        rows = within_bounds(self.reliability.cell_log, alphabet, parties)
        chorus = self.votes.cell_group == self.votes.n_groups - 1
        rows[chorus] = bound.of_rows(rows[chorus])
        return rows

    def _index(self) -> None:
        claims, cluster = self.fitted.claims, self.fitted.cluster
        columns = (claims.incident, claims.origin, claims.label)
        self.said = set(zip(*(column.tolist() for column in columns), strict=True))
        spokesman = self.fitted.spokesman
        self.reporters = set(
            zip(claims.incident.tolist(), spokesman[claims.source].tolist(), strict=True)
        )
        member = np.flatnonzero(cluster[claims.source] != UNKNOWN)
        self.voice_count: dict[tuple[int, int, int], int] = {}
        code = self.fitted.alphabet.code
        for at in member.tolist():
            key = (
                int(claims.incident[at]),
                int(code[claims.label[at]]),
                int(cluster[claims.source[at]]),
            )
            self.voice_count[key] = self.voice_count.get(key, 0) + 1
        strange = strangers(self.fitted.votes, self.family[claims.label] == 0)
        self.has_record = np.ones(claims.n_sources, dtype=bool)
        self.has_record[claims.source[strange]] = False
        self.stranger_count: dict[tuple[int, int, int], int] = {}
        self.speaks_for: dict[int, int] = {}  # the strangers of a group
        for at in np.flatnonzero(strange).tolist():
            group = int(claims.group[claims.source[at]])
            place = (int(claims.incident[at]), int(code[claims.label[at]]), group)
            self.stranger_count[place] = self.stranger_count.get(place, 0) + 1
            self.speaks_for[group] = int(spokesman[claims.source[at]])
        self.starts = np.searchsorted(self.votes.item, np.arange(self.votes.n_items + 1))
        self.by_source = np.argsort(self.votes.source, kind="stable")
        self.source_starts = np.searchsorted(
            self.votes.source[self.by_source], np.arange(self.votes.n_sources + 1)
        )
        presence = self.fitted.presence
        if presence is not None:
            self.heard = presence.codes[presence.pattern].copy()

    def _averages(self) -> None:
        averaged, claims = self.scored.averaged, self.fitted.claims
        self.ballots, self.telling = ballots_of_labels(
            claims.n_parties, self.fitted.priors.class_prior
        )
        self.worth = ballot_worth(self.fitted.priors, claims.n_bases)
        if averaged is None:
            return
        share = self.fitted.votes.weight / voices_of(self.fitted)
        cast = cast_ballots(claims, self.fitted.priors, share)
        trust = averaged.weight[claims.source]
        n = claims.n_incidents
        self.tally = tally_ballots(averaged, cast, claims.incident, trust, n)

    @property
    def drift(self) -> float:
        """Return how much evidence the tables have not seen, as a share of what they have.

        A new statement counts by its weight, copies not at all; a decision counts by how far it
        moved the answer, once for each statement on its incident.
        """
        return self.new_weight / max(self.fitted_weight, 1.0)

    @property
    def needs_refit(self) -> bool:
        """Return whether live answers may by now differ from a refit's by more than the bound.

        Source: docs/scoring.md section 11, where the difference at this bound is measured.
        """
        return self.drift > REFIT_SHARE

    def p_of(self, incident: int) -> FloatArray:
        """Return the current probabilities of one incident (C,)."""
        if self.gold[incident] != UNKNOWN:
            sure = np.zeros(self.width)
            sure[self.gold[incident]] = 1.0
            return sure
        nats = self.evidence[incident]
        members = [_softmax(self.log_pi + nats)]
        if self.scored.averaged is not None:
            members.append(_softmax(self.log_pi + SOFT * nats))
            row = self.tally[incident]
            members.append(row / row.sum())
        pool = self.scored.pool
        mixed = sum(w * p for w, p in zip(pool.weights, members, strict=True))
        shares = (1.0 - FLOOR * self.width) * np.asarray(mixed) + FLOOR
        known = np.log(shares) - self.log_pi
        return _softmax(self.log_pi + pool.temper * known)

    def add(self, new: NewStatement) -> FloatArray:
        """Return the incident's probabilities after one more statement.

        A copy of an origin already heard changes nothing. A member of a known cluster joins the
        chorus instead of adding a voice.
        Errors: BadClaims for an incident outside the fitted claims.
        """
        if not 0 <= new.incident < len(self.evidence):
            raise BadClaims(f"incident {new.incident} is not among the fitted ones: refit first")
        key = (new.incident, new.origin, new.label)
        if key in self.said:
            return self.p_of(new.incident)
        self.said.add(key)
        column = int(self.fitted.alphabet.code[new.label])
        spontaneous = int(self.family[new.label]) == 0
        voice = self._voice(new, column) if spontaneous else None
        weight = self._weight(new, column, voice) if spontaneous else 1.0
        self.new_weight += weight
        if column < self.labels - 1:
            self.evidence[new.incident] += weight * self._nats(new, column, voice)
        else:  # nobody used this label when the tables were learned: what the prior says of it
            party = int(self.fitted.priors.group_party[new.group])
            rows = label_rows(self.fitted.claims.n_parties, party, RIGHT)
            self.evidence[new.incident] += weight * np.log(rows[:, new.label])
        if spontaneous and new.label != self.quiet:
            self._speak(new)
        first_voice = voice is None or self.voice_count[voice] == 1
        if self.scored.averaged is not None and self.telling[new.label] > 0 and first_voice:
            weights = self.scored.averaged.weight
            weight *= float(weights[new.source]) if new.source >= 0 else 1.0
            weight *= float(self.worth[new.basis, new.label])
            self.tally[new.incident] += weight * self.ballots[new.label]
        return self.p_of(new.incident)

    def _voice(self, new: NewStatement, column: int) -> tuple[int, int, int] | None:
        """Count a cluster member's report and return which chorus it may belong to."""
        cluster = int(self.fitted.cluster[new.source]) if new.source >= 0 else UNKNOWN
        if cluster == UNKNOWN:
            return None
        voice = (new.incident, column, cluster)
        self.voice_count[voice] = self.voice_count.get(voice, 0) + 1
        return voice

    def _weight(self, new: NewStatement, column: int, voice: tuple[int, int, int] | None) -> float:
        """Return what is left of the strangers' allowance; 1 for a source with a record."""
        if voice is not None or (new.source >= 0 and self.has_record[new.source]):
            return 1.0
        place = (new.incident, column, new.group)
        count = self.stranger_count.get(place, 0)
        self.stranger_count[place] = count + 1
        return max(0.0, min(1.0, STRANGERS - count))

    def _nats(
        self, new: NewStatement, column: int, voice: tuple[int, int, int] | None
    ) -> FloatArray:
        """Return what the statement adds: its own row, or what it turns the chorus into."""
        kind = new.basis * self.fitted.alphabet.n_families + int(self.family[new.label])
        count = 1 if voice is None else self.voice_count[voice]
        if voice is None or count == 1:
            return self._row(new.source, new.group, kind, column)
        after = self._chorus_row(voice[2], count, column)
        if count == 2:
            return after - self._lone_member(voice, column)
        return after - self._chorus_row(voice[2], count - 1, column)

    def _lone_member(self, voice: tuple[int, int, int], column: int) -> FloatArray:
        """Return what the first voice of a chorus had added while it stood alone."""
        rows = slice(self.starts[voice[0]], self.starts[voice[0] + 1])
        for at in range(rows.start, rows.stop):
            source = int(self.votes.source[at])
            member = source < len(self.fitted.cluster) and self.fitted.cluster[source] == voice[2]
            if member and self.votes.label[at] == column:
                return np.asarray(self.table[self.votes.pair[at], column])
        return np.zeros(self.width)

    def _chorus_row(self, cluster: int, voices: int, column: int) -> FloatArray:
        kind = self.votes.n_kinds - len(BINS) + int(np.searchsorted(BINS, voices, "right")) - 1
        source = self.fitted.votes.n_sources + cluster
        return self._row(source, self.votes.n_groups - 1, kind, column)

    def _row(self, source: int, group: int, kind: int, column: int) -> FloatArray:
        """Return the nats of one table row, from the pair, else its cell, else the template."""
        pair = self.pair_of.get((source, kind))
        if pair is not None:
            return np.asarray(self.table[pair, column])
        cell = self.cell_of.get((group, kind))
        if cell is not None:
            return np.asarray(self.cell_rows[cell, column])
        rows = np.log(self.votes.template[group, kind].T + 1e-9)
        parties = self.fitted.claims.n_parties
        return np.asarray(within_bounds(rows, self.fitted.alphabet, parties)[column])

    def spokesmen_of(self, known: IntArray, group: IntArray) -> IntArray:
        """Return who reports for each of some sources (S,), as positions among them.

        Shapes: known (S,): their numbers in the fit, -1 = not seen there; group (S,).
        """
        reporter = [
            self._reporter(*one) for one in zip(known.tolist(), group.tolist(), strict=True)
        ]
        _, first, at = np.unique(
            np.array(reporter, dtype=np.int64), return_index=True, return_inverse=True
        )
        spokesman: IntArray = first[at]
        return spokesman

    def _reporter(self, source: int, group: int) -> int:
        """Return who a source's report counts for; strangers of a group are one."""
        if source >= 0:
            return int(self.fitted.spokesman[source])
        return self.speaks_for.get(group, UNKNOWN - 1 - group)

    def _speak(self, new: NewStatement) -> None:
        """Let one more distinct source of a group with coverage be heard."""
        rows = self.fitted.fit.silence
        reporter = self._reporter(new.source, new.group)
        if rows is None or (new.incident, reporter) in self.reporters:
            return
        self.reporters.add((new.incident, reporter))
        before = int(self.heard[new.incident, new.group])
        if before not in (ABSENT, MOST):
            self.heard[new.incident, new.group] = before + 1
            self.evidence[new.incident] += rows[new.group, before + 1] - rows[new.group, before]

    def decide(self, incident: int, candidate: int) -> IntArray:
        """Record a decision, re-estimate the sources heard on it, return the incidents to refresh.

        Equation 13: counts move from the guess to the decision; equation 7 is redone for these
        sources only.
        """
        votes = self.votes
        here = slice(self.starts[incident], self.starts[incident + 1])
        change = -self.p_of(incident)
        change[candidate] += 1.0
        self.gold[incident] = candidate
        source, pair = votes.source[here], votes.pair[here]
        weight = votes.weight[here]
        self.new_weight += float(weight.sum() * np.abs(change).sum() / 2)
        np.add.at(self.n_source, (source, votes.label[here]), weight[:, None] * change)
        expected = (
            self.reliability.cell_mean[votes.cell[pair]] * (weight[:, None] * change)[:, None]
        )
        np.add.at(self.exposure, source, expected)
        touched = np.unique(source[weight > 0])
        self._relearn(touched)
        dirty = np.zeros(votes.n_items, dtype=bool)
        for one in touched:
            rows = self.by_source[self.source_starts[one] : self.source_starts[one + 1]]
            dirty[votes.item[rows]] = True
        return np.flatnonzero(dirty)

    def _relearn(self, sources: IntArray) -> None:
        """Redo equation 7 for some sources; bounds on a chorus stay those of the last refit."""
        votes, cells = self.votes, self.reliability
        marked = np.zeros(votes.n_sources, dtype=bool)
        marked[sources] = True
        pairs = np.flatnonzero(marked[votes.pair_source] & (votes.pair_kind < votes.n_kinds - 4))
        owner, cell = votes.pair_source[pairs], votes.cell[pairs]
        c = cells.effect[votes.group[owner]][:, None, None]
        n = np.maximum(self.n_source[owner], 0.0)
        s = np.maximum(self.exposure[owner], 0.0)
        total = (cells.cell_mean[cell] * (c + n) / (c + s)).sum(axis=1, keepdims=True)
        rows = cells.cell_log[cell] + digamma(c + n) - np.log(c + s) - np.log(total)
        parties = self.fitted.claims.n_parties
        self.table[pairs] = within_bounds(rows, self.fitted.alphabet, parties)

    def refresh(self, incidents: IntArray) -> None:
        """Sum the evidence of some incidents again from the current tables."""
        votes = self.votes
        low, high = self.starts[incidents], self.starts[incidents + 1]
        size = high - low
        at = np.repeat(low - np.concatenate([[0], np.cumsum(size)[:-1]]), size)
        at = at + np.arange(int(size.sum()))
        nats = self.table[votes.pair[at], votes.label[at]] * votes.weight[at][:, None]
        owner = np.repeat(np.arange(len(incidents)), size)
        rows = self.fitted.fit.silence
        for column in range(self.width):
            self.evidence[incidents, column] = np.bincount(
                owner, weights=nats[:, column], minlength=len(incidents)
            )
        if rows is not None:
            for group in range(rows.shape[0]):
                self.evidence[incidents] += rows[group, self.heard[incidents, group]]


def _softmax(nats: FloatArray) -> FloatArray:
    weights = np.exp(nats - nats.max())
    return normalise(weights)
