"""The sum of scores is withheld while single scores could be read out of it."""

from __future__ import annotations

import pytest

from verification.standing.rules import FEWEST_IN_SUM, may_show_expected


@pytest.mark.parametrize(
    ("still_open", "shown"),
    [(0, True), (1, False), (FEWEST_IN_SUM - 1, False), (FEWEST_IN_SUM, True), (100, True)],
)
def test_few_open_incidents_give_no_sum(still_open: int, shown: bool) -> None:
    assert may_show_expected(still_open=still_open) is shown
