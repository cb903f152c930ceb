"""Writes of questions: ask as triage, answer, withdraw, let the time run out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import pgtrigger
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.intake.authors import Bearer, require_author
from reports.intake.models import Report
from reports.journal.actions import move_state, record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, MoveRefused, Problem
from reports.questions.models import Answer, Asker, Question
from reports.questions.queries import (
    answer_by_client_uuid,
    answer_of,
    is_corrected,
    overdue_questions,
    still_to_answer,
)
from reports.questions.rules import (
    QuestionDraft,
    problems_in_answer,
    problems_in_question,
    why_not_asked_about,
)
from reports.questions.states import MOVES, QuestionState

ERASED = "—"  # what stands for the words of an erased report's questions and answers
BATCH = 500  # questions one turn of the clock lets expire


class AnotherAnswerWasGiven(Problem):
    """Raised when a question is answered a second time, in other words."""

    code = "another-answer-was-given"
    status = 409
    title = gettext_lazy("This question was answered already; an answer is given once")


@dataclass(frozen=True, slots=True)
class AnswerDraft:
    """What an author answers; the same client's id again is the same answer."""

    client_uuid: uuid.UUID
    text: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Answering:
    """The question as answered; `created` is false when it was a harmless resend."""

    question: Question
    created: bool


def ask_question(*, report: Report, draft: QuestionDraft, by: User, at: datetime) -> Question:
    """Ask a report's author something, as triage.

    Needs: report.triage; a report that was filed or accepted and not corrected; fewer than five
    questions that wait on it. Leaves: Question, question.asked. Errors: Invalid.
    """
    role = require(by, "report.triage", at=at, agreement_id=report.agreement_id)
    with transaction.atomic():
        made = write_question(report=report, draft=draft, asker=Asker.TRIAGE, by=by, at=at)
        record_event(kind=Kind.QUESTION_ASKED, subject=made, by=by, at=at, acting_as=role)
        return made


def write_question(
    *, report: Report, draft: QuestionDraft, asker: Asker, by: User, at: datetime
) -> Question:
    """Write a question down: a part of asking it. Errors: Invalid."""
    held = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    problems = problems_in_question(draft)
    corrected = Report.objects.filter(supersedes=held).exists()
    earlier = Question.objects.filter(report=held)
    waiting = still_to_answer(earlier).count()
    answered = earlier.filter(state=QuestionState.ANSWERED)
    follows = answered.filter(number=draft.follows).first() if draft.follows is not None else None
    if draft.follows is not None and follows is None:
        problems["follows"] = [_("Only an answered question on this report can be followed up.")]
    if why_not := why_not_asked_about(held.state, corrected=corrected, waiting=waiting):
        problems.setdefault("text", []).append(why_not)
    if problems:
        raise Invalid(_("Nothing was asked yet."), errors=problems)
    return Question.objects.create(
        report=held,
        number=earlier.count() + 1,  # none is ever deleted, and the report is locked
        asked_by=by,
        asker=asker,
        text=draft.text.strip(),
        wants=draft.wants,
        follows=follows,
        asked_at=at,
        due_at=at + draft.time,
    )


def answer_question(
    *, question: Question, draft: AnswerDraft, by: User | Bearer, at: datetime
) -> Answering:
    """Answer what one was asked about one's own report; late is better than never.

    Needs: report.file, to be the report's author; a question that was not withdrawn.
    Leaves: Answer, question.answered. The same again: nothing new, the first answer.
    Errors: Invalid; AnotherAnswerWasGiven; MoveRefused after a withdrawal.
    """
    report = question.report
    refusal = _("Only its author can answer for a report.")
    role, actor = require_author(report, by, at=at, refusal=refusal)
    if _same_answer(question, draft):
        return Answering(question, created=False)
    if problems := problems_in_answer(draft.text, draft.language):
        raise Invalid(errors=problems)
    if question.state == QuestionState.WITHDRAWN:
        raise MoveRefused(_("The question was withdrawn: nothing more is needed."))
    if is_corrected(question):
        raise MoveRefused(_("The report was corrected since: nothing more is needed."))
    try:
        _write_answer(question, draft, actor, at, role)
    except IntegrityError:  # two sendings of it at once
        if not _same_answer(question, draft):
            raise
        return Answering(question, created=False)
    return Answering(question, created=True)


