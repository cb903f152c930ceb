"""What goes into the engine and what comes out: claims and priors in, posterior out.

Everything is checked on entry and never changed afterwards. Axes: M statements, N incidents,
S sources, G groups, B bases, C = n_parties + 2 candidate answers (labels.py names them).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from verification.engine.labels import BadClaims, n_classes, n_labels

IntArray = npt.NDArray[np.integer[Any]]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

UNKNOWN = -1  # no gold, no aligned party, no origin
SUM_TOLERANCE = 1e-9  # how far a row of probabilities may sum from one


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view


def _check_index(name: str, array: Any, size: int, low: int, high: int) -> None:
    """Refuse anything but `size` integers in [low, high)."""
    if not isinstance(array, np.ndarray) or not np.issubdtype(array.dtype, np.integer):
        raise BadClaims(f"{name} must be an array of integers")
    if array.shape != (size,):
        raise BadClaims(f"{name} must have shape ({size},), got {array.shape}")
    if size and (int(array.min()) < low or int(array.max()) >= high):
        raise BadClaims(f"{name} must lie in [{low}, {high}), got {array.min()} to {array.max()}")


@dataclass(frozen=True, eq=False)
class Claims:
    """Who said what about which incident, as integer arrays.

    Shapes: incident, source, label, basis, origin (M,) int; relayed (M,) bool or None; group of
            each source (S,) int; gold (N,) int, -1 = undecided; presence (N, G) bool or None.
    Units:  indices from 0. A source that changes sides is one source per alignment. An origin is
            who said it first; `relayed` marks a statement that only repeats another's words.
            presence[i, g]: group g could see incident i, so that its silence means something.
    Errors: BadClaims naming the array and the range.
    Source: docs/scoring.md section 2.
    """

    incident: IntArray
    source: IntArray
    label: IntArray
    basis: IntArray
    origin: IntArray
    group: IntArray
    n_parties: int
    n_incidents: int
    n_groups: int
    n_bases: int
    n_origins: int
    gold: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    relayed: BoolArray | None = None
    presence: BoolArray | None = None

    def __post_init__(self) -> None:
        for name in ("n_parties", "n_incidents", "n_groups", "n_bases", "n_origins"):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 0:
                raise BadClaims(f"{name} must be a whole number of at least 0")
        if self.n_parties < 1:
            raise BadClaims("an agreement has at least one party")
        m, n = len(np.atleast_1d(self.incident)), self.n_incidents
        if self.gold is not None and self.gold.size == 0 and n:
            object.__setattr__(self, "gold", np.full(n, UNKNOWN, dtype=np.int64))
        _check_index("incident", self.incident, m, 0, n)
        _check_index("source", self.source, m, 0, self.n_sources)
        _check_index("label", self.label, m, 0, n_labels(self.n_parties))
        _check_index("basis", self.basis, m, 0, self.n_bases)
        _check_index("origin", self.origin, m, 0, self.n_origins)
        _check_index("group", self.group, self.n_sources, 0, self.n_groups)
        _check_index("gold", self.gold, n, UNKNOWN, n_classes(self.n_parties))
        self._check_flags("relayed", self.relayed, (m,))
        self._check_flags("presence", self.presence, (n, self.n_groups))
        for name in ("incident", "source", "label", "basis", "origin", "group", "gold"):
            object.__setattr__(self, name, _read_only(getattr(self, name)))

    def _check_flags(self, name: str, array: Any, shape: tuple[int, ...]) -> None:
        if array is None:
            return
        if not isinstance(array, np.ndarray) or array.dtype != np.bool_ or array.shape != shape:
            raise BadClaims(f"{name} must be a boolean array of shape {shape}")
        object.__setattr__(self, name, _read_only(array))

    @property
    def n_statements(self) -> int:
        return len(self.incident)

    @property
    def n_sources(self) -> int:
        return len(self.group)

    @property
    def n_classes(self) -> int:
        return n_classes(self.n_parties)


@dataclass(frozen=True, eq=False)
class Priors:
    """What is believed before any statement is read.

    Shapes: class_prior (C,) float; group_party (G,) int, -1 = aligned with no party;
            basis_trust (B,) float or None = 0.6 for every basis.
    Units:  class_prior positive, sums to 1 within 1e-9; basis_trust in (0, 1), the chance that a
            statement on that basis names the truth. class_strength and pooling count pseudo
            incidents and pseudo statements. temper in (0, 1] or None = chosen by size or gold.
    Errors: BadClaims. Source: docs/scoring.md sections 3 and 4.
    """

    class_prior: FloatArray
    group_party: IntArray
    basis_trust: FloatArray | None = None
    class_strength: float = 20.0
    pooling: float = 20.0
    temper: float | None = None

    def __post_init__(self) -> None:
        prior = self.class_prior
        if not isinstance(prior, np.ndarray) or prior.ndim != 1 or len(prior) < 3:
            raise BadClaims("class_prior must list every party, other and did-not-happen")
        if not np.isfinite(prior).all() or (prior <= 0).any():
            raise BadClaims("class_prior must be positive: no answer is impossible beforehand")
        if abs(float(prior.sum()) - 1.0) > SUM_TOLERANCE:
            raise BadClaims(f"class_prior must sum to 1, got {prior.sum()}")
        _check_index("group_party", self.group_party, len(self.group_party), -1, self.n_parties)
        trust = self.basis_trust
        if trust is not None and not ((trust > 0) & (trust < 1)).all():
            raise BadClaims("basis_trust must lie strictly between 0 and 1")
        if not (self.class_strength > 0 and self.pooling > 0):
            raise BadClaims("class_strength and pooling must be positive")
        if self.temper is not None and not 0 < self.temper <= 1:
            raise BadClaims("temper must lie in (0, 1]")

    @property
    def n_parties(self) -> int:
        return len(self.class_prior) - 2

    def check_fits(self, claims: Claims) -> None:
        """Raise BadClaims unless these priors speak of the same parties, groups and bases."""
        if self.n_parties != claims.n_parties:
            raise BadClaims(f"priors know {self.n_parties} parties, claims {claims.n_parties}")
        if len(self.group_party) != claims.n_groups:
            raise BadClaims(f"priors know {len(self.group_party)} groups, claims {claims.n_groups}")
        if self.basis_trust is not None and len(self.basis_trust) != claims.n_bases:
            raise BadClaims(f"priors know {len(self.basis_trust)} bases, claims {claims.n_bases}")


def even_priors(n_parties: int, group_party: IntArray) -> Priors:
    """Return priors that favour no answer: every candidate equally probable beforehand."""
    size = n_classes(n_parties)
    return Priors(class_prior=np.full(size, 1.0 / size), group_party=group_party)


class Term(IntEnum):
    """Where one additive part of an incident's log-odds comes from."""

    ORIGIN = 0  # what one origin said, all its copies folded to one
    SILENCE = 1  # how many of one group reported at all
    BLEND = 2  # pull of the simpler models mixed in for small missions
    DECIDED = 3  # a panel's blind decision on this very incident


