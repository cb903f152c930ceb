"""Public label sets: our ensemble beside reference models and, if given, crowd-kit's answers.

    python -m benchmarks.attribution_public --data ../shared/data/truth --export var/labels
    CROWDKIT_PYTHON benchmarks/attribution_crowdkit.py var/labels      (an environment of its own)
    python -m benchmarks.attribution_public --data ../shared/data/truth --anchors var/labels

Each folder of --data holds label.csv (item,worker,label) and truth.csv (item,truth).
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import numpy as np

from benchmarks.attribution_measures import Measures, mean_of, measure
from benchmarks.attribution_references import REFERENCES
from verification.engine.dawid_skene import Labels
from verification.engine.ensemble import classify
from verification.engine.types import UNKNOWN

SPLITS = ((0.0, 0), (0.05, 1), (0.05, 2), (0.10, 1), (0.10, 2))  # share of gold, split seed
Results = dict[tuple[float, str], list[tuple[Measures, float]]]


def read_set(folder: Path) -> tuple[Labels, np.ndarray]:
    """Return the labels of one set without gold, and the truth (-1 where unknown)."""
    with open(folder / "label.csv", newline="") as file:
        rows = [(r["item"], r["worker"], r["label"]) for r in csv.DictReader(file)]
    with open(folder / "truth.csv", newline="") as file:
        truths = {r["item"]: r["truth"] for r in csv.DictReader(file)}
    items = {key: at for at, key in enumerate(sorted({r[0] for r in rows} | set(truths)))}
    workers = {key: at for at, key in enumerate(sorted({r[1] for r in rows}))}
    values = sorted({r[2] for r in rows} | set(truths.values()))
    classes = {key: at for at, key in enumerate(values)}
    truth = np.full(len(items), UNKNOWN)
    for item, value in truths.items():
        truth[items[item]] = classes[value]
    table = np.array([(items[i], workers[w], classes[c]) for i, w, c in rows])
    gold = np.full(len(items), UNKNOWN)
    return Labels(table[:, 0], table[:, 1], table[:, 2], gold, len(workers), len(classes)), truth


def with_gold(labels: Labels, truth: np.ndarray, share: float, seed: int) -> Labels:
    """Return the labels with a random share of the known truths given."""
    known = np.flatnonzero(truth != UNKNOWN)
    chosen = np.random.default_rng([seed, 5]).permutation(known)[: round(share * len(known))]
    gold = np.full(len(truth), UNKNOWN)
    gold[chosen] = truth[chosen]
    return Labels(
        labels.item, labels.worker, labels.label, gold, labels.n_workers, labels.n_classes
    )


def scored(p: np.ndarray, labels: Labels, truth: np.ndarray) -> Measures:
    rest = (truth != UNKNOWN) & (labels.gold == UNKNOWN)
    return measure(p[rest], truth[rest])


def run_set(folder: Path, methods: list[str], anchors: Path | None, results: Results) -> None:
    labels, truth = read_set(folder)
    for share, seed in SPLITS:
        given = with_gold(labels, truth, share, seed)
        for name in methods:
            start = time.process_time()
            p = classify(given, seed=seed) if name == "ensemble" else REFERENCES[name](given)
            spent = time.process_time() - start
            results.setdefault((share, name), []).append((scored(p, given, truth), spent))
        stem = f"{folder.name}-{share:.2f}-{seed}"
        for path in sorted(anchors.glob(f"{stem}-*.npy")) if anchors else []:
            name = "ck " + path.stem.removeprefix(stem + "-")
            p = np.load(path)
            p = p / np.maximum(p.sum(axis=1, keepdims=True), 1e-12)
            results.setdefault((share, name), []).append((scored(p, given, truth), float("nan")))


def export(folder: Path, out: Path) -> None:
    labels, truth = read_set(folder)
    out.mkdir(parents=True, exist_ok=True)
    for share, seed in SPLITS:
        given = with_gold(labels, truth, share, seed)
        np.savez(
            out / f"{folder.name}-{share:.2f}-{seed}.npz",
            item=given.item, worker=given.worker, label=given.label,
            gold=given.gold, n_classes=given.n_classes,
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/truth"))
    parser.add_argument("--anchors", type=Path)
    parser.add_argument("--export", type=Path)
    parser.add_argument("--methods", nargs="*", default=[*REFERENCES, "ensemble"])
    args = parser.parse_args()
    if not args.data.is_dir():
        raise SystemExit(f"no public sets at {args.data}: they are not part of this project")
    folders = sorted(path for path in args.data.iterdir() if (path / "label.csv").exists())
    if args.export:
        for folder in folders:
            export(folder, args.export)
        return
    results: Results = {}
    for folder in folders:
        own: Results = {}
        run_set(folder, args.methods, args.anchors, own)
        for key, rows in own.items():
            results.setdefault(key, []).append((mean_of([m for m, _ in rows]), rows[0][1]))
        print(f"\n{folder.name}, no gold: accuracy, log loss, Brier, ECE, CPU s")
        for (share, name), rows in own.items():
            if share == 0.0:
                print(f"  {name:18s} {rows[0][0]} {rows[0][1]:6.2f}", flush=True)
    for share in sorted({key[0] for key in results}):
        print(f"\nmean of {len(folders)} sets, gold {share:.0%}")
        for (s, name), rows in results.items():
            if s == share:
                print(
                    f"  {name:18s} {mean_of([m for m, _ in rows])} {sum(t for _, t in rows):7.1f}"
                )


if __name__ == "__main__":
    main()
