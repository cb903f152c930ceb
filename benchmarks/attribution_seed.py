"""The 33 seed claims scored, as known on a day: posterior, without aligned sources, majority.

python -m benchmarks.attribution_seed --claims ../shared/data/nk2020-claims/claims.csv
python -m benchmarks.attribution_seed --until 2020-10-12
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from verification.engine.baseline import majority
from verification.engine.evidence import field_priors
from verification.engine.labels import Says
from verification.engine.posterior import attribute
from verification.engine.statements import StatementRow, claims_from_statements

PARTIES = ("Armenia", "Azerbaijan")
TRUST = {"document": 0.5, "hearsay": 0.35, "investigation": 0.9, "reporting": 0.6}


def side_of(speaker: str) -> int:
    if "Armenia" in speaker or "Artsakh" in speaker:
        return 0
    return 1 if "Azerbaijan" in speaker else -1


def statements(path: Path, until: str) -> list[StatementRow]:
    rows = []
    with open(path, newline="") as file:
        for claim in csv.DictReader(file):
            if claim["reported_on"] > until:
                continue
            speaker, side = claim["speaker"], side_of(claim["speaker"])
            group = PARTIES[side] if side >= 0 else claim["speaker_kind"]
            accused = claim["accused_party"]
            party = PARTIES.index(accused) if accused in PARTIES else None
            says, basis = Says.ACCUSES, "document"
            if claim["stance"] == "denies":
                says, party = Says.DENIES, side
            elif claim["stance"] == "observes":
                says, party, basis = Says.OBSERVED, None, "reporting"
            elif claim["stance"] == "finds":
                basis = "investigation"
            if says is Says.ACCUSES and party is None:
                says = Says.OBSERVED
            relayed = claim["stance"] == "repeats"
            source = claim["publisher"] if relayed else speaker
            rows.append(
                StatementRow(
                    claim["incident_key"], source, group, speaker, basis, says, party, relayed
                )
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path("../shared/data/nk2020-claims/claims.csv")
    parser.add_argument("--claims", type=Path, default=default)
    parser.add_argument("--until", default="9999")
    args = parser.parse_args()
    indexed = claims_from_statements(
        statements(args.claims, args.until), n_parties=2, bases=sorted(TRUST)
    )
    sides = [PARTIES.index(g) if g in PARTIES else -1 for g in indexed.groups]
    trust = np.array([TRUST[basis] for basis in indexed.bases])
    priors = field_priors(2, np.array(sides), trust)
    scored, plain = attribute(indexed.claims, priors), majority(indexed.claims, priors)
    print("incident  engine: ARM  AZE other none | without aligned       | majority")
    for at in sorted(range(len(indexed.incidents)), key=lambda i: int(indexed.incidents[i][1:])):
        rows = (scored.p[at], scored.p_without_aligned[at], plain.p[at])
        cells = " | ".join(" ".join(f"{value:5.2f}" for value in row) for row in rows)
        print(f"  {indexed.incidents[at]:6s} {cells}")


if __name__ == "__main__":
    main()
