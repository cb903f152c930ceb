"""From wall clocks to instants: every precision, and the nights clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reports.intake.windows import CannotTell, WhenTyped, typed_from, window_of

BAKU, KYIV = ZoneInfo("Asia/Baku"), ZoneInfo("Europe/Kyiv")
D = date(2020, 10, 11)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


CASES: list[tuple[dict[str, Any], datetime, datetime]] = [
    (
        {"precision": "minute", "time_from": time(2, 5)},
        at(2020, 10, 10, 22, 5),
        at(2020, 10, 10, 22, 6),
    ),
    ({"precision": "hour", "time_from": time(2)}, at(2020, 10, 10, 22), at(2020, 10, 10, 23)),
    (
        {
            "precision": "hour",
            "time_from": time(23),
            "time_until": time(1),
            "day_until": date(2020, 10, 12),
        },
        at(2020, 10, 11, 19),
        at(2020, 10, 11, 21),
    ),
    ({"precision": "part_of_day", "part": "evening"}, at(2020, 10, 11, 14), at(2020, 10, 11, 20)),
    ({"precision": "day"}, at(2020, 10, 10, 20), at(2020, 10, 11, 20)),
    (
        {"precision": "days", "day_until": date(2020, 10, 13)},
        at(2020, 10, 10, 20),
        at(2020, 10, 13, 20),
    ),
]


@pytest.mark.parametrize(("typed", "begins", "ends"), CASES)
def test_each_precision_and_back(typed: dict[str, Any], begins: datetime, ends: datetime) -> None:
    window = window_of(WhenTyped(day=D, **typed), BAKU)
    assert window == (begins, ends)
    again = typed_from(*window, typed["precision"], BAKU)
    assert window_of(WhenTyped(precision=typed["precision"], **again), BAKU) == window  # type: ignore[arg-type]


def test_a_time_that_came_twice_covers_both() -> None:
    typed = WhenTyped("minute", date(2026, 10, 25), time_from=time(3, 30))
    assert window_of(typed, KYIV) == (at(2026, 10, 25, 0, 30), at(2026, 10, 25, 1, 31))


def test_a_time_that_never_was_is_refused() -> None:
    with pytest.raises(CannotTell) as caught:
        window_of(WhenTyped("minute", date(2026, 3, 29), time_from=time(3, 30)), KYIV)
    assert caught.value.field == "time_from"


def test_a_day_on_which_clocks_change_is_as_long_as_it_was() -> None:
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        begins, ends = window_of(WhenTyped("day", day), KYIV)
        assert (ends - begins).total_seconds() == hours * 3600