@dataclass(frozen=True, eq=False)
class Contributions:
    """The additive parts of every incident's log-odds, sorted by incident.

    Shapes: incident, kind, origin, group (T,) int; log_lr (T, C) float.
    Units:  nats; each row of log_lr sums to 0 over candidates, so the difference of two columns
            is a log-likelihood ratio. origin is -1 unless kind is ORIGIN, group is the group of
            the statement or of the silence, else -1.
    """

    incident: IntArray
    kind: IntArray
    origin: IntArray
    group: IntArray
    log_lr: FloatArray

    def rows_of(self, incident: int) -> slice:
        """Return where the parts of one incident lie."""
        low, high = np.searchsorted(self.incident, [incident, incident + 1])
        return slice(int(low), int(high))


@dataclass(frozen=True, eq=False)
class Posterior:
    """How probable each candidate is, per incident, and why.

    Shapes: log_p, p, log_prior, p_without_aligned (N, C) float.
    Units:  probabilities strictly inside (0, 1); rows of p sum to 1 within 1e-9. For every
            incident and candidates a, b: log_p[a] - log_p[b] equals the same difference of
            log_prior plus that of every contribution, within 1e-9.
            p_without_aligned: the same without any statement of a source aligned with a party.
    Errors: BadClaims if a row is no distribution.  Source: docs/scoring.md sections 4 and 6.
    """

    log_p: FloatArray
    log_prior: FloatArray
    p_without_aligned: FloatArray
    contributions: Contributions
    engine_version: str
    method: str
    parameters: Any = None  # what the method learned about sources and groups, if anything

    def __post_init__(self) -> None:
        for name in ("log_p", "log_prior", "p_without_aligned"):
            array = getattr(self, name)
            if array.shape != self.log_p.shape or not np.isfinite(array).all():
                raise BadClaims(f"{name} must be finite and of shape {self.log_p.shape}")
            object.__setattr__(self, name, _read_only(array))
        for name, p in (("p", self.p), ("p_without_aligned", self.p_without_aligned)):
            if p.size and np.abs(p.sum(axis=1) - 1.0).max() > SUM_TOLERANCE:
                raise BadClaims(f"rows of {name} must sum to 1")

    @property
    def p(self) -> FloatArray:
        return np.exp(self.log_p)

    def log_odds(self, incident: int, candidate: int, against: int) -> float:
        """Return the log-odds, in nats, of one candidate against another."""
        return float(self.log_p[incident, candidate] - self.log_p[incident, against])

    def explain(self, incident: int, candidate: int, against: int) -> list[tuple[Term, int, float]]:
        """Return (kind, origin or -1, nats) for candidate against another, strongest first.

        Units:  the nats and the prior's own log-odds sum to log_odds(...) within 1e-9.
        """
        rows = self.contributions.rows_of(incident)
        nats = self.contributions.log_lr[rows, candidate] - self.contributions.log_lr[rows, against]
        parts = zip(
            self.contributions.kind[rows], self.contributions.origin[rows], nats, strict=True
        )
        named = [(Term(int(kind)), int(origin), float(value)) for kind, origin, value in parts]
        return sorted(named, key=lambda part: -abs(part[2]))
