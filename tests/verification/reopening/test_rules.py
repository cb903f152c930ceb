"""What contradicts a decision, and who may answer a request to reopen one."""

import pytest

from verification.reopening.rules import (
    Decided,
    Newcomer,
    contradicts,
    may_answer_alone,
    may_ask,
    problems_in_answer,
    problems_in_request,
)

ARMENIA = Decided("attributed", frozenset({"ARM"}))
NOBODY = Decided("not_attributable", frozenset())
LEGAL = Decided("no_violation", frozenset())
NOTHING = Decided("did_not_happen", frozenset())
UNKNOWN = Decided("unresolved", frozenset())


def new(
    occurred: bool | None = True,
    party: str = "",
    actor: bool | None = None,
    aligned: str = "",
    independent: bool = True,
    admits: bool = False,
) -> Newcomer:
    return Newcomer(occurred, party, actor, aligned, independent, admits)


@pytest.mark.parametrize(
    ("decided", "newcomer", "flagged"),
    [
        # who did it
        (NOBODY, new(party="ARM", actor=True), True),
        (NOBODY, new(), False),  # it happened: nobody doubted it
        (NOBODY, new(None, party="ARM", actor=False), False),
        (ARMENIA, new(party="AZE", actor=True), True),
        (ARMENIA, new(party="ARM", actor=True), False),
        (ARMENIA, new(None, party="ARM", actor=False), True),
        (ARMENIA, new(None, party="AZE", actor=False), False),
        # whether it happened
        (ARMENIA, new(False), True),
        (NOBODY, new(False), True),
        (LEGAL, new(False), True),
        (LEGAL, new(party="ARM", actor=True), False),
        (NOTHING, new(), True),
        (UNKNOWN, new(), True),
        (NOTHING, new(False), False),
        (UNKNOWN, new(None), False),
        # from a side, or not new
        (NOBODY, new(party="ARM", actor=True, aligned="AZE"), False),
        (ARMENIA, new(False, aligned="ARM"), False),
        (NOBODY, new(party="ARM", actor=True, independent=False), False),
        (ARMENIA, new(None), False),
        # an admission counts although it comes from a side that was heard before
        (NOBODY, new(party="ARM", actor=True, aligned="ARM", independent=False, admits=True), True),
        (NOTHING, new(party="ARM", actor=True, aligned="ARM", admits=True), True),
        (ARMENIA, new(party="AZE", actor=True, aligned="AZE", admits=True), True),
        (ARMENIA, new(party="ARM", actor=True, aligned="ARM", admits=True), False),
    ],
)
def test_what_contradicts(decided: Decided, newcomer: Newcomer, flagged: bool) -> None:
    verdict = contradicts(decided, newcomer)
    assert bool(verdict) is flagged
    assert verdict.reason


@pytest.mark.parametrize(
    ("sealed_it", "voted", "aligned", "alone"),
    [
        (False, False, "", True),
        (True, False, "", False),
        (False, True, "", False),
        (False, False, "ARM", False),
    ],
)
def test_who_answers_alone(sealed_it: bool, voted: bool, aligned: str, alone: bool) -> None:
    verdict = may_answer_alone(sealed_it=sealed_it, voted=voted, aligned=aligned)
    assert bool(verdict) is alone
    assert verdict.reason


@pytest.mark.parametrize(
    ("party", "is_reviewer", "may"),
    [("ARM", False, True), ("GEO", False, False), ("", False, False), ("", True, True)],
)
def test_who_may_ask(party: str, is_reviewer: bool, may: bool) -> None:
    assert bool(may_ask(party=party, concerned={"ARM", "AZE"}, is_reviewer=is_reviewer)) is may


@pytest.mark.parametrize(
    ("ground", "text", "fields"),
    [
        ("new_evidence", "x" * 20, set()),
        ("because", "x" * 20, {"ground"}),
        ("", "short", {"ground", "text"}),
        ("error", " " * 40, {"text"}),
        ("error", "x" * 5_001, {"text"}),
        ("error", "x" * 30 + "\x00", {"text"}),
    ],
)
def test_a_request_has_a_ground_and_its_reasons(ground: str, text: str, fields: set[str]) -> None:
    assert set(problems_in_request(ground=ground, text=text)) == fields


def test_an_answer_has_its_reasons() -> None:
    assert problems_in_answer("x" * 20) == {}
    assert set(problems_in_answer("No.")) == {"reason"}
