"""A 500-account attack against what one more honest source would do.

    python -m benchmarks.attribution_sybils --incidents 2000

burst: every account speaks once, on one incident. campaign: the accounts attack many incidents
together. cover: the same after a record of honest statements.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from benchmarks.attribution_scenarios import SCENARIOS
from benchmarks.simulator import World, draw
from verification.engine.posterior import posterior_of, score_claims
from verification.engine.types import Claims

ACCOUNTS = 500


def with_statements(world: World, incident: np.ndarray, source: np.ndarray, label: np.ndarray,
                    new_sources: int) -> Claims:  # fmt: skip
    """Return the claims with more eyewitness statements; new sources are civil society."""
    c = world.claims
    size = len(incident)
    order = np.argsort(np.concatenate([c.incident, incident]), kind="stable")

    def joined(old: np.ndarray, more: np.ndarray) -> np.ndarray:
        return np.concatenate([old, more])[order]

    return replace(
        c,
        incident=joined(c.incident, incident),
        source=joined(c.source, source),
        label=joined(c.label, label),
        basis=joined(c.basis, np.full(size, 4)),
        origin=joined(c.origin, c.n_origins + np.arange(size)),
        n_origins=c.n_origins + size,
        group=np.concatenate([c.group, np.full(new_sources, c.n_groups - 1)]),
    )


def attack(world: World, mode: str, target: int, victim: int, rng: np.random.Generator) -> Claims:
    first, n = world.claims.n_sources, world.claims.n_incidents
    account = first + np.arange(ACCOUNTS)
    if mode == "burst":
        return with_statements(
            world, np.full(ACCOUNTS, target), account, np.full(ACCOUNTS, victim), ACCOUNTS
        )
    targets = np.append(rng.choice(n, size=60, replace=False), target)
    lie_at, lie_by = np.repeat(targets, ACCOUNTS), np.tile(account, len(targets))
    lie = np.full(len(lie_at), victim)
    kept = (rng.random(len(lie_at)) < 0.5) | (lie_at == target)
    parts = [(lie_at[kept], lie_by[kept], lie[kept])]
    if mode == "cover":
        at = rng.integers(n, size=ACCOUNTS * 10)
        k = world.claims.n_parties
        truth = world.truth[at]
        parts.append((at, np.repeat(account, 10), np.where(truth < k, truth, truth + 3 * k)))
    at, by, label = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    key, position = np.unique(at.astype(np.int64) * (first + ACCOUNTS) + by, return_index=True)
    del key
    return with_statements(world, at[position], by[position], label[position], ACCOUNTS)


def one_honest(world: World, target: int, victim: int) -> Claims:
    """Return the claims with the best-recorded neutral source accusing the victim once."""
    c = world.claims
    neutral = c.group == c.n_parties
    heard = np.bincount(c.source, minlength=c.n_sources) * neutral
    spoke = c.source[c.incident == target]
    heard[spoke] = 0
    source = int(np.argmax(heard))
    return with_statements(world, np.array([target]), np.array([source]), np.array([victim]), 0)


def moved(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return np.abs(after - before).sum(axis=1) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=2_000)
    parser.add_argument("--targets", type=int, default=5)
    args = parser.parse_args()
    scenario = replace(SCENARIOS["bias"], n_incidents=args.incidents, n_sources=100)
    world = draw(scenario, 3)
    rng = np.random.default_rng(0)
    before = posterior_of(score_claims(world.claims, world.priors), explain=False).p
    heard = np.bincount(world.claims.incident, minlength=args.incidents)
    usual = np.flatnonzero((world.truth != 1) & (np.abs(heard - 6) <= 2))
    print("total variation on the target | on every other incident: mean, max")
    for target in rng.choice(usual, size=args.targets, replace=False):
        honest = posterior_of(score_claims(one_honest(world, target, 1), world.priors)).p
        others = np.arange(args.incidents) != target
        row = moved(before, honest)
        print(f"  one honest  {row[target]:.3f} | {row[others].mean():.4f} {row[others].max():.3f}")
        for mode in ("burst", "campaign", "cover"):
            claims = attack(world, mode, int(target), 1, rng)
            after = posterior_of(score_claims(claims, world.priors), explain=False).p
            row = moved(before, after)
            print(
                f"  {mode:11s} {row[target]:.3f} | {row[others].mean():.4f} "
                f"{row[others].max():.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
