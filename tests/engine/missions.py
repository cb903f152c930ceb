"""Small missions the engine tests share: random claims, and one party accused by many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from verification.engine.labels import n_labels
from verification.engine.types import Claims, Priors

A, B, OTHER, NONE = range(4)


def random_mission(
    seed: int, *, n_incidents: int = 12, n_sources: int = 8, n_statements: int = 60, gold: int = 0
) -> tuple[Claims, Priors]:
    """Return claims of two parties where every statement is its own origin."""
    rng = np.random.default_rng(seed)
    source = rng.integers(n_sources, size=n_statements)
    claims = Claims(
        incident=rng.integers(n_incidents, size=n_statements),
        source=source,
        label=rng.integers(n_labels(2), size=n_statements),
        basis=rng.integers(3, size=n_statements),
        origin=np.arange(n_statements),
        group=np.arange(n_sources) % 4,
        n_parties=2,
        n_incidents=n_incidents,
        n_groups=4,
        n_bases=3,
        n_origins=n_statements,
        gold=np.where(np.arange(n_incidents) < gold, rng.integers(4, size=n_incidents), -1),
        presence=rng.random((n_incidents, 4)) < 0.7,
    )
    return claims, Priors(np.full(4, 0.25), np.array([A, B, -1, -1]))


def with_rows(claims: Claims, order: np.ndarray) -> Claims:
    """Return the claims with their statements picked in this order."""
    names = ("incident", "source", "label", "basis", "origin")
    return replace(claims, **{name: getattr(claims, name)[order] for name in names})


def with_statement(
    claims: Claims, incident: int, source: int, label: int, origin: int | None = None
) -> Claims:
    """Return the claims with one more statement, of a new origin unless one is given."""
    more = {
        "incident": incident,
        "source": source,
        "label": label,
        "basis": 0,
        "origin": claims.n_origins if origin is None else origin,
    }
    arrays = {name: np.append(getattr(claims, name), value) for name, value in more.items()}
    n_origins = claims.n_origins + (origin is None)
    return replace(claims, **arrays, n_origins=n_origins)


def honest_truth(seed: int, n_incidents: int) -> np.ndarray:
    """Return who did it in honest_mission of the same seed: A or B, evenly."""
    return np.random.default_rng(seed).integers(2, size=n_incidents)


def honest_mission(
    seed: int, *, n_incidents: int = 300, n_sources: int = 16, right: float = 0.75
) -> tuple[Claims, Priors]:
    """Return incidents by A or B and sources of two neutral groups that are mostly right."""
    truth, rng = honest_truth(seed, n_incidents), np.random.default_rng([seed, 2])
    at, by = np.nonzero(rng.random((n_incidents, n_sources)) < 0.4)
    says = np.where(rng.random(len(at)) < right, truth[at], 1 - truth[at])
    mission, priors = random_mission(0, n_statements=0)
    claims = replace(
        mission,
        incident=at,
        source=by,
        label=says,
        basis=np.zeros(len(at), dtype=int),
        origin=np.arange(len(at)),
        n_origins=len(at),
        n_incidents=n_incidents,
        group=np.arange(n_sources) % 2 + 2,
        gold=np.full(n_incidents, -1),
        presence=np.ones((n_incidents, 4), dtype=bool),
    )
    return claims, priors
