"""Two versions of a draft: what differs, what both together are, which words stand apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.adjudication.drafting import (
    LONGEST_REASONS,
    Typed,
    both,
    compared,
    differences,
    problems_in_typed,
)

EMPTY = Typed({}, (), "", ())
SAVED = Typed({"occurrence": "occurred", "clause": "1"}, ("ARM",), "It was heard.", ("a", "b"))
MINE = Typed({"occurrence": "did_not_occur"}, (), "It was heard. It was seen.", ("b", "c"))

words = st.text(alphabet="ab \n", max_size=40)


class TestDifferences:
    def test_question_by_question(self) -> None:
        assert [one.name for one in differences(SAVED, MINE)] == [
            *("occurrence", "clause", "parties", "cited_reports", "reasons"),
        ]

    def test_order_and_spaces_are_no_difference(self) -> None:
        again = Typed(SAVED.answers, ("ARM",), "It  was\nheard. ", ("b", "a"))
        assert differences(SAVED, again) == []


class TestBoth:
    def test_loses_nothing(self) -> None:
        kept = both(SAVED, Typed({"occurrence": "did_not_occur"}, (), "It was seen.", ("c",)))
        assert kept.reasons == "It was heard.\n\nIt was seen."
        assert kept.cited == ("a", "b", "c")
        assert kept.answers == {"occurrence": "did_not_occur", "clause": "1"}
        assert kept.parties == ("ARM",)

    def test_a_text_that_holds_the_other_stands_once(self) -> None:
        assert both(SAVED, MINE).reasons == MINE.reasons
        assert both(MINE, SAVED).reasons == MINE.reasons
        assert both(EMPTY, MINE) == MINE

    @given(words, words)
    def test_every_word_of_both_is_there(self, a: str, b: str) -> None:
        kept = both(Typed({}, (), a, ()), Typed({}, (), b, ())).reasons
        assert a.strip() in kept
        assert b.strip() in kept


class TestCompared:
    def test_marks_what_the_other_lacks(self) -> None:
        pieces = compared("It was heard at night.", "It was seen at night.")
        assert [(p.text, p.only_here) for p in pieces] == [
            *(("It was ", False), ("heard ", True), ("at night.", False)),
        ]

    @given(words, words)
    def test_the_pieces_are_the_text(self, a: str, b: str) -> None:
        assert "".join(piece.text for piece in compared(a, b)) == a.lstrip()

    @given(words)
    def test_the_same_text_has_no_mark(self, a: str) -> None:
        assert not any(piece.only_here for piece in compared(a, a))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (Typed({}, (), "\x00", ()), "reasons"),
        (Typed({}, (), "x" * (LONGEST_REASONS + 1), ()), "reasons"),
        (Typed({"seat": "1"}, (), "", ()), "occurrence"),
        (Typed({"clause": "x" * 41}, (), "", ()), "occurrence"),
        (Typed({}, ("A\x00",), "", ()), "occurrence"),
        (Typed({}, (), "", ("x",) * 2001), "cited_reports"),
    ],
)
def test_what_cannot_be_kept(typed: Typed, field: str) -> None:
    assert list(problems_in_typed(typed)) == [field]


def test_anything_unfinished_can_be_kept() -> None:
    assert problems_in_typed(EMPTY) == {}
    assert problems_in_typed(MINE) == {}
