"""Intervals against worked examples, and their honesty at the ends."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.adjudication.concordance import alpha_of
from verification.scrutiny.intervals import alpha_interval, median_wait, wilson


class TestWilson:
    @pytest.mark.parametrize(
        ("hits", "of", "low", "high"),
        [
            # Newcombe 1998, Statistics in Medicine 17, table I, method 3
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ],
    )
    def test_published_examples(self, hits: int, of: int, low: float, high: float) -> None:
        found = wilson(hits, of)
        assert found.low == pytest.approx(low, abs=5e-5)
        assert found.high == pytest.approx(high, abs=5e-5)
        assert found.value == hits / of

    def test_nothing_of_nothing_is_unknown(self) -> None:
        assert wilson(0, 0).value is None

    def test_more_hits_than_there_are_is_no_rate(self) -> None:
        with pytest.raises(ValueError, match="hits"):
            wilson(2, 1)

    @given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_it_holds_the_share_and_stays_in_bounds(self, given: tuple[int, int]) -> None:
        hits, of = given
        found, mirrored = wilson(hits, of), wilson(of - hits, of)
        assert 0 <= (found.low or 0) <= hits / of <= (found.high or 1) <= 1
        assert found.low == pytest.approx(1 - (mirrored.high or 0), abs=1e-12)


# Freireich et al. 1963, weeks in remission with 6-mercaptopurine: the textbook's censored sample.
ENDED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
RUNNING = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


class TestMedian:
    def test_the_textbook_s_treated_group(self) -> None:
        found = median_wait(ENDED, RUNNING)
        assert (found.value, found.low, found.high) == (23, 13, None)

    def test_the_textbook_s_placebo_group(self) -> None:
        found = median_wait(PLACEBO)
        assert (found.value, found.low, found.high) == (8, 4, 11)

    def test_what_still_runs_makes_it_longer(self) -> None:
        assert median_wait([1, 2, 3]).value == 2
        assert median_wait([1, 2, 3], [9, 9, 9, 9]).value is None

    def test_nothing_is_unknown_and_one_is_itself(self) -> None:
        assert median_wait([]).value is None
        assert median_wait([], [5, 6]).value is None
        assert median_wait([7]).value == 7

    @given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.lists(st.floats(0, 1e6)))
    def test_the_interval_holds_the_median(self, ended: list[float], running: list[float]) -> None:
        found = median_wait(ended, running)
        if found.value is not None and found.low is not None:
            assert found.low <= found.value
        if found.value is not None and found.high is not None:
            assert found.high >= found.value


CASES = [["a", "a", "a"], ["a", "b", "a"], ["b", "b", ""], ["b", "b", "b"], ["a", "a", "b"]] * 3


class TestAlpha:
    def test_its_value_is_the_library_s(self) -> None:
        found = alpha_interval(CASES)
        assert found.value == pytest.approx(alpha_of(CASES).alpha, abs=1e-12)

    def test_the_interval_holds_it_and_is_the_same_each_time(self) -> None:
        found = alpha_interval(CASES)
        assert found == alpha_interval(CASES)
        assert found.low is not None and found.value is not None and found.high is not None
        assert found.low < found.value < found.high

    def test_full_agreement_has_no_doubt_but_one_answer_says_nothing(self) -> None:
        whole = alpha_interval([["a", "a"], ["b", "b"]] * 10)
        assert (whole.value, whole.low, whole.high) == (1, 1, 1)
        assert alpha_interval([["a", "a"]] * 10).value is None
        assert alpha_interval([["a", "b"]]).value is None

    @given(
        st.lists(
            st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=2, max_size=4),
            min_size=2,
            max_size=12,
        )
    )
    def test_it_agrees_with_the_library_on_anything(self, cases: list[list[str]]) -> None:
        found, theirs = alpha_interval(cases), alpha_of(cases)
        if found.value is not None and theirs.alpha is not None:
            assert math.isclose(found.value, theirs.alpha, abs_tol=1e-9)
