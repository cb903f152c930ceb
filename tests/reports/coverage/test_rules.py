"""Covered time: overlapping watches count once, and only inside the period asked about."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.coverage.rules import covered_hours, covers_whole

DAY = datetime(2020, 10, 10, tzinfo=UTC)


def hour(number: float) -> datetime:
    return DAY + timedelta(hours=number)


@pytest.mark.parametrize(
    ("watches", "hours"),
    [
        ([], 0),
        ([(2, 4)], 2),
        ([(2, 4), (2, 4)], 2),  # two observers at one place
        ([(2, 4), (3, 6)], 4),
        ([(2, 8), (3, 4)], 6),  # one inside the other
        ([(4, 6), (1, 3)], 4),
        ([(1, 3), (3, 5)], 4),
        ([(-5, 2)], 2),
        ([(22, 30)], 2),
        ([(-5, 30)], 24),
        ([(-5, -1), (25, 30)], 0),
        ([(5, 5)], 0),
        ([(6, 5)], 0),
    ],
)
def test_hours_of_a_day(watches: list[tuple[float, float]], hours: float) -> None:
    windows = [(hour(a), hour(b)) for a, b in watches]
    assert covered_hours(windows, begins=hour(0), ends=hour(24)) == hours


@given(st.lists(st.tuples(st.integers(-30, 60), st.integers(-30, 60)), max_size=8), st.randoms())
def test_order_does_not_matter_and_more_never_covers_less(
    watches: list[tuple[int, int]], chance: object
) -> None:
    windows = [(hour(a), hour(b)) for a, b in watches]
    full = covered_hours(windows, begins=hour(0), ends=hour(24))
    chance.shuffle(windows)  # type: ignore[attr-defined]
    assert covered_hours(windows, begins=hour(0), ends=hour(24)) == full
    assert 0 <= covered_hours(windows[1:], begins=hour(0), ends=hour(24)) <= full <= 24


@pytest.mark.parametrize(
    ("watches", "whole"),
    [
        ([], False),
        ([(0, 24)], True),
        ([(-5, 30)], True),
        ([(0, 12), (12, 24)], True),  # half-open periods meet
        ([(12, 24), (0, 13)], True),
        ([(0, 12), (13, 24)], False),
        ([(0, 23)], False),
        ([(1, 24)], False),
    ],
)
def test_the_whole_of_a_day_was_watched(watches: list[tuple[float, float]], whole: bool) -> None:
    windows = [(hour(a), hour(b)) for a, b in watches]
    assert covers_whole(windows, begins=hour(0), ends=hour(24)) is whole
