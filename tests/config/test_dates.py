"""Dates and numbers are written as each language writes them."""

from datetime import date

import pytest
from django.utils.formats import number_format
from django.utils.translation import override

from reports.agreement.naming import day_words, long_day_words

DAY = date(2020, 10, 10)


@pytest.mark.parametrize(
    ("language", "words", "long_words"),
    [
        ("en", "10 Oct 2020", "10 October 2020"),
        ("ru", "10 октября 2020 г.", "10 октября 2020 г."),
        ("uk", "10 жовтня 2020 р.", "10 жовтня 2020 р."),
        ("hy", "10 հոկտեմբերի, 2020 թ.", "10 հոկտեմբերի, 2020 թ."),
        ("az", "10 oktyabr 2020", "10 oktyabr 2020"),
        ("fr", "10 octobre 2020", "10 octobre 2020"),
        ("ar", "10 أكتوبر، 2020", "10 أكتوبر، 2020"),
    ],
)
def test_days(language: str, words: str, long_words: str) -> None:
    with override(language):
        assert (day_words(DAY), long_day_words(DAY)) == (words, long_words)


def test_armenian_numbers() -> None:
    with override("hy"):
        assert number_format(1234.5, 1, force_grouping=True) == "1\N{NO-BREAK SPACE}234,5"
