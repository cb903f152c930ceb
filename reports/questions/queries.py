"""Reads of questions. An author reads their own; who reads a report's checks access first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from reports.intake.models import Report
from reports.people.models import User
from reports.problems import NotFound
from reports.questions.models import Answer, Question
from reports.questions.rules import CORRECTION
from reports.questions.states import QuestionState

WAITING = (QuestionState.OPEN, QuestionState.EXPIRED)  # what can still be answered
# A correction filed after it was asked for is the answer, whatever its words.
_CORRECTED = Q(wants=CORRECTION, report__superseded_by__isnull=False)


def _rows() -> QuerySet[Question]:
    return Question.objects.select_related("report__agreement", "answer", "follows")


def questions_on(report_ids: Iterable[uuid.UUID]) -> list[Question]:
    """Return the questions asked about reports, in the order they were asked."""
    rows = _rows().select_related("report__superseded_by")
    return list(rows.filter(report__in=list(report_ids)).order_by("asked_at", "id"))


def own_questions(user: User) -> QuerySet[Question]:
    """Return what a person was asked about their own reports, latest first."""
    return _rows().filter(report__filed_by=user).order_by("-asked_at", "-id")


def still_to_answer(rows: QuerySet[Question]) -> QuerySet[Question]:
    """Return those of them that wait for an answer in time."""
    return rows.filter(state=QuestionState.OPEN).exclude(_CORRECTED)


def waiting_on(user: User, report_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[int]]:
    """Return {report: numbers of the questions that wait}, of one's own where any does."""
    found: dict[uuid.UUID, list[int]] = {}
    rows = still_to_answer(own_questions(user).order_by()).filter(report__in=list(report_ids))
    for report_id, number in rows.order_by("number").values_list("report_id", "number"):
        found.setdefault(report_id, []).append(number)
    return found


def question_on(report: Report, number: int) -> Question:
    """Return a report's question by its number; whoever asks has loaded the report."""
    found = _rows().filter(report=report, number=number).first()
    if found is None:
        raise NotFound("There is no such question on this report.")
    return found


def answer_of(question: Question) -> Answer | None:
    """Return what was answered, if anything was."""
    return getattr(question, "answer", None)


def is_corrected(question: Question) -> bool:
    """Answer whether a question that asks for a correction has got one."""
    newer = getattr(question.report, "superseded_by", None)
    return question.wants == CORRECTION and newer is not None


def waits(question: Question) -> bool:
    """Answer whether a question can be answered still, in time or late."""
    return question.state in WAITING and not is_corrected(question)


def overdue_questions(at: datetime, *, most: int) -> list[Question]:
    """Return open questions whose time is over, those due first."""
    rows = still_to_answer(_rows()).filter(due_at__lte=at)
    return list(rows.order_by("due_at", "id")[:most])


def last_answer_at(report_ids: Iterable[uuid.UUID]) -> datetime | None:
    """Return when any of these reports was last added to by an answer."""
    found = Answer.objects.filter(question__report__in=list(report_ids))
    return found.aggregate(last=Max("answered_at"))["last"]


def answer_by_client_uuid(client_uuid: uuid.UUID) -> Answer | None:
    """Return the answer given under a client's id, or None."""
    return Answer.objects.select_related("question").filter(client_uuid=client_uuid).first()
