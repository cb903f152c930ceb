"""Drift: shares with Wilson's interval, medians with theirs, leans that chance does not explain."""

from __future__ import annotations

import random

import pytest

from verification.adjudication.drift import (
    FEWEST_BALLOTS,
    Vote,
    drift_of,
    lean_of,
    middle_of,
    share_of,
    sign_test,
)

ARM, AZE = frozenset({"ARM"}), frozenset({"AZE"})
NOBODY: frozenset[str] = frozenset()


def vote(
    named: frozenset[str], panel: frozenset[str], accused: frozenset[str] = ARM, hours: float = 10
) -> Vote:
    return Vote(named, panel, accused, agrees=named == panel, hours=hours)


class TestShare:
    def test_wilson_s_published_interval(self) -> None:
        # Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263 at 95 % is 0.2553-0.3662;
        # ours holds 90 %, so it lies inside, and its ends solve the score equation.
        found = share_of(81, 263)
        assert 0.2553 < found.low < 81 / 263 < found.high < 0.3662
        for end in (found.low, found.high):
            assert abs(81 / 263 - end) / (end * (1 - end) / 263) ** 0.5 == pytest.approx(
                1.6449, abs=1e-3
            )

    def test_ends(self) -> None:
        assert share_of(0, 5).low == 0
        assert share_of(5, 5).high == 1
        assert share_of(0, 5).high > 0.3
        empty = share_of(0, 0)
        assert (empty.share, empty.low, empty.high) == (None, 0, 1)


class TestMiddle:
    def test_few_values_have_their_whole_range(self) -> None:
        found = middle_of([3, 1, 2])
        assert (found.value, found.low, found.high, found.of) == (2, 1, 3, 3)

    @pytest.mark.parametrize(("n", "left_out"), [(5, 0), (8, 1), (10, 1), (20, 5), (25, 7)])
    def test_the_tabled_ranks(self, n: int, left_out: int) -> None:
        # Conover, Practical Nonparametric Statistics: exact binomial ranks for 90 % or more.
        found = middle_of([float(value) for value in range(n)])
        assert (found.low, found.high) == (left_out, n - 1 - left_out)

    def test_none(self) -> None:
        assert middle_of([]).value is None


@pytest.mark.parametrize(
    ("more", "fewer", "p"),
    [(0, 0, 1), (1, 1, 1), (5, 0, 0.0625), (8, 0, 0.0078125), (1, 9, 0.021484375)],
)
def test_the_sign_test(more: int, fewer: int, p: float) -> None:
    assert sign_test(more, fewer) == pytest.approx(p)
    assert sign_test(fewer, more) == pytest.approx(p)


class TestLean:
    def test_only_cases_in_which_the_party_was_accused_count(self) -> None:
        votes = [vote(ARM, NOBODY), vote(NOBODY, NOBODY), vote(NOBODY, AZE, accused=AZE)]
        lean = lean_of(votes, "ARM")
        assert (lean.own.count, lean.own.of, lean.panel.count, lean.more, lean.fewer) == (
            1,
            2,
            0,
            1,
            0,
        )

    def test_one_who_always_names_a_side_is_noted_within_eight_differing_cases(self) -> None:
        noted = [lean_of([vote(ARM, NOBODY)] * n, "ARM").noted for n in range(1, 10)]
        assert noted == [False] * 7 + [True] * 2

    def test_one_who_spares_a_side_too(self) -> None:
        lean = lean_of([vote(NOBODY, ARM)] * 8, "ARM")
        assert lean.noted
        assert lean.fewer == 8

    def test_an_honest_reviewer_is_seldom_noted(self) -> None:
        draw = random.Random(7)
        noted = 0
        for _reviewer in range(500):
            votes = [
                vote(draw.choice((ARM, NOBODY)), draw.choice((ARM, NOBODY))) for _case in range(40)
            ]
            noted += lean_of(votes, "ARM").noted
        assert noted <= 10  # 1 in 100 by design, and the test is conservative


class TestDrift:
    def test_few_ballots_are_said_to_be_few_and_nobody_is_slow_by_them(self) -> None:
        found = drift_of([vote(ARM, ARM, hours=99)] * 3, parties=["ARM"], usual=10)
        assert found.few
        assert not found.slow
        assert found.agreement.share == 1

    def test_slow_is_who_is_surely_slower_than_all_together(self) -> None:
        slow = [vote(ARM, ARM, hours=50 + n) for n in range(FEWEST_BALLOTS)]
        assert drift_of(slow, parties=["ARM"], usual=10).slow
        assert not drift_of(slow, parties=["ARM"], usual=52).slow

    def test_nobody_s_ballots(self) -> None:
        found = drift_of([], parties=["ARM"], usual=None)
        assert (found.ballots, found.hours.value, found.leans[0].own.of) == (0, None, 0)
