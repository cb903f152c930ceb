"""Speed, memory and drift: full engine, core fit, incremental updates.

python -m benchmarks.attribution_speed --statements 1000000
python -m benchmarks.attribution_speed --core 10000000
python -m benchmarks.attribution_speed --incremental
CROWDKIT_PYTHON benchmarks/attribution_speed_crowdkit.py FILE.npz   (--export FILE.npz first)
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import replace

import numpy as np

from benchmarks.attribution_measures import measure
from benchmarks.attribution_scenarios import SCENARIOS
from benchmarks.simulator import World, draw
from verification.engine.incremental import REFIT_SHARE, LiveScores, NewStatement
from verification.engine.likelihood import votes_of
from verification.engine.model import fit
from verification.engine.posterior import evidence_only, posterior_of, score_claims
from verification.engine.statements import fold_origins
from verification.engine.types import Claims, Priors


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def big_world(statements: int) -> World:
    scenario = replace(
        SCENARIOS["bias"], n_incidents=statements // 6, n_sources=min(10_000, statements // 500)
    )
    return draw(scenario, 0)


def full(statements: int) -> None:
    world = big_world(statements)
    before = peak_mb()
    start = time.process_time()
    scored = score_claims(world.claims, world.priors)
    spent = time.process_time() - start
    posterior = posterior_of(scored, explain=False)
    print(f"full engine: {world.claims.n_statements} statements, {world.claims.n_sources} sources")
    print(f"  {spent:.2f} CPU s, peak {peak_mb():.0f} MB (data {before:.0f} MB)")
    print(f"  {measure(evidence_only(posterior), world.truth)}")
    honest = int((scored.fitted.cluster >= 0).sum())
    print(f"  honest sources linked: {honest}")


def core(statements: int) -> None:
    world = big_world(statements)
    folded = fold_origins(replace(world.claims, presence=None), world.priors)
    before = peak_mb()
    for accelerate in (True, False):
        start = time.process_time()
        votes, _ = votes_of(folded, world.priors, accelerate=accelerate)
        fitted = fit(
            votes, world.priors.class_prior, 4.0, gold=folded.gold, pooling=20.0, max_rounds=20
        )
        spent = time.process_time() - start
        name = "scipy" if accelerate else "numpy"
        print(f"core fit, {name}: {folded.n_statements} statements, {fitted.rounds} rounds")
        print(f"  {spent:.2f} CPU s, peak {peak_mb():.0f} MB (data {before:.0f} MB)", end="  ")
        print(measure(np.exp(fitted.log_q), world.truth), flush=True)


def stream(claims: Claims, priors: Priors, share: float, seed: int) -> None:
    """Fit on all but a share of statements, stream these, compare with a full refit.

    At share 0 until the engine asks for a refit.
    """
    rng = np.random.default_rng(seed)
    at_bound = share == 0.0
    late = rng.random(claims.n_statements) < (share or 1.01 * REFIT_SHARE)
    early = ~late
    cut = replace(
        claims, incident=claims.incident[early], source=claims.source[early],
        label=claims.label[early], basis=claims.basis[early], origin=claims.origin[early],
    )  # fmt: skip
    live = LiveScores(score_claims(cut, priors))
    took = []
    for at in np.flatnonzero(late):
        source = int(claims.source[at])
        new = NewStatement(
            int(claims.incident[at]), source, int(claims.group[source]),
            int(claims.basis[at]), int(claims.label[at]), int(claims.origin[at]),
        )  # fmt: skip
        start = time.perf_counter_ns()
        live.add(new)
        took.append(time.perf_counter_ns() - start)
    if at_bound:
        print(f"at the bound: drift {live.drift:.4f}, needs refit {live.needs_refit}; ", end="")
    refit = evidence_only(posterior_of(score_claims(claims, priors), explain=False))
    mine = np.stack([live.p_of(i) for i in range(claims.n_incidents)])
    gap = np.abs(mine - refit).sum(axis=1) / 2
    us = np.array(took) / 1000
    print(f"streamed {len(took)} statements: p50 {np.median(us):.1f} us, ", end="")
    print(f"p99 {np.percentile(us, 99):.1f} us")
    print(f"  against a refit: total variation mean {gap.mean():.4f}, ", end="")
    print(f"p99 {np.percentile(gap, 99):.4f}, ", end="")
    print(f"same top answer {np.mean(mine.argmax(1) == refit.argmax(1)):.4f}")
    decide(live, rng)


def decide(live: LiveScores, rng: np.random.Generator) -> None:
    decided, refreshed, sizes = [], [], []
    for incident in rng.integers(len(live.evidence), size=200):
        start = time.perf_counter_ns()
        dirty = live.decide(int(incident), int(rng.integers(live.width)))
        decided.append(time.perf_counter_ns() - start)
        start = time.perf_counter_ns()
        live.refresh(dirty)
        refreshed.append(time.perf_counter_ns() - start)
        sizes.append(len(dirty))
    print(f"decision: p50 {np.median(decided) / 1000:.0f} us; refresh of its sources' ", end="")
    print(f"{int(np.median(sizes))} incidents: p50 {np.median(refreshed) / 1e6:.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int)
    parser.add_argument("--core", type=int)
    parser.add_argument("--incremental", action="store_true")
    parser.add_argument("--export")
    args = parser.parse_args()
    if args.export:
        claims = big_world(args.statements or 1_000_000).claims
        np.savez(args.export, item=claims.incident, worker=claims.source, label=claims.label)
        return
    if args.statements:
        full(args.statements)
    if args.core:
        core(args.core)
    if args.incremental:
        for name in ("bias", "all"):
            world = draw(SCENARIOS[name], 0)
            print(name)
            stream(world.claims, world.priors, 0.0, 0)
            stream(world.claims, world.priors, 0.05, 0)


if __name__ == "__main__":
    main()
