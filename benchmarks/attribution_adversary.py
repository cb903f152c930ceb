"""The engine and its references on the adversarial worlds of simulator.py.

python -m benchmarks.attribution_adversary --seeds 3
python -m benchmarks.attribution_adversary --small     (missions of 200 and 1,000 incidents)
python -m benchmarks.attribution_adversary --small-others
python -m benchmarks.attribution_adversary --small-others --no-gold
python -m benchmarks.attribution_adversary --held-out
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np

from benchmarks.attribution_measures import Measures, mean_of, measure
from benchmarks.attribution_references import REFERENCES
from benchmarks.attribution_scenarios import HELD_OUT, SCENARIOS, Scenario
from benchmarks.simulator import World, draw
from verification.engine.dawid_skene import Labels
from verification.engine.posterior import evidence_only, posterior_of, score_claims
from verification.engine.types import UNKNOWN, Claims

SMALL = ((200, 30, "bias"), (200, 48, "all"), (1_000, 60, "bias"), (1_000, 84, "all"))
OTHERS = ("clean", "echo", "regions", "selective", "sleeper", "stealth", "swarm", "sybil")
SMALL_OTHERS = tuple((n, n // 20 + 30, name) for n in (200, 1_000) for name in OTHERS)


def plain_labels(claims: Claims) -> Labels:
    """Return the claims as plain class labels for the references."""
    k = claims.n_parties
    label = np.where(claims.label < k, claims.label, claims.label - 3 * k)
    gold = np.asarray(claims.gold)
    return Labels(claims.incident, claims.source, label, gold, claims.n_sources, k + 2)


def run(world: World, claims: Claims, names: list[str]) -> dict[str, tuple[Measures, float]]:
    """Return measures on undecided incidents, and CPU seconds, per method."""
    open_ = claims.gold == UNKNOWN
    truth = world.truth[open_]
    out = {}
    for name in names:
        start = time.process_time()
        p = REFERENCES[name](plain_labels(claims))
        out[name] = (measure(p[open_], truth), time.process_time() - start)
    start = time.process_time()
    posterior = posterior_of(score_claims(claims, world.priors), explain=False)
    spent = time.process_time() - start
    out["engine"] = (measure(evidence_only(posterior)[open_], truth), spent)
    return out


def dependence(world: World, cluster: np.ndarray) -> tuple[int, int, int, int]:
    """Return dependent sources found, dependent, honest falsely linked, honest."""
    depends = world.family != UNKNOWN
    honest = ~depends & ~world.leader
    in_cluster = cluster != UNKNOWN
    found, false = int((in_cluster & depends).sum()), int((in_cluster & honest).sum())
    return found, int(depends.sum()), false, int(honest.sum())


def table(scenario: Scenario, seeds: int, gold: float, names: list[str]) -> None:
    rows: dict[str, list[tuple[Measures, float]]] = {}
    links = np.zeros(4, dtype=int)
    for seed in range(seeds):
        world = draw(scenario, seed)
        claims = world.with_gold(gold, seed)
        for name, result in run(world, claims, names).items():
            rows.setdefault(name, []).append(result)
        links += dependence(world, score_claims(world.claims, world.priors).fitted.cluster)
    print(f"\n{scenario.name}: {scenario.n_incidents} incidents, gold {gold:.0%}, {seeds} seeds")
    print(f"  dependent found {links[0]}/{links[1]}, honest falsely linked {links[2]}/{links[3]}")
    print("  method         accuracy log loss  Brier  ECE   CPU s")
    for name, results in rows.items():
        mean = mean_of([m for m, _ in results])
        print(f"  {name:14s} {mean} {np.mean([t for _, t in results]):6.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--gold", type=float, default=0.02)
    parser.add_argument("--only", nargs="*", default=sorted(SCENARIOS))
    parser.add_argument("--methods", nargs="*", default=[n for n in REFERENCES if n != "EBCC"])
    parser.add_argument("--incidents", type=int)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--small-others", action="store_true")
    parser.add_argument("--no-gold", action="store_true", help="small missions without decisions")
    parser.add_argument("--held-out", action="store_true", help="attacks nothing was tuned on")
    args = parser.parse_args()
    if args.small or args.small_others:
        for n, sources, name in SMALL if args.small else SMALL_OTHERS:
            gold = 0.0 if args.no_gold else 0.10 if n == 200 else 0.05
            table(SCENARIOS[name].shrunk(n, sources), args.seeds, gold, args.methods)
        return
    known = {**SCENARIOS, **HELD_OUT}
    for name in sorted(HELD_OUT) if args.held_out else args.only:
        scenario = known[name]
        if args.incidents:
            scenario = replace(scenario, n_incidents=args.incidents)
        table(scenario, args.seeds, args.gold, args.methods)


if __name__ == "__main__":
    main()
