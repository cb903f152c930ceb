"""Ballots and the panel's answers in words: by seat, never by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from verification.adjudication.answers import (
    Answers,
    Attribution,
    Breach,
    Confidence,
    Intent,
    Occurrence,
    Severity,
    dissents_from,
)
from verification.adjudication.queries import Ballot, SecondBallot
from verification.pages.cards import Faces


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its words, and apart from each other how likely and how sure."""

    question: str
    words: str
    likelihood: str
    confidence: str


@dataclass(frozen=True, slots=True)
class BallotCard:
    """One ballot (or the panel's answers) as a page shows it."""

    seat: int
    own: bool
    sealed_at: datetime | None
    answers: tuple[Answer, ...]
    reasons: str
    cited: tuple[str, ...]
    dissents: bool


def answer_rows(answers: Answers, *, faces: Faces) -> tuple[Answer, ...]:
    """Return the five answers in words."""
    return (
        Answer(
            _("Did it happen?"),
            str(Occurrence(answers.occurrence).label),
            answers.occurrence_likelihood,
            _confidence(answers.occurrence_confidence),
        ),
        Answer(
            _("Does it breach the agreement?"),
            _joined(str(Breach(answers.breach).label), _severity(answers.severity)),
            answers.breach_likelihood,
            _confidence(answers.breach_confidence),
        ),
        Answer(
            _("Which clause?"),
            _("Clause %(code)s") % {"code": answers.clause} if answers.clause else _("None"),
            "",
            "",
        ),
        Answer(
            _("Who did it?"),
            _joined(
                str(Attribution(answers.attribution).label),
                ", ".join(_party(code, faces) for code in answers.parties),
            ),
            answers.attribution_likelihood,
            _confidence(answers.attribution_confidence),
        ),
        Answer(
            _("With which intent?"),
            str(Intent(answers.intent).label),
            "",
            _confidence(answers.intent_confidence),
        ),
    )


def _joined(*words: str) -> str:
    return ": ".join(word for word in words if word)


def _confidence(code: str) -> str:
    return str(Confidence(code).label) if code else ""


def _severity(code: str) -> str:
    return str(Severity(code).label) if code else ""


def _party(code: str, faces: Faces) -> str:
    face = faces.party(code)
    return str(face["name"]) if face else code


def ballot_card(
    ballot: Ballot | SecondBallot,
    *,
    faces: Faces,
    cited: dict[str, str],
    own: Any = None,
    panel: Answers | None = None,
) -> BallotCard:
    """Return one ballot. `cited` turns ids into the numbers the page shows, in its order."""
    rests_on = {str(key) for key in ballot.cited_reports}
    return BallotCard(
        seat=ballot.seat.number,
        own=own is not None and ballot.pk == own.pk,
        sealed_at=ballot.sealed_at,
        answers=answer_rows(ballot.answers(), faces=faces),
        reasons=ballot.reasons,
        cited=tuple(number for key, number in cited.items() if key in rests_on),
        dissents=panel is not None and dissents_from(panel, ballot.answers()),
    )


def side_by_side(ballots: list[BallotCard]) -> list[dict[str, Any]]:
    """Return one row per question with every ballot's answer beside the others."""
    if not ballots:
        return []
    return [
        {"question": row[0].question, "answers": list(row)}
        for row in zip(*(ballot.answers for ballot in ballots), strict=True)
    ]
