"""Periods in force are half-open: the last instant is the first one that is not covered."""

from datetime import UTC, datetime, timedelta

import pytest

from reports.agreement.naming import localized
from reports.agreement.rules import Period

NOON = datetime(2020, 10, 10, 8, 0, tzinfo=UTC)  # noon in Baku: entry into force
END = datetime(2020, 11, 9, 21, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TRUCE = Period(NOON, END)
OPEN_ENDED = Period(NOON, None)


@pytest.mark.parametrize(
    ("begins", "ends", "relation"),
    [
        (NOON - 2 * HOUR, NOON - HOUR, "outside"),
        (NOON - HOUR, NOON, "outside"),  # ends at the very instant of entry into force
        (NOON - HOUR, NOON + timedelta(microseconds=1), "crosses"),
        (NOON, NOON + HOUR, "inside"),
        (NOON - HOUR, NOON + HOUR, "crosses"),
        (END - HOUR, END, "inside"),
        (END - HOUR, END + timedelta(microseconds=1), "crosses"),
        (END, END + HOUR, "outside"),
        (NOON - HOUR, END + HOUR, "crosses"),  # holds the whole period and more
        (NOON, END, "inside"),
    ],
)
def test_how_a_window_lies_to_the_period(begins: datetime, ends: datetime, relation: str) -> None:
    assert TRUCE.relation(begins, ends) == relation


@pytest.mark.parametrize(
    ("begins", "ends", "relation"),
    [
        (NOON - HOUR, NOON, "outside"),
        (NOON - HOUR, NOON + HOUR, "crosses"),
        (NOON + 9999 * HOUR, NOON + 10000 * HOUR, "inside"),
    ],
)
def test_a_period_without_an_end(begins: datetime, ends: datetime, relation: str) -> None:
    assert OPEN_ENDED.relation(begins, ends) == relation


@pytest.mark.parametrize(
    ("period", "instant", "inside"),
    [
        (TRUCE, NOON - timedelta(microseconds=1), False),
        (TRUCE, NOON, True),
        (TRUCE, END - timedelta(microseconds=1), True),
        (TRUCE, END, False),
        (OPEN_ENDED, END + 9999 * HOUR, True),
        (OPEN_ENDED, NOON - HOUR, False),
    ],
)
def test_whether_a_period_contains_an_instant(
    period: Period, instant: datetime, inside: bool
) -> None:
    assert period.contains(instant) is inside


@pytest.mark.parametrize(
    ("names", "language", "name"),
    [
        ({"en": "Armenia", "fr": "Arménie"}, "fr", "Arménie"),
        ({"en": "Armenia", "fr": "Arménie"}, "fr-ca", "Arménie"),
        ({"en": "Armenia"}, "ar", "Armenia"),
        ({"ru": "Армения", "hy": "Հայաստան"}, "ar", "Армения"),
        ({"hy": "Հայաստան"}, "en", "Հայաստան"),
        ({"en": ""}, "en", ""),
        ({}, "en", ""),
    ],
)
def test_a_name_in_the_reader_s_language_or_the_next_best(
    names: dict[str, str], language: str, name: str
) -> None:
    assert localized(names, language) == name
