"""What reports say together, and whether one fits an incident."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.places.geo import Spot, destination
from verification.incidents.rules import (
    SUGGEST_FLOOR,
    WEIGHTS,
    EventFacts,
    fits,
    joint_window,
    sharpest_spot,
)

DAY = datetime(2020, 10, 11, tzinfo=UTC)
GANJA = Spot(40.6816, 46.3613, 3000)
BERD = Spot(40.8807, 45.389, 3000)


def hours(begins: float, ends: float) -> tuple[datetime, datetime]:
    return DAY + timedelta(hours=begins), DAY + timedelta(hours=ends)


def facts(
    window: tuple[datetime, datetime] = hours(1, 2),
    spot: Spot | None = GANJA,
    act: str = "shelling",
    accused: tuple[str, ...] = ("ARM",),
) -> EventFacts:
    return EventFacts(window=window, spot=spot, act=act, accused=frozenset(accused))


@pytest.mark.parametrize(
    ("windows", "joint"),
    [
        ([(1, 2)], (1, 2)),
        ([(0, 24), (1, 2)], (1, 2)),  # the day, and the hour: the hour
        ([(0, 3), (1, 5), (2, 9)], (2, 3)),
        ([(1, 2), (2, 3)], (1, 3)),  # they only touch: no common part
        ([(1, 2), (5, 6)], (1, 6)),
        ([(5, 6), (1, 2), (0, 24)], (0, 24)),
    ],
)
def test_when_one_event_happened(
    windows: list[tuple[float, float]], joint: tuple[float, float]
) -> None:
    assert joint_window([hours(*window) for window in windows]) == hours(*joint)


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 20)).map(lambda w: (w[0], w[0] + w[1])),
        min_size=1,
        max_size=6,
    ),
    st.randoms(),
)
def test_the_order_of_reports_does_not_matter(
    windows: list[tuple[int, int]], chance: object
) -> None:
    given_order = [hours(*window) for window in windows]
    joint = joint_window(given_order)
    chance.shuffle(given_order)  # type: ignore[attr-defined]
    assert joint_window(given_order) == joint
    assert joint[0] < joint[1]


def test_the_sharpest_place_is_taken() -> None:
    rough, sharp = Spot(40, 46, 9000), Spot(40.1, 46.1, 50)
    assert sharpest_spot([rough, sharp]) == sharpest_spot([sharp, rough]) == sharp
    assert sharpest_spot([]) is None


def at(metres: float, radius: float = 100) -> Spot:
    return Spot(*destination(GANJA.lat, GANJA.lon, 90, metres), radius)


@pytest.mark.parametrize(
    ("other", "offered"),
    [
        (facts(), True),
        (facts(act="missile_strike"), True),  # often named for one event
        (facts(act="sniper_fire"), True),
        (facts(accused=()), True),
        (facts(accused=("AZE",)), True),  # each side accuses the other of one event
        (facts(accused=("AZE",), act="sniper_fire"), True),
        (facts(spot=None), True),
        (facts(window=hours(3, 4)), True),
        (facts(window=hours(8.1, 9)), False),  # six hours and more apart
        (facts(window=hours(20, 21)), False),
        (facts(spot=BERD), False),  # 85 km away
        (facts(spot=BERD, window=hours(7, 8), accused=("AZE",)), False),
        (facts(spot=None, window=hours(4, 5), act="sniper_fire"), False),
    ],
    ids=lambda value: repr(value)[:70],
)
def test_which_incidents_are_offered(other: EventFacts, offered: bool) -> None:
    assert (fits(facts(), other).strength >= SUGGEST_FLOOR) is offered


def test_the_same_facts_fit_in_full() -> None:
    assert fits(facts(), facts()).strength == 1.0
    assert sum(WEIGHTS.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        (facts(spot=at(1000)), facts(spot=at(20_000))),
        (facts(spot=at(20_000)), facts(spot=at(50_000))),
        (facts(window=hours(3, 4)), facts(window=hours(6, 7))),
        (facts(act="shelling"), facts(act="missile_strike")),
        (facts(act="missile_strike"), facts(act="sniper_fire")),
        (facts(accused=("ARM", "AZE")), facts(accused=())),
        (facts(accused=()), facts(accused=("AZE",))),
        (facts(spot=at(0, 500)), facts(spot=at(0, 20_000))),  # exactness earns the full mark
        (facts(window=hours(0, 3)), facts(window=hours(-24, 24))),
    ],
    ids=lambda value: repr(value)[:70],
)
def test_the_nearer_the_stronger(nearer: EventFacts, farther: EventFacts) -> None:
    assert fits(facts(), nearer).strength > fits(facts(), farther).strength


def test_windows_that_touch_are_not_called_an_interval_apart() -> None:
    touching = fits(facts(window=hours(0, 2)), facts(window=hours(2, 4))).reasons
    assert "One time window begins where the other ends." in touching
    assert "2.0 hours apart." in fits(facts(window=hours(0, 2)), facts(window=hours(4, 5))).reasons


def test_every_fit_gives_four_reasons() -> None:
    assert all(fits(facts(), facts(spot=None, accused=())).reasons)
    assert len(fits(facts(), facts(spot=BERD)).reasons) == 4


FACTS = st.builds(
    facts,
    window=st.tuples(st.integers(0, 30), st.integers(1, 20)).map(
        lambda w: hours(w[0], w[0] + w[1])
    ),
    spot=st.none() | st.builds(at, st.floats(0, 100_000), st.floats(10, 30_000)),
    act=st.sampled_from(["shelling", "missile_strike", "sniper_fire"]),
    accused=st.sampled_from([(), ("ARM",), ("AZE",), ("ARM", "AZE")]),
)


@given(FACTS, FACTS)
def test_fitting_is_mutual_and_between_nought_and_one(a: EventFacts, b: EventFacts) -> None:
    assert 0 <= fits(a, b).strength <= 1
    assert fits(a, b).strength == pytest.approx(fits(b, a).strength, abs=0.001)
