"""A toll reads as what was said of it: bounds stay bounds."""

from __future__ import annotations

import pytest

from reports.intake.tolls import toll_range


@pytest.mark.parametrize(
    ("least", "best", "most", "words"),
    [
        (5, 5, 5, "5"),
        (None, 5, None, "5"),
        (0, 0, 0, "0"),
        (1, None, None, "at least 1"),
        (None, None, 28, "at most 28"),
        (21, 21, None, "at least 21"),
        (21, 25, None, "at least 21, best 25"),
        (None, 3, 9, "at most 9, best 3"),
        (5, None, 9, "5 to 9"),
        (5, 7, 9, "5 to 9, best 7"),
        (5, 5, 9, "5 to 9, best 5"),
        (None, None, None, "not known"),
    ],
)
def test_reads(least: int | None, best: int | None, most: int | None, words: str) -> None:
    assert toll_range(least, best, most) == words
