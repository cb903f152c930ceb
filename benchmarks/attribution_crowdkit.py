"""crowd-kit's answers for exported label sets; runs in an environment of its own.

    pip install crowd-kit numpy;  python attribution_crowdkit.py FOLDER

Reads FOLDER/*.npz written by attribution_public --export, writes one .npy (items, classes) per
method beside each. Only DawidSkene takes gold; the others run on the gold-free files.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from crowdkit.aggregation import (
    MACE,
    DawidSkene,
    MajorityVote,
    OneCoinDawidSkene,
    Wawa,
    ZeroBasedSkill,
)

METHODS = {
    "MajorityVote": MajorityVote,
    "DawidSkene": lambda: DawidSkene(n_iter=100),
    "OneCoin": lambda: OneCoinDawidSkene(n_iter=100),
    "Wawa": Wawa,
    "ZeroBasedSkill": ZeroBasedSkill,
    "MACE": lambda: MACE(random_state=0),
}


def main() -> None:
    for path in sorted(Path(sys.argv[1]).glob("*.npz")):
        data = np.load(path)
        frame = pd.DataFrame(
            {"task": data["item"], "worker": data["worker"], "label": data["label"]}
        )
        known = data["gold"] >= 0
        gold = pd.Series(data["gold"][known], index=np.flatnonzero(known), name="label")
        gold.index.name = "task"
        for name, build in METHODS.items():
            if known.any() and name != "DawidSkene":
                continue
            start = time.process_time()
            try:
                p = answers(name, build(), frame, gold if known.any() else None)
            except (ValueError, AttributeError, TypeError, KeyError) as problem:
                print(path.stem, name, "failed:", problem)
                continue
            out = np.zeros((len(data["gold"]), int(data["n_classes"])))
            p = p.reindex(columns=range(out.shape[1]), fill_value=0.0)
            out[p.index.to_numpy()] = p.to_numpy()
            np.save(path.with_name(f"{path.stem}-{name}.npy"), out)
            print(path.stem, name, f"{time.process_time() - start:.1f} s", flush=True)


def answers(name: str, model, frame: pd.DataFrame, gold) -> pd.DataFrame:
    if name == "DawidSkene" and gold is not None:
        model.fit(frame, true_labels=gold)
        return model.probas_
    return model.fit_predict_proba(frame)


if __name__ == "__main__":
    main()