@transaction.atomic
def _write_answer(
    question: Question, draft: AnswerDraft, by: User | None, at: datetime, role: str
) -> None:
    late = at > question.due_at
    Answer.objects.create(
        question=question,
        client_uuid=draft.client_uuid,
        text=draft.text.strip(),
        language=draft.language,
        answered_at=at,
    )
    move_state(
        question,
        to=QuestionState.ANSWERED,
        moves=MOVES,
        kind=Kind.QUESTION_ANSWERED,
        by=by,
        at=at,
        acting_as=role,
        payload={"late": late},
    )


def _same_answer(question: Question, draft: AnswerDraft) -> bool:
    """Answer whether just this was answered before. Errors: AnotherAnswerWasGiven."""
    given = Answer.objects.filter(question=question).first()
    sent_before = answer_by_client_uuid(draft.client_uuid)
    if given is None and sent_before is None:
        return False
    if given is not None and given == sent_before and given.text == draft.text.strip():
        return True
    raise AnotherAnswerWasGiven(
        _("Your first answer stands. If it was wrong, say so in a correction of the report.")
    )


def withdraw_question(*, question: Question, by: User, at: datetime) -> Question:
    """Take back a question that waits: its writer, or for triage's any triage officer.

    Needs: to have asked it, or report.triage for one of triage. Leaves: question.withdrawn.
    Errors: Invalid; MoveRefused once it was answered.
    """
    triage_s = question.asker == Asker.TRIAGE
    verb = "report.triage" if triage_s else "case.review"
    role = require(by, verb, at=at, agreement_id=question.report.agreement_id)
    if not triage_s and question.asked_by_id != by.pk:
        raise Invalid(_("Only the reviewer who asked can take a question back."))
    move_state(
        question,
        to=QuestionState.WITHDRAWN,
        moves=MOVES,
        kind=Kind.QUESTION_WITHDRAWN,
        by=by,
        at=at,
        acting_as=role,
    )
    return question


def expire_question(*, question: Question, at: datetime) -> Question:
    """Record that a question was not answered in its time. Leaves: question.expired.

    Errors: Invalid before that time.
    """
    if question.due_at > at:
        raise Invalid(_("There is time to answer still."))
    move_state(
        question,
        to=QuestionState.EXPIRED,
        moves=MOVES,
        kind=Kind.QUESTION_EXPIRED,
        by=None,
        at=at,
        acting_as="machine",
    )
    return question


def expire_questions(*, at: datetime) -> int:
    """Let every question expire whose time is over; return how many. May run twice."""
    found = overdue_questions(at, most=BATCH)
    for question in found:
        expire_question(question=question, at=at)
    return len(found)


def empty_questions(*, report: Report, since: datetime) -> list[Question | Answer]:
    """Empty a report's questions and answers: a part of erasing the report.

    Leaves: rows without words, dated `since`.
    """
    questions = list(Question.objects.filter(report=report))
    answers = [answer for one in questions if (answer := answer_of(one)) is not None]
    with pgtrigger.ignore("reports.Question:question_is_immutable"):
        for one in questions:
            time = one.due_at - one.asked_at
            Question.objects.filter(pk=one.pk).update(
                text=ERASED, asked_at=since, due_at=since + time
            )
    with pgtrigger.ignore("reports.Answer:answer_no_update"):
        Answer.objects.filter(question__report=report).update(text=ERASED, answered_at=since)
    return [*questions, *answers]
