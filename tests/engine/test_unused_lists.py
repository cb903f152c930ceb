"""What a mission lists but nobody used yet must not turn a statement's meaning round."""

import numpy as np
import pytest

from verification.engine.evidence import field_priors
from verification.engine.labels import Says
from verification.engine.posterior import attribute
from verification.engine.statements import StatementRow, claims_from_statements

GROUPS = ("ARM", "AZE", "media", "monitor", "ngo", "public", "sensor")
BASES = ("crater_analysis", "document", "eyewitness", "hearsay", "imagery", "remnants", "sensor")
TRUST = {"crater_analysis": 0.9, "remnants": 0.92, "imagery": 0.8, "sensor": 0.85, "hearsay": 0.3}


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("group", ["AZE", "media", "ngo"])
def test_one_accusation_never_speaks_for_the_accused(group: str, basis: str) -> None:
    row = StatementRow("i", "s", group, "o", basis, Says.ACCUSES, party=0)
    indexed = claims_from_statements([row], n_parties=2, groups=GROUPS, bases=BASES)
    sides = np.array([{"ARM": 0, "AZE": 1}.get(name, -1) for name in indexed.groups])
    trust = np.array([TRUST.get(name, 0.6) for name in indexed.bases])
    priors = field_priors(2, sides, trust)
    p = attribute(indexed.claims, priors).p[0]
    assert p[0] >= p[1]
    assert p[0] >= priors.class_prior[0] - 1e-9
