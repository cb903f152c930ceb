"""The plain average: what a ballot is worth, and how much the average weighs in the answer."""

from __future__ import annotations

import numpy as np
import pytest

from verification.engine.evidence import ballot_worth, field_priors
from verification.engine.labels import Says, encode_label
from verification.engine.posterior import _first_weights

ALIGNED = np.array([0, 1, -1])


def test_an_admission_is_worth_more_than_three_reports() -> None:
    worth = ballot_worth(field_priors(2, ALIGNED), n_bases=1)
    admits = [encode_label(Says.ADMITS, party, 2) for party in (0, 1)]
    assert worth[0, admits] == pytest.approx(np.log(100) / np.log(4))
    assert np.delete(worth[0], admits) == pytest.approx(1.0)


def test_a_basis_is_worth_what_it_is_trusted_with() -> None:
    trust = np.array([0.9, 0.6, 0.35])
    worth = ballot_worth(field_priors(2, ALIGNED, trust), n_bases=3)
    accuses = encode_label(Says.ACCUSES, 0, 2)
    assert worth[:, accuses] == pytest.approx(np.log(3 * trust / (1 - trust)) / np.log(4))
    assert worth[0, accuses] > 2 > worth[1, accuses] > 1 > worth[2, accuses] > 0


@pytest.mark.parametrize(
    ("incidents", "plain"), [(1, 1 / 3), (200, 0.88), (600, 0.62), (5_000, 1 / 3)]
)
def test_the_average_leads_between_dozens_and_thousands(incidents: int, plain: float) -> None:
    weights = _first_weights(incidents)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[0] == weights[1]
    assert weights[2] == pytest.approx(plain, abs=0.01)
