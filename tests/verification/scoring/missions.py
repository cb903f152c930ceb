"""Missions of plain inputs, without a database: who says what, drawn from a seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from verification.scoring.assemble import Input

CANDIDATES = ("ARM", "AZE", "other", "none")


def said(number: int, group: str, says: str, party: str = "", **changes: Any) -> Input:
    """Return one first-hand statement of a source of its own."""
    plain: dict[str, Any] = {
        "kind": "report",
        "row_id": f"row-{number}",
        "source": f"source-{number}",
        "organisation": "",
        "origin": f"origin-{number}",
        "group": group,
        "aligned": group in ("ARM", "AZE"),
        "basis": "eyewitness",
        "says": says,
        "party": party,
        "relayed": False,
        "label": f"Source {number}",
        "public": False,
    }
    return Input(**(plain | changes))


def a_mission(
    n_incidents: int, *, n_sources: int = 24, seed: int = 1
) -> tuple[dict[str, list[Input]], dict[str, str]]:
    """Return (inputs by code, truth by code): sides accuse each other, others mostly see right."""
    rng = np.random.default_rng(seed)
    groups = ("ARM", "AZE", "ngo", "media")
    files: dict[str, list[Input]] = {}
    truth: dict[str, str] = {}
    number = 0
    for at in range(n_incidents):
        code = f"T-{at:04d}"
        truth[code] = CANDIDATES[int(rng.integers(4))]
        files[code] = []
        for source in rng.choice(n_sources, size=int(rng.integers(1, 6)), replace=False):
            number += 1
            group = groups[int(source) % 4]
            seen = truth[code] if rng.random() < 0.8 else CANDIDATES[int(rng.integers(4))]
            if group in ("ARM", "AZE"):
                says, party = "accuses", "AZE" if group == "ARM" else "ARM"
            else:
                says = {"other": "accuses_other", "none": "did_not_happen"}.get(seen, "accuses")
                party = seen if says == "accuses" else ""
            basis = ("eyewitness", "document", "imagery")[int(rng.integers(3))]
            files[code].append(
                said(number, group, says, party, source=f"source-{source:02d}", basis=basis)
            )
    return files, truth
