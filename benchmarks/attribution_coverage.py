"""How often published 90 % intervals hold the truth, by scenario and stratum.

    python -m benchmarks.attribution_coverage --worlds 5 --audits 200
    python -m benchmarks.attribution_coverage --unseen --worlds 150

Each world is fitted once without gold; then audits are drawn at random again and again. The
plain Poisson-binomial interval is shown for contrast only. With --unseen a world of 1,000
incidents and its audit of 100 are drawn anew each time, the audited decisions are gold, and the
predictions come from predict_unseen, as the site makes them.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from benchmarks.attribution_scenarios import SCENARIOS, Scenario
from benchmarks.simulator import World, draw
from verification.engine.posterior import posterior_of, predict_unseen, score_claims
from verification.engine.special import student_quantile
from verification.engine.standing import audited_count
from verification.engine.types import UNKNOWN

NAMES = ("bias", "all", "selective", "swarm", "sparse")


def predictions(world: World) -> np.ndarray:
    return posterior_of(score_claims(world.claims, world.priors), explain=False).p


def hits(
    p: np.ndarray, truth: np.ndarray, n_audit: int, repeats: int, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Return coverage, mean width per item, and mean width against audit-only intervals."""
    covered, width, plain = [], [], []
    n = len(truth)
    for _ in range(repeats):
        audited = rng.permutation(n)[:n_audit]
        for candidate in (0, 1):
            true = (truth[audited] == candidate).astype(float)
            got = audited_count(p[:, candidate], audited, true)
            actual = float((truth == candidate).sum())
            covered.append(got.low <= actual <= got.high)
            width.append((got.high - got.low) / n)
            spread = np.sqrt(true.var(ddof=1) / n_audit * (1 - n_audit / n))
            plain.append(2 * student_quantile(0.95, n_audit - 1) * spread)
    return float(np.mean(covered)), float(np.mean(width)), float(np.mean(width) / np.mean(plain))


def poisson_binomial(p: np.ndarray, truth: np.ndarray) -> float:
    """Return how often the model's own interval holds the truth, over candidates 0 and 1."""
    out = []
    for candidate in (0, 1):
        mean, spread = (
            p[:, candidate].sum(),
            np.sqrt((p[:, candidate] * (1 - p[:, candidate])).sum()),
        )
        out.append(abs((truth == candidate).sum() - mean) <= 1.645 * spread)
    return float(np.mean(out))


def report(scenario: Scenario, worlds: int, repeats: int) -> None:
    whole, strata, small, own = [], [], [], []
    for seed in range(worlds):
        world = draw(scenario, 100 + seed)
        p, truth = predictions(world), world.truth
        rng = np.random.default_rng([seed, 9])
        whole.append(hits(p, truth, round(0.02 * len(truth)), repeats, rng))
        for area in range(4):
            here = world.area % 4 == area
            strata.append(hits(p[here], truth[here], round(0.02 * here.sum()), repeats, rng))
            own.append(poisson_binomial(p[here], truth[here]))
        here = np.arange(len(truth)) < 1_000
        small.append(hits(p[here], truth[here], 50, repeats, rng))
    for name, rows in (("whole, 2%", whole), ("stratum, 2%", strata), ("1,000, 50 audits", small)):
        cover, width, ratio = np.mean(rows, axis=0)
        print(f"  {scenario.name:10s} {name:18s} coverage {cover:.3f}", end=" ")
        print(f"width {width:.4f} of audit-only {ratio:.2f}")
    print(f"  {scenario.name:10s} model's own interval, per stratum: coverage {np.mean(own):.2f}")


def report_unseen(scenario: Scenario, worlds: int, n_audit: int = 100) -> None:
    """Print coverage and width with predictions that were cross-fitted on the audit itself."""
    rows: dict[str, list[tuple[float, float, float]]] = {"whole": [], "stratum": []}
    for seed in range(worlds):
        world = draw(scenario, 500 + seed)
        audited = np.random.default_rng([seed, 9]).permutation(len(world.truth))[:n_audit]
        gold = np.full(len(world.truth), UNKNOWN)
        gold[audited] = world.truth[audited]
        p = predict_unseen(replace(world.claims, gold=gold), world.priors)
        strata = [world.area % 2 == half for half in (0, 1)]
        for name, kept in (("whole", strata[0] | strata[1]), *(("stratum", k) for k in strata)):
            here = np.flatnonzero(kept)
            sample = np.flatnonzero(np.isin(here, audited))
            for candidate in (0, 1):
                actual = (world.truth[here] == candidate).astype(float)
                got = audited_count(p[here, candidate], sample, actual[sample])
                plain = audited_count(np.zeros(len(here)), sample, actual[sample])
                width, alone = got.high - got.low, plain.high - plain.low
                rows[name].append((got.low <= actual.sum() <= got.high, width, alone))
    for name, found in rows.items():
        cover, width, alone = np.mean(found, axis=0)
        print(f"  {scenario.name:10s} {name:8s} coverage {cover:.3f} of {len(found)}", end=" ")
        print(f"width {width:.1f} incidents, of audit-only {width / alone:.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=5)
    parser.add_argument("--audits", type=int, default=200)
    parser.add_argument("--only", nargs="*", default=list(NAMES))
    parser.add_argument("--incidents", type=int, default=20_000)
    parser.add_argument("--unseen", action="store_true")
    args = parser.parse_args()
    for name in args.only:
        if args.unseen:
            report_unseen(SCENARIOS[name].shrunk(1_000, 84), args.worlds)
            continue
        report(replace(SCENARIOS[name], n_incidents=args.incidents), args.worlds, args.audits)


if __name__ == "__main__":
    main()
