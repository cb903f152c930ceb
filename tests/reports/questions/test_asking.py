"""Triage asks a report's author, who answers once; nothing of it counts as another source."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from reports.evidence.queries import items_of
from reports.intake.actions import withdraw_report
from reports.intake.models import Origin
from reports.journal.kinds import Kind
from reports.problems import Invalid, MoveRefused, NotAllowed
from reports.questions.actions import (
    AnotherAnswerWasGiven,
    AnswerDraft,
    answer_question,
    ask_question,
    expire_questions,
    withdraw_question,
)
from reports.questions.models import Answer, Question
from reports.questions.queries import is_corrected, own_questions, still_to_answer, waits
from reports.questions.rules import OPEN_MOST, QuestionDraft
from tests.factories import NOW, World, a_draft, a_question, a_report
from tests.proofs import no_trace, one_event, refused

SAID = AnswerDraft(uuid.UUID(int=7), "From the kitchen, which looks to the south.", "hy")
A_WEEK_LATER = NOW + timedelta(days=7)


@pytest.fixture
def question(world: World) -> Question:
    return a_question(world)


class TestAsking:
    def test_it_waits_for_its_author(self, world: World) -> None:
        report = a_report(world)
        draft = QuestionDraft("  From which window did you hear it?  ", days=3)
        with one_event(Kind.QUESTION_ASKED):
            made = ask_question(report=report, draft=draft, by=world.triage, at=NOW)
        assert (made.number, made.asker, made.state) == (1, "triage", "open")
        assert made.text == "From which window did you hear it?"
        assert made.due_at == NOW + timedelta(days=3)
        assert list(own_questions(world.filer)) == [made]
        assert not own_questions(world.witness).exists()

    @pytest.mark.parametrize(
        ("draft", "field"),
        [
            (QuestionDraft("Why?"), "text"),
            (QuestionDraft("x" * 1001), "text"),
            (QuestionDraft("A window with a NUL \x00 in it?"), "text"),
            (QuestionDraft("From which window?", wants="money"), "wants"),
            (QuestionDraft("From which window?", days=400), "days"),
            (QuestionDraft("From which window?", follows=1), "follows"),
        ],
    )
    def test_what_is_no_question(self, world: World, draft: QuestionDraft, field: str) -> None:
        report = a_report(world)
        with refused(Invalid, field):
            ask_question(report=report, draft=draft, by=world.triage, at=NOW)

    def test_an_author_is_not_buried_in_questions(self, world: World) -> None:
        report = a_report(world)
        for _ in range(OPEN_MOST):
            a_question(world, report)
        with refused(Invalid, "text", saying=str(OPEN_MOST)):
            a_question(world, report)

    def test_nobody_is_asked_about_what_is_withdrawn_or_corrected(self, world: World) -> None:
        withdrawn, corrected = a_report(world), a_report(world)
        withdraw_report(report=withdrawn, by=world.filer, at=NOW)
        a_report(world, a_draft(world, supersedes=corrected.receipt))
        for report in (withdrawn, corrected):
            with refused(Invalid, "text"):
                a_question(world, report)


class TestAnswering:
    def test_once_with_a_date_and_never_again(self, world: World, question: Question) -> None:
        with one_event(Kind.QUESTION_ANSWERED) as left:
            done = answer_question(question=question, draft=SAID, by=world.filer, at=NOW)
        assert done.created and left[0].payload["late"] is False
        answer = Answer.objects.get()
        assert (answer.text, answer.language, answer.answered_at) == (SAID.text, "hy", NOW)
        other = AnswerDraft(uuid.uuid4(), "From the garden.")
        for draft in (other, AnswerDraft(SAID.client_uuid, "From the garden.")):
            with refused(AnotherAnswerWasGiven):
                answer_question(question=question, draft=draft, by=world.filer, at=NOW)

    def test_a_resend_is_harmless(self, world: World, question: Question) -> None:
        answer_question(question=question, draft=SAID, by=world.filer, at=NOW)
        with no_trace():
            again = answer_question(
                question=Question.objects.get(), draft=SAID, by=world.filer, at=A_WEEK_LATER
            )
        assert not again.created

    def test_one_client_s_id_answers_one_question(self, world: World, question: Question) -> None:
        answer_question(question=question, draft=SAID, by=world.filer, at=NOW)
        second = a_question(world, question.report)
        with refused(AnotherAnswerWasGiven):
            answer_question(question=second, draft=SAID, by=world.filer, at=NOW)

    def test_by_its_author_alone(self, world: World, question: Question) -> None:
        with refused(Invalid):
            answer_question(question=question, draft=SAID, by=world.colleague, at=NOW)
        with no_trace(), pytest.raises(NotAllowed):
            answer_question(question=question, draft=SAID, by=world.outsider, at=NOW)

    def test_nothing_is_no_answer(self, world: World, question: Question) -> None:
        with refused(Invalid, "text"):
            draft = AnswerDraft(uuid.uuid4(), "  \n ")
            answer_question(question=question, draft=draft, by=world.filer, at=NOW)

    def test_a_follow_up_names_what_it_follows(self, world: World, question: Question) -> None:
        answer_question(question=question, draft=SAID, by=world.filer, at=NOW)
        second = a_question(world, question.report, follows=1)
        assert (second.number, second.follows) == (2, question)

    def test_it_is_neither_a_source_nor_an_origin_nor_a_file(
        self, world: World, question: Question
    ) -> None:
        before = Origin.objects.count()
        answer_question(question=question, draft=SAID, by=world.filer, at=NOW)
        assert Origin.objects.count() == before
        assert not items_of([question.report_id])


class TestAnEnd:
    def test_withdrawn_by_any_triage_officer(self, world: World, question: Question) -> None:
        with one_event(Kind.QUESTION_WITHDRAWN):
            withdraw_question(question=question, by=world.triage, at=NOW)
        with refused(MoveRefused):
            answer_question(question=question, draft=SAID, by=world.filer, at=NOW)

    def test_an_answered_one_cannot_be_taken_back(self, world: World, question: Question) -> None:
        answer_question(question=question, draft=SAID, by=world.filer, at=NOW)
        with refused(MoveRefused):
            withdraw_question(question=question, by=world.triage, at=NOW)

    def test_its_time_runs_out_and_a_late_answer_is_taken(
        self, world: World, question: Question
    ) -> None:
        with no_trace():
            assert expire_questions(at=A_WEEK_LATER - timedelta(seconds=1)) == 0
        with one_event(Kind.QUESTION_EXPIRED):
            assert expire_questions(at=A_WEEK_LATER) == 1
        assert expire_questions(at=A_WEEK_LATER) == 0
        late = Question.objects.get()
        assert late.state == "expired" and waits(late)
        with one_event(Kind.QUESTION_ANSWERED) as left:
            later = A_WEEK_LATER + timedelta(hours=1)
            answer_question(question=late, draft=SAID, by=world.filer, at=later)
        assert left[0].payload["late"] is True

    def test_a_correction_is_the_answer_to_a_request_for_one(self, world: World) -> None:
        report = a_report(world)
        asked = a_question(world, report, wants="correction")
        plain = a_question(world, report)
        a_report(world, a_draft(world, supersedes=report.receipt))
        asked = Question.objects.select_related("report__superseded_by").get(pk=asked.pk)
        assert is_corrected(asked) and not waits(asked)
        assert list(still_to_answer(own_questions(world.filer))) == [plain]
        with refused(MoveRefused):
            answer_question(question=asked, draft=SAID, by=world.filer, at=NOW)
        assert expire_questions(at=A_WEEK_LATER) == 1
        asked.refresh_from_db()
        assert asked.state == "open"  # it was answered by the correction: no silence to record
