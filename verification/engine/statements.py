"""From named statements to index arrays, in one canonical order.

The order in which statements arrive must never matter, to the last bit. So they are sorted
here, keys become indices by sorted position, and copies fold to one statement per origin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from verification.engine.labels import BadClaims, Says, encode_label
from verification.engine.types import UNKNOWN, BoolArray, Claims, IntArray, Priors

COLUMNS = ("incident", "origin", "label", "source", "basis")  # canonical order of sorting


@dataclass(frozen=True, order=True)
class StatementRow:
    """One statement: `source`, of `group` at that time, said it about `incident`.

    `origin` is who said it first (the source itself when first hand); `relayed` is true when the
    source only repeats the origin's words. `party` is an index, for naming kinds only.
    """

    incident: str
    source: str
    group: str
    origin: str
    basis: str
    says: Says
    party: int | None = None
    relayed: bool = False


@dataclass(frozen=True, eq=False)
class IndexedClaims:
    """Claims with the names behind their indices; sources are (source, group) pairs."""

    claims: Claims
    incidents: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    bases: tuple[str, ...]
    origins: tuple[str, ...]


def claims_from_statements(
    rows: Iterable[StatementRow],
    *,
    n_parties: int,
    incidents: Sequence[str] = (),
    groups: Sequence[str] = (),
    bases: Sequence[str] = (),
    gold: Mapping[str, int] | None = None,
    presence: Iterable[tuple[str, str]] | None = None,
) -> IndexedClaims:
    """Return claims whose arrays do not depend on the order of the rows.

    Incidents without a statement, and groups or bases nobody used yet, can be named so that they
    get an index. gold maps an incident to its decided candidate; presence lists the (incident,
    group) pairs that had coverage.

    Shapes: see Claims. Keys get indices in sorted order.
    Errors: BadClaims if a row names an unknown party, or presence or gold an unknown key.
    Source: docs/scoring.md section 2.
    """
    held = list(rows)
    index_of = {
        "incident": _numbered([*incidents, *(row.incident for row in held)]),
        "group": _numbered([*groups, *(row.group for row in held)]),
        "basis": _numbered([*bases, *(row.basis for row in held)]),
        "origin": _numbered(row.origin for row in held),
    }
    sources = sorted({(row.source, row.group) for row in held})
    table = _table(held, index_of, {key: at for at, key in enumerate(sources)}, n_parties)
    claims = Claims(
        **{name: table[:, at].copy() for at, name in enumerate(COLUMNS)},
        relayed=table[:, len(COLUMNS)].astype(bool),
        group=np.array([index_of["group"][group] for _, group in sources], dtype=np.int64),
        n_parties=n_parties,
        n_incidents=len(index_of["incident"]),
        n_groups=len(index_of["group"]),
        n_bases=len(index_of["basis"]),
        n_origins=len(index_of["origin"]),
        gold=_gold_array(gold or {}, index_of["incident"]),
        presence=_presence_array(presence, index_of["incident"], index_of["group"]),
    )
    return IndexedClaims(
        claims=claims,
        incidents=tuple(index_of["incident"]),
        sources=tuple(sources),
        groups=tuple(index_of["group"]),
        bases=tuple(index_of["basis"]),
        origins=tuple(index_of["origin"]),
    )


def _table(
    rows: Sequence[StatementRow],
    index_of: Mapping[str, Mapping[str, int]],
    source_of: Mapping[tuple[str, str], int],
    n_parties: int,
) -> IntArray:
    """Return COLUMNS and relayed, one row per statement, sorted, without exact repeats."""
    table = [
        (
            index_of["incident"][row.incident],
            index_of["origin"][row.origin],
            encode_label(row.says, row.party, n_parties),
            source_of[row.source, row.group],
            index_of["basis"][row.basis],
            row.relayed,
        )
        for row in rows
    ]
    sorted_rows: IntArray = np.unique(np.array(table, dtype=np.int64).reshape(-1, 6), axis=0)
    return sorted_rows


def _numbered(keys: Iterable[str]) -> dict[str, int]:
    return {key: index for index, key in enumerate(sorted(set(keys)))}


def _gold_array(gold: Mapping[str, int], index: Mapping[str, int]) -> IntArray:
    array = np.full(len(index), UNKNOWN, dtype=np.int64)
    for key, candidate in gold.items():
        if key not in index:
            raise BadClaims(f"gold names an unknown incident: {key}")
        array[index[key]] = candidate
    return array


def _presence_array(
    pairs: Iterable[tuple[str, str]] | None, incidents: Mapping[str, int], groups: Mapping[str, int]
) -> BoolArray | None:
    if pairs is None:
        return None
    present = np.zeros((len(incidents), len(groups)), dtype=bool)
    for incident, group in pairs:
        if incident not in incidents or group not in groups:
            raise BadClaims(f"presence names an unknown incident or group: {incident}, {group}")
        present[incidents[incident], groups[group]] = True
    return present


def _relayed(claims: Claims) -> BoolArray:
    if claims.relayed is None:
        return np.zeros(claims.n_statements, dtype=bool)
    return claims.relayed


def fold_origins(claims: Claims, priors: Priors) -> Claims:
    """Return claims in canonical order with one statement per (incident, origin, label).

    Which copy stands for its origin: first hand before relayed; among relayed ones a source
    aligned with a party before others, since a chain that runs through a party is not neutral;
    then the lowest source and basis. So adding a copy changes nothing, exactly.

    Shapes: as Claims; M can only shrink. Source: docs/scoring.md section 2.
    """
    priors.check_fits(claims)
    relayed = _relayed(claims)
    neutral = priors.group_party[claims.group[claims.source]] == UNKNOWN
    by = (claims.basis, claims.source, neutral, relayed, claims.label, claims.origin)
    order = np.lexsort((*by, claims.incident))
    key = np.stack([claims.incident[order], claims.origin[order], claims.label[order]], axis=1)
    first = np.ones(len(order), dtype=bool)
    first[1:] = (key[1:] != key[:-1]).any(axis=1)
    keep = order[first]
    return replace(
        claims,
        incident=claims.incident[keep],
        source=claims.source[keep],
        label=claims.label[keep],
        basis=claims.basis[keep],
        origin=claims.origin[keep],
        relayed=relayed[keep],
    )


def inputs_hash(claims: Claims, priors: Priors | None = None) -> str:
    """Return the sha256, in hex, of everything the engine would read, statement order aside.

    Units:  64 hex digits; equal inputs give equal hashes on every machine and byte order.
    Source: docs/scoring.md section 2.
    """
    digest = hashlib.sha256(b"cvr-claims-1\n")
    sizes = ("n_parties", "n_incidents", "n_groups", "n_bases", "n_origins", "n_sources")
    digest.update(",".join(str(getattr(claims, name)) for name in sizes).encode())
    columns = (*(getattr(claims, name) for name in COLUMNS), _relayed(claims))
    table = np.stack([np.asarray(column, dtype="<i8") for column in columns], axis=1)
    for part in (np.unique(table, axis=0), claims.group, claims.gold):
        digest.update(b"\n" + np.ascontiguousarray(part, dtype="<i8").tobytes())
    if claims.presence is not None:
        digest.update(b"\npresence" + np.ascontiguousarray(claims.presence).tobytes())
    if priors is not None:
        trust = np.empty(0) if priors.basis_trust is None else priors.basis_trust
        for numbers in (priors.class_prior, priors.group_party, trust):
            digest.update(b"\n" + np.ascontiguousarray(numbers, dtype="<f8").tobytes())
        digest.update(repr((priors.class_strength, priors.pooling, priors.temper)).encode())
    return digest.hexdigest()
