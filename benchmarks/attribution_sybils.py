"""A 500-account attack against what one more honest source would do.

    python -m benchmarks.attribution_sybils --incidents 2000

burst: every account speaks once, on one incident. campaign: half of the accounts lie on each of
60 incidents, all on the target. cover: the same after a record of true statements elsewhere,
which the world without the lies has too.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from benchmarks.attribution_scenarios import SCENARIOS
from benchmarks.simulator import World, draw
from verification.engine.incremental import LiveScores, NewStatement
from verification.engine.posterior import Scored, posterior_of, score_claims
from verification.engine.types import Claims

ACCOUNTS = 500
TARGETS = 60
COVER = 10  # true statements per account
EYEWITNESS = 4


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
        basis=joined(c.basis, np.full(size, EYEWITNESS)),
        origin=joined(c.origin, c.n_origins + np.arange(size)),
        n_origins=c.n_origins + size,
        group=np.concatenate([c.group, np.full(new_sources, c.n_groups - 1)]),
    )


def attack(
    world: World, mode: str, target: int, victim: int, rng: np.random.Generator
) -> tuple[Claims, Claims]:
    """Return the claims under attack, and the same without the lies."""
    first, n = world.claims.n_sources, world.claims.n_incidents
    account = first + np.arange(ACCOUNTS)
    if mode == "burst":
        lie = with_statements(
            world, np.full(ACCOUNTS, target), account, np.full(ACCOUNTS, victim), ACCOUNTS
        )
        return lie, world.claims
    targets = np.append(rng.choice(n, size=TARGETS, replace=False), target)
    at, by = np.repeat(targets, ACCOUNTS), np.tile(account, len(targets))
    kept = (rng.random(len(at)) < 0.5) | (at == target)
    at, by = at[kept], by[kept]
    label = np.full(len(at), victim)
    peace = world.claims
    if mode == "cover":
        k = world.claims.n_parties
        cover_at = rng.integers(n, size=ACCOUNTS * COVER)
        cover_by = np.repeat(account, COVER)
        truth = world.truth[cover_at]
        said = np.where(truth < k, truth, truth + 3 * k)
        free = ~np.isin(cover_at, targets)
        cover = cover_at[free], cover_by[free], said[free]
        peace = with_statements(world, *_once(*cover), ACCOUNTS)
        at, by, label = (np.concatenate(both) for both in zip((at, by, label), cover, strict=True))
    return with_statements(world, *_once(at, by, label), ACCOUNTS), peace


def _once(at: np.ndarray, by: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return one statement per account and incident."""
    _, position = np.unique(at * (int(by.max()) + 1) + by, return_index=True)
    return at[position], by[position], label[position]


def one_honest(world: World, scored: Scored) -> np.ndarray:
    """Return how far one more honest source would move each incident (N,).

    The best-recorded source of each group without a side, naming each party, as eyewitness; the
    largest of these moves.
    """
    c = world.claims
    heard = np.bincount(c.source, minlength=c.n_sources)
    out = np.zeros(c.n_incidents)
    for group in range(c.n_parties, c.n_groups):
        source = int(np.argmax(np.where(c.group == group, heard, -1)))
        for party in range(c.n_parties):
            live = LiveScores(scored)
            for incident in range(c.n_incidents):
                before = live.p_of(incident)
                origin = c.n_origins + incident
                new = NewStatement(incident, source, group, EYEWITNESS, party, origin)
                out[incident] = max(out[incident], np.abs(live.add(new) - before).sum() / 2)
    return out


def moved(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return np.abs(after - before).sum(axis=1) / 2


def answers(claims: Claims, world: World) -> tuple[np.ndarray, Scored]:
    scored = score_claims(claims, world.priors)
    return posterior_of(scored, explain=False).p, scored


def trial(world: World, mode: str, target: int, rng: np.random.Generator) -> None:
    """Print what one attack moves, beside what one honest source would move there."""
    claims, peace = attack(world, mode, target, 1, rng)
    before, scored = answers(peace, world)
    after, attacked = answers(claims, world)
    honest = one_honest(replace(world, claims=peace), scored)
    row = moved(before, after)
    lied = np.unique(claims.incident[(claims.source >= world.claims.n_sources)])
    if mode == "cover":
        spoke = np.bincount(peace.incident, minlength=len(row))
        lied = np.flatnonzero(np.bincount(claims.incident, minlength=len(row)) > spoke)
    at = np.zeros(len(row), dtype=bool)
    at[lied] = True
    found = int((attacked.fitted.cluster[world.claims.n_sources :] >= 0).sum())
    false = int((attacked.fitted.cluster[: world.claims.n_sources] >= 0).sum())
    print(
        f"  {mode:9s} target {row[target]:.3f} (honest {honest[target]:.3f}) | attacked max "
        f"{row[at].max():.3f}, beyond honest {(row > honest)[at].sum()}/{at.sum()}, worst "
        f"{(row - honest)[at].max():+.3f} | others mean {row[~at].mean():.4f} max "
        f"{row[~at].max():.3f}, beyond honest {(row > honest)[~at].sum()}/{(~at).sum()} | "
        f"found {found}, honest linked {false}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=2_000)
    parser.add_argument("--targets", type=int, default=5)
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    scenario = replace(SCENARIOS["bias"], n_incidents=args.incidents, n_sources=100)
    world = draw(scenario, args.seed)
    rng = np.random.default_rng(0)
    heard = np.bincount(world.claims.incident, minlength=args.incidents)
    usual = np.flatnonzero((world.truth != 1) & (np.abs(heard - 6) <= 2))
    print("total variation of posteriors, with the lies and without")
    for target in rng.choice(usual, size=args.targets, replace=False):
        for mode in ("burst", "campaign", "cover"):
            trial(world, mode, int(target), rng)


if __name__ == "__main__":
    main()
