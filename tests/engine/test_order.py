"""Order of incidents under windows of time, against plain enumeration."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verification.engine.order import Window, p_answers, p_before, p_chain, p_first
from verification.engine.types import BadClaims

WINDOWS = st.tuples(st.integers(0, 6), st.integers(1, 4)).map(lambda w: Window(w[0], w[0] + w[1]))


def slots(windows: list[Window]) -> list[tuple[int, ...]]:
    """Every way the incidents can fall into whole hours, all equally likely."""
    return list(itertools.product(*(range(int(w.start), int(w.end)) for w in windows)))


def enumerate_chain(windows: list[Window]) -> float:
    """Orders within one hour are equally likely, so a run of r ties counts 1/r!."""
    ways = slots(windows)
    good = 0.0
    for way in ways:
        if all(a <= b for a, b in itertools.pairwise(way)):
            ties = [len(list(run)) for _, run in itertools.groupby(way)]
            good += 1 / math.prod(math.factorial(tie) for tie in ties)
    return good / len(ways)


def enumerate_first(windows: list[Window], which: int) -> float:
    ways = slots(windows)
    good = 0.0
    for way in ways:
        if way[which] == min(way):
            good += 1 / way.count(min(way))
    return good / len(ways)


class TestOrder:
    @settings(max_examples=40, deadline=None)
    @given(st.lists(WINDOWS, min_size=1, max_size=4))
    def test_chains_agree_with_enumeration(self, windows: list[Window]) -> None:
        assert p_chain(windows) == pytest.approx(enumerate_chain(windows), abs=1e-9)

    @settings(max_examples=40, deadline=None)
    @given(WINDOWS, WINDOWS)
    def test_pairs_agree_with_chains(self, a: Window, b: Window) -> None:
        assert p_before(a, b) == pytest.approx(p_chain([a, b]), abs=1e-9)
        assert p_before(a, b) + p_before(b, a) == pytest.approx(1.0, abs=1e-12)

    @settings(max_examples=40, deadline=None)
    @given(st.lists(WINDOWS, min_size=1, max_size=4))
    def test_who_was_first_agrees_with_enumeration(self, windows: list[Window]) -> None:
        p = p_first(windows)
        assert p.sum() == pytest.approx(1.0, abs=1e-9)
        for which in range(len(windows)):
            assert p[which] == pytest.approx(enumerate_first(windows, which), abs=1e-9)

    def test_all_orders_of_a_chain_sum_to_one(self) -> None:
        windows = [Window(0, 5), Window(3, 4), Window(2, 9), Window(0, 9)]
        total = sum(p_chain(list(order)) for order in itertools.permutations(windows))
        assert total == pytest.approx(1.0, abs=1e-9)

    def test_disjoint_windows_are_certain(self) -> None:
        assert p_before(Window(0, 1), Window(1, 2)) == 1.0
        assert p_chain([Window(5, 6), Window(0, 1)]) == 0.0

    def test_a_retaliation_needs_to_follow_soon(self) -> None:
        first, second = Window(0, 1), Window(1, 2)
        assert p_answers(first, second, 1.0) == pytest.approx(0.5)  # by symmetry of the triangle
        assert p_answers(first, second, 2.0) == pytest.approx(1.0)
        assert p_answers(second, first, 2.0) == pytest.approx(0.0)

    def test_senseless_windows_are_refused(self) -> None:
        with pytest.raises(BadClaims, match="start < end"):
            Window(2, 2)
        with pytest.raises(BadClaims, match="positive"):
            p_answers(Window(0, 1), Window(0, 1), 0.0)
        with pytest.raises(BadClaims, match="chain"):
            p_chain([])
        with pytest.raises(BadClaims, match="first"):
            p_first([])
