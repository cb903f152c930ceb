"""Krippendorff's alpha: against the published worked example, and at its edges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import some_answers
from verification.adjudication.concordance import QUESTIONS, alpha_of, value_of

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: four observers,
# twelve units, gaps. Nominal alpha is 0.743; 40 values can be paired in 11 units.
PUBLISHED = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def units() -> list[list[str]]:
    rows = [row.replace(".", "-").split() for row in PUBLISHED]
    return [["" if value == "-" else value for value in unit] for unit in zip(*rows, strict=True)]


def test_the_published_worked_example() -> None:
    found = alpha_of(units())
    assert found.alpha == pytest.approx(0.743, abs=0.0005)
    assert (found.cases, found.values) == (11, 40)


def test_by_hand() -> None:
    # Two raters, four cases: aa, aa, bb, ab. Coincidences: aa 4, bb 2, ab 1 each way; n = 8,
    # n_a = 5, n_b = 3. Alpha = 1 - (n - 1) * ab / (n_a * n_b) = 1 - 7 * 1 / 15.
    found = alpha_of([["a", "a"], ["a", "a"], ["b", "b"], ["a", "b"]])
    assert found.alpha == pytest.approx(1 - 7 / 15)


class TestUndefined:
    def test_nothing_to_compare(self) -> None:
        found = alpha_of([["a"], ["", "b"], []])
        assert (found.alpha, found.cases, found.why_not) == (None, 0, "too_few")

    def test_one_answer_by_all(self) -> None:
        found = alpha_of([["a", "a"], ["a", "a", ""]])
        assert (found.alpha, found.cases, found.values, found.why_not) == (None, 2, 4, "one_answer")


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=2, max_size=2), min_size=2, max_size=12))
def test_full_agreement_is_one_and_nothing_is_more(cases: list[list[str]]) -> None:
    found = alpha_of(cases)
    if found.alpha is None:
        assert len({value for case in cases for value in case}) == 1
        return
    alike = all(len(set(case)) == 1 for case in cases)
    assert found.alpha <= 1
    assert (found.alpha == pytest.approx(1)) is alike


class TestValues:
    def test_of_a_full_ballot(self) -> None:
        values = [value_of(some_answers(), question) for question in QUESTIONS]
        assert values == ["occurred", "breach", "1", "attributed:ARM", "unknown"]

    def test_parties_in_any_order_are_one_answer(self) -> None:
        one, other = some_answers(parties=("ARM", "AZE")), some_answers(parties=("AZE", "ARM"))
        assert value_of(one, "attribution") == value_of(other, "attribution")

    def test_what_was_not_asked_is_no_value(self) -> None:
        answers = some_answers(
            occurrence="not_established",
            breach="not_asked",
            clause="",
            attribution="not_asked",
            parties=(),
        )
        values = [value_of(answers, question) for question in QUESTIONS]
        assert values == ["not_established", "", "", "", ""]
