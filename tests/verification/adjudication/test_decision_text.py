"""The first draft of a decision: what follows from the answers, and what the chair must write."""

from __future__ import annotations

from typing import Any

import pytest

from reports.problems import Invalid
from tests.factories import LATER, World, a_case, seal_all, some_answers
from tests.proofs import refused
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.answers import Answers, panel_answers
from verification.adjudication.decision_text import assembled_reasons, is_unfinished
from verification.corroboration.actions import lapse_overdue_positions

NOT_WHO: dict[str, Any] = {
    "attribution": "not_attributable",
    "parties": (),
    "attribution_likelihood": "unlikely",
    "attribution_confidence": "low",
}
NOT_SURE = some_answers(
    occurrence="not_established",
    occurrence_likelihood="roughly_even",
    breach="not_asked",
    clause="",
    attribution="not_asked",
    parties=(),
)


def text_of(*ballots: Answers) -> str:
    return assembled_reasons(
        panel_answers(ballots),
        ballots,
        parties={"ARM": "Armenia"},
        clauses={"1": "Ceasefire"},
        heard=["Armenia answered: Denies."],
        standard="balance of probabilities",
    )


def test_every_answer_with_likelihood_confidence_and_how_many_gave_it() -> None:
    text = text_of(some_answers(), some_answers(), some_answers(**NOT_WHO))
    for there in (
        "Did it happen? It happened (3 of 3 ballots). Likelihood: Very likely (80–95 %).",
        "Evidence: High confidence.",
        "Clause 1: Ceasefire. Severity: Serious.",
        "Who did it? Attributed to a party: Armenia (2 of 3 ballots).",
        "Likelihood: Likely (55–80 %).",
        "Intent: Not known.",
        "Standard of proof: balance of probabilities.",
        "Armenia answered: Denies.",
        "1 reviewer answered otherwise",
    ):
        assert there in text, there


def test_questions_that_were_not_asked_are_not_spoken_of() -> None:
    text = text_of(NOT_SURE, NOT_SURE, NOT_SURE)
    assert "Cannot be established (3 of 3 ballots)" in text
    for absent in ("Does it breach", "Who did it?", "Intent:", "answered otherwise"):
        assert absent not in text, absent


def test_the_chair_has_to_complete_it() -> None:
    assert is_unfinished(text_of(some_answers(), some_answers()))
    assert not is_unfinished("Three reports from independent origins agree.")


@pytest.mark.parametrize("sign", ["⟦", "⟧"])
def test_what_is_not_completed_is_not_sealed(world: World, sign: str) -> None:
    case = a_case(world)
    seal_all(case)
    lapse_overdue_positions(at=LATER)
    with refused(Invalid, "reasons", saying="between ⟦ and ⟧"):
        decide_case(
            case=case, reasons=f"As all three ballots say. {sign}", by=world.chair, at=LATER
        )
