"""What counts for a party, and when nobody may compare."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.standing.rules import (
    FEWEST_AUDITED,
    FEWEST_DECIDED,
    REFUSALS,
    IncidentFact,
    comparison_refusal,
    may_show_expected,
    tally,
)


def fact(**changes: Any) -> IncidentFact:
    plain: dict[str, Any] = {
        "outcome": "",
        "attributed": (),
        "accused": (),
        "severity": "",
        "p": {},
    }
    return IncidentFact(**{**plain, **changes})


OPEN_ARM = fact(accused=("ARM",), p={"ARM": 0.7, "AZE": 0.1})
DECIDED_ARM = fact(outcome="attributed", attributed=("ARM",), severity="serious", p={"AZE": 0.9})
BOTH = fact(outcome="attributed", attributed=("ARM", "AZE"), severity="grave")
NOBODY = fact(outcome="not_attributable", accused=("ARM",), p={"ARM": 0.6})


@pytest.mark.parametrize(
    ("facts", "decided", "expected", "open_against"),
    [
        ([], 0, 0.0, 0),
        ([OPEN_ARM], 0, 0.7, 1),
        ([DECIDED_ARM], 1, 1.0, 0),
        ([NOBODY], 0, 0.0, 0),  # decided: its score counts no more
        ([BOTH], 1, 1.0, 0),
        ([OPEN_ARM, DECIDED_ARM, BOTH, NOBODY], 2, 2.7, 1),
        ([fact(accused=("AZE",), p={"ARM": 0.2})], 0, 0.2, 0),
        ([fact(accused=("ARM",))], 0, 0.0, 1),  # not scored yet
    ],
)
def test_what_counts_for_armenia(
    facts: list[IncidentFact], decided: int, expected: float, open_against: int
) -> None:
    counted = tally("ARM", facts)
    assert (counted.decided, counted.expected, counted.open_against) == (
        decided,
        expected,
        open_against,
    )
    assert (counted.bound_low, counted.bound_high) == (decided, decided + open_against)
    assert sum(counted.by_severity.values()) == decided


def test_severities_are_counted_apart() -> None:
    assert tally("ARM", [DECIDED_ARM, BOTH, BOTH]).by_severity == {"serious": 1, "grave": 2}


@pytest.mark.parametrize(
    ("decided", "still_open", "share", "audited", "refusal"),
    [
        (FEWEST_DECIDED - 1, 0, 1.0, FEWEST_AUDITED, "too_few"),
        (FEWEST_DECIDED, 9, 1.0, FEWEST_AUDITED, "too_many_open"),  # 9 of 29
        (FEWEST_DECIDED, 8, 1.0, FEWEST_AUDITED, ""),  # 8 of 28
        (FEWEST_DECIDED, 0, 0.49, FEWEST_AUDITED, "too_little_coverage"),
        (FEWEST_DECIDED, 0, 0.5, 0, "no_audit"),
        (0, 0, 0.0, 0, "too_few"),
    ],
)
def test_when_a_comparison_is_refused(
    decided: int, still_open: int, share: float, audited: int, refusal: str
) -> None:
    found = comparison_refusal(
        decided=decided, still_open=still_open, covered_share=share, audited=audited
    )
    assert found == refusal
    assert not found or str(REFUSALS[found])


@pytest.mark.parametrize(
    ("still_open", "shown"), [(0, True), (1, False), (4, False), (5, True), (50, True)]
)
def test_a_sum_of_few_scores_would_give_them_away(still_open: int, shown: bool) -> None:
    assert may_show_expected(still_open=still_open) is shown


FACTS = st.lists(
    st.sampled_from([OPEN_ARM, DECIDED_ARM, BOTH, NOBODY, fact(accused=("AZE",), p={"AZE": 0.4})]),
    max_size=20,
)


@given(FACTS, st.randoms())
def test_neither_order_nor_name_matters(facts: list[IncidentFact], chance: object) -> None:
    before = tally("ARM", facts)
    chance.shuffle(facts)  # type: ignore[attr-defined]
    after = tally("ARM", facts)
    assert (before.decided, before.expected, before.open_against) == (
        after.decided,
        pytest.approx(after.expected, abs=0.002),
        after.open_against,
    )
    assert before.bound_low <= before.bound_high <= len(facts)
    assert before.expected <= len(facts)
