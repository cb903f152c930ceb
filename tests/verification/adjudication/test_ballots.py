"""A ballot never contradicts itself, and what the panel says follows from the ballots."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import some_answers
from verification.adjudication.answers import (
    CONFIDENCE_ORDER,
    LIKELIHOOD_ORDER,
    LIKELIHOOD_RANGES,
    Answers,
    Outcome,
    dissents_from,
    outcome_of,
    panel_answers,
)
from verification.adjudication.rules import problems_in_ballot

UNASKED = {
    "breach": "not_asked",
    "breach_likelihood": "",
    "breach_confidence": "",
    "clause": "",
    "attribution": "not_asked",
    "parties": (),
    "attribution_likelihood": "",
    "attribution_confidence": "",
    "severity": "",
}
NO_BREACH = {
    **UNASKED,
    "breach": "no_breach",
    "breach_likelihood": "unlikely",
    "breach_confidence": "low",
}
NOT_ATTRIBUTABLE = {"attribution": "not_attributable", "parties": ()}


def problems(answers: Answers, **changes: Any) -> set[str]:
    told = {
        "reasons": "The report is detailed and nothing speaks against it.",
        "cited": ["r1"],
        "citable": ["r1", "r2"],
        "clauses": ["1", "2"],
        "parties": ["ARM", "AZE"],
        "bound": ["ARM", "AZE"],
        "floor": "likely",
    }
    return set(problems_in_ballot(answers, **{**told, **changes}))


GOOD: list[dict[str, Any]] = [
    {},
    NOT_ATTRIBUTABLE,
    {**NOT_ATTRIBUTABLE, "attribution_likelihood": "", "attribution_confidence": ""},
    {"parties": ("ARM", "AZE")},
    NO_BREACH,
    {**UNASKED, "breach": "not_established"},
    {**UNASKED, "occurrence": "not_established", "occurrence_likelihood": "roughly_even"},
    {**UNASKED, "occurrence": "not_established", "breach": "not_established"},
    {**UNASKED, "occurrence": "did_not_occur", "occurrence_likelihood": "unlikely"},
    {"attribution_likelihood": "likely"},
    {"intent": "deliberate"},
]


@pytest.mark.parametrize("changes", GOOD, ids=lambda value: repr(value)[:60])
def test_consistent_ballots_are_taken(changes: dict[str, Any]) -> None:
    assert problems(some_answers(**changes)) == set()


BAD: list[tuple[dict[str, Any], set[str]]] = [
    # not on the list
    ({"occurrence": "maybe"}, {"occurrence"}),
    ({"breach": ""}, {"breach"}),
    ({"attribution": "nobody"}, {"attribution"}),
    ({"intent": ""}, {"intent"}),
    ({"severity": "huge"}, {"severity"}),
    ({"occurrence_likelihood": ""}, {"occurrence_likelihood"}),
    ({"occurrence_confidence": ""}, {"occurrence_confidence"}),
    ({"breach_likelihood": "surely"}, {"breach_likelihood"}),
    ({"attribution_confidence": "very"}, {"attribution_confidence"}),
    ({"intent_confidence": "very"}, {"intent_confidence"}),
    # it happened, but …
    ({**UNASKED}, {"breach"}),
    # it did not happen (or nobody knows), but …
    (
        {
            **UNASKED,
            "occurrence": "did_not_occur",
            "occurrence_likelihood": "unlikely",
            "breach": "no_breach",
            "breach_likelihood": "unlikely",
            "breach_confidence": "low",
        },
        {"breach"},
    ),
    ({"occurrence": "not_established"}, {"breach"}),
    (
        {**UNASKED, "occurrence": "did_not_occur", "occurrence_likelihood": "roughly_even"},
        {"occurrence_likelihood"},
    ),
    # below the standard of proof
    ({"occurrence_likelihood": "roughly_even"}, {"occurrence_likelihood"}),
    ({"breach_likelihood": "unlikely"}, {"breach_likelihood"}),
    ({"attribution_likelihood": "roughly_even"}, {"attribution_likelihood"}),
    # a violation of what, how severe, by whom
    ({"clause": ""}, {"clause"}),
    ({"clause": "9"}, {"clause"}),
    ({"severity": ""}, {"severity"}),
    ({"attribution": "not_asked", "parties": ()}, {"attribution"}),
    ({"parties": ()}, {"parties"}),
    ({"parties": ("XXX",)}, {"parties"}),
    ({"attribution": "not_attributable"}, {"parties"}),
    (
        {
            **NO_BREACH,
            "attribution": "attributed",
            "parties": ("ARM",),
            "attribution_likelihood": "likely",
            "attribution_confidence": "low",
        },
        {"attribution"},
    ),
    # how sure
    ({"breach_likelihood": ""}, {"breach_likelihood"}),
    ({"breach_confidence": ""}, {"breach_confidence"}),
    ({**NO_BREACH, "breach_likelihood": ""}, {"breach_likelihood"}),
    ({"attribution_likelihood": ""}, {"attribution_likelihood"}),
    ({"attribution_confidence": ""}, {"attribution_confidence"}),
]


@pytest.mark.parametrize(("changes", "named"), BAD, ids=lambda value: repr(value)[:80])
def test_every_contradiction_is_named(changes: dict[str, Any], named: set[str]) -> None:
    assert problems(some_answers(**changes)) == named


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"reasons": "Too short."}, {"reasons"}),
        ({"reasons": " " * 40}, {"reasons"}),
        ({"reasons": "x" * 10_001}, {"reasons"}),
        ({"reasons": "It is detailed, and \x00 nothing else."}, {"reasons"}),
        ({"cited": []}, {"cited_reports"}),
        ({"cited": ["r1", "r9"]}, {"cited_reports"}),
        ({"bound": ["AZE"]}, {"parties"}),
        ({"clauses": []}, {"clause"}),
        (
            {"floor": "almost_certain"},
            {"occurrence_likelihood", "breach_likelihood", "attribution_likelihood"},
        ),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_reasons_citations_and_terms(told: dict[str, Any], named: set[str]) -> None:
    assert problems(some_answers(), **told) == named


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.ATTRIBUTED),
        (NOT_ATTRIBUTABLE, Outcome.NOT_ATTRIBUTABLE),
        (NO_BREACH, Outcome.NO_VIOLATION),
        ({"breach": "not_established"}, Outcome.UNRESOLVED),
        ({"breach": "not_asked"}, Outcome.UNRESOLVED),
        ({"occurrence": "not_established"}, Outcome.UNRESOLVED),
        ({"occurrence": "did_not_occur"}, Outcome.DID_NOT_HAPPEN),
    ],
)
def test_every_decision_falls_in_one_class(changes: dict[str, Any], outcome: Outcome) -> None:
    assert outcome_of(some_answers(**changes)) == outcome


YES = some_answers()
AZE = some_answers(parties=("AZE",))
NOBODY = some_answers(**NOT_ATTRIBUTABLE)
FINE = some_answers(**NO_BREACH)
NOTHING = some_answers(
    **UNASKED,
    occurrence="did_not_occur",
    occurrence_likelihood="unlikely",
    occurrence_confidence="low",
)


@pytest.mark.parametrize(
    ("ballots", "outcome", "dissents"),
    [
        ([YES, YES, YES], Outcome.ATTRIBUTED, 0),
        ([YES, YES, AZE], Outcome.ATTRIBUTED, 1),
        ([YES, AZE, NOBODY], Outcome.NOT_ATTRIBUTABLE, 2),
        ([YES, AZE], Outcome.NOT_ATTRIBUTABLE, 2),
        ([YES, YES, NOTHING], Outcome.ATTRIBUTED, 1),
        ([YES, AZE, NOTHING], Outcome.NOT_ATTRIBUTABLE, 3),
        ([YES, FINE, NOTHING], Outcome.UNRESOLVED, 3),
        ([FINE, FINE, YES], Outcome.NO_VIOLATION, 1),
        ([NOTHING, NOTHING, YES], Outcome.DID_NOT_HAPPEN, 1),
        ([YES, NOTHING], Outcome.UNRESOLVED, 2),
        ([YES, NOBODY, NOBODY], Outcome.NOT_ATTRIBUTABLE, 1),
    ],
)
def test_the_majority_decides_question_by_question(
    ballots: list[Answers], outcome: Outcome, dissents: int
) -> None:
    panel = panel_answers(ballots)
    assert outcome_of(panel) == outcome
    assert sum(dissents_from(panel, ballot) for ballot in ballots) == dissents


def test_a_panel_is_no_surer_than_its_least_sure_member() -> None:
    sure = replace(YES, occurrence_confidence="high", occurrence_likelihood="almost_certain")
    wary = replace(YES, occurrence_confidence="low", occurrence_likelihood="likely")
    panel = panel_answers([sure, sure, wary])
    assert panel.occurrence_confidence == "low"
    assert panel.occurrence_likelihood == "almost_certain"
    assert panel_answers([sure, wary]).occurrence_likelihood == "likely"  # the lower of two


def test_where_clauses_differ_the_seats_do_not_decide() -> None:
    one, two = replace(YES, clause="1"), replace(YES, clause="2")
    assert panel_answers([two, one]) == panel_answers([one, two])
    assert panel_answers([two, two, one]).clause == "2"


def test_the_words_of_likelihood_cover_one_to_ninety_nine_per_cent() -> None:
    ranges = list(LIKELIHOOD_RANGES.values())
    assert (ranges[0][0], ranges[-1][1]) == (1, 99)
    assert all(a[1] == b[0] for a, b in pairwise(ranges))


WORDS = st.sampled_from([*LIKELIHOOD_ORDER, ""])
TRUST = st.sampled_from([*CONFIDENCE_ORDER, ""])
ANSWERS = st.builds(
    Answers,
    occurrence=st.sampled_from(["occurred", "occurred", "did_not_occur", "not_established"]),
    occurrence_likelihood=WORDS,
    occurrence_confidence=TRUST,
    breach=st.sampled_from(["breach", "breach", "no_breach", "not_established", "not_asked"]),
    breach_likelihood=WORDS,
    breach_confidence=TRUST,
    clause=st.sampled_from(["", "1", "2"]),
    attribution=st.sampled_from(["attributed", "not_attributable", "not_asked"]),
    parties=st.sampled_from([(), ("ARM",), ("AZE",), ("AZE", "ARM"), ("ARM", "AZE")]),
    attribution_likelihood=WORDS,
    attribution_confidence=TRUST,
    intent=st.sampled_from(["deliberate", "negligent", "accidental", "unknown"]),
    intent_confidence=TRUST,
    severity=st.sampled_from(["", "minor", "serious", "grave"]),
)
STRONG = st.sampled_from(["likely", "very_likely", "almost_certain"])
VALID = st.one_of(
    st.builds(
        some_answers,
        occurrence_likelihood=STRONG,
        breach_likelihood=STRONG,
        attribution_likelihood=STRONG,
        clause=st.sampled_from(["1", "2"]),
        parties=st.sampled_from([("ARM",), ("AZE",), ("AZE", "ARM")]),
        severity=st.sampled_from(["minor", "serious", "grave"]),
        intent=st.sampled_from(["deliberate", "unknown"]),
    ),
    st.sampled_from([some_answers(**changes) for changes in GOOD]),
    ANSWERS.filter(lambda answers: not problems(answers)),
)


@given(st.lists(VALID, min_size=1, max_size=5), st.randoms())
def test_what_valid_ballots_add_up_to_is_valid(ballots: list[Answers], chance: object) -> None:
    panel = panel_answers(ballots)
    assert problems(panel) == set()
    assert outcome_of(panel) in Outcome
    chance.shuffle(ballots)  # type: ignore[attr-defined]
    assert panel_answers(ballots) == panel


@given(VALID, st.integers(1, 5))
def test_a_unanimous_panel_says_what_its_members_say(ballot: Answers, size: int) -> None:
    panel = panel_answers([ballot] * size)
    assert not dissents_from(panel, ballot)
    assert outcome_of(panel) == outcome_of(ballot)
