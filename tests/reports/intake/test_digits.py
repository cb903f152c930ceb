"""Digits of any script are read as numbers, and nothing else is changed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.intake.digits import folded_digits
from reports.pages.boxes import ClockField, DayField, NumberField, WholeNumberField


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("٤٠٫٦٨", "40.68"),
        ("۴۰٫۶۸", "40.68"),
        ("４０.６８", "40.68"),
        ("१२", "12"),
        ("١٬٢٠٠", "1200"),
        ("\N{MINUS SIGN}5", "-5"),
        ("\N{RIGHT-TO-LEFT MARK}٧", "7"),
        ("Գանձակ ۳", "Գանձակ 3"),
        ("x²", "x²"),  # a superscript is no digit of a number
    ],
)
def test_digits_of_any_script(typed: str, read: str) -> None:
    assert folded_digits(typed) == read


@given(st.text())
def test_folding_twice_is_folding_once_and_no_letter_is_lost(text: str) -> None:
    once = folded_digits(text)
    assert folded_digits(once) == once
    letters = [c for c in text if unicodedata.category(c).startswith("L")]
    assert [c for c in once if unicodedata.category(c).startswith("L")] == letters


def test_boxes_read_them() -> None:
    assert NumberField().clean("٤٠٫٦٨١٦") == 40.6816
    assert NumberField().clean("40,6816") == 40.6816
    assert NumberField().clean("1\N{NO-BREAK SPACE}200") == 1200
    assert WholeNumberField().clean("۱۲") == 12
    assert DayField().clean("٢٠٢٠-١٠-١١").isoformat() == "2020-10-11"
    assert ClockField().clean("١٤:٠٥").isoformat() == "14:05:00"
