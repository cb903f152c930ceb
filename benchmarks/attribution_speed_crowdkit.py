"""CPU seconds of crowd-kit's DawidSkene on an exported mission; an environment of its own.

python -m benchmarks.attribution_speed --statements 1000000 --export FILE.npz
CROWDKIT_PYTHON benchmarks/attribution_speed_crowdkit.py FILE.npz
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene


def main() -> None:
    data = np.load(sys.argv[1])
    frame = pd.DataFrame({"task": data["item"], "worker": data["worker"], "label": data["label"]})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.process_time()
    model = DawidSkene(n_iter=100, tol=1e-4).fit(frame)
    spent = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rounds = len(model.loss_history_)
    print(
        f"crowd-kit DawidSkene: {len(frame)} statements, {rounds} rounds, {spent:.2f} CPU s, ",
        end="",
    )
    print(f"peak {peak:.0f} MB (data {before:.0f} MB)")


if __name__ == "__main__":
    main()
