"""What authors of reports are asked in the demonstration, and what they answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from reports.questions.actions import AnswerDraft, answer_question, ask_question
from reports.questions.queries import answer_of, questions_on
from reports.questions.rules import QuestionDraft
from verification.management.seeding.deeds import Story
from verification.management.seeding.files import instant
from verification.management.seeding.stage import Step

NAMES = uuid.UUID("01900000-0000-7000-8000-0000000a5ced")  # of the answers' ids, the same each run


def question_steps(story: Story, scenario: Mapping[str, Any], now: datetime) -> Iterator[Step]:
    """Yield each question and each answer at its instant."""
    for row in scenario["questions"]:
        at = instant(row["at"], now=now)
        yield Step(at, "questions", partial(_ask, story, row, at))
        if "answer" in row:
            answered = instant(row["answer"]["at"], now=now)
            yield Step(answered, "questions", partial(_answer, story, row, answered))


def _ask(story: Story, row: Mapping[str, Any], at: datetime) -> bool:
    report = story.report(row["claim"])
    if questions_on([report.pk]):
        return False
    draft = QuestionDraft(row["text"], row["wants"], row["days"])
    ask_question(report=report, draft=draft, by=story.person(row["by"]), at=at)
    return True


def _answer(story: Story, row: Mapping[str, Any], at: datetime) -> bool:
    report = story.report(row["claim"])
    question = questions_on([report.pk])[0]
    if answer_of(question) is not None:
        return False
    draft = AnswerDraft(uuid.uuid5(NAMES, row["claim"]), row["answer"]["text"])
    answer_question(question=question, draft=draft, by=report.filed_by, at=at)
    return True
