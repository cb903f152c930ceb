"""Doors for machines: what one was asked about one's own reports, and the answer to it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker
from reports.api.bodies import Instant, Key, Strict, Text, read_body
from reports.api.parameters import CURSOR, LIMIT, answered, list_of, part_of
from reports.api.reports import PROBLEMS
from reports.api.versions import no_version, repeatable
from reports.intake.queries import own_report
from reports.people.permissions import require
from reports.questions.actions import AnswerDraft, answer_question
from reports.questions.queries import (
    Question,
    answer_of,
    is_corrected,
    own_questions,
    question_on,
    still_to_answer,
)
from reports.questions.rules import ANSWER_MOST


class AuthorAnswerBody(Strict):
    """An answer; the same `client_uuid` with the same text again is the same answer."""

    client_uuid = Key()
    text = Text(max_length=ANSWER_MOST)
    language = Text(required=False, default="en", max_length=8)


class AuthorAnswerShown(serializers.Serializer[Any]):
    """What was answered, once."""

    text = serializers.CharField()
    language = serializers.CharField()
    answered_at = Instant()


class QuestionShown(serializers.Serializer[Any]):
    """A question about one's own report; it does not say who asks."""

    report = serializers.CharField(help_text="receipt")
    number = serializers.IntegerField(help_text="on its report")
    text = serializers.CharField()
    wants = serializers.CharField(help_text="words, or correction")
    follows = serializers.IntegerField(allow_null=True)
    asked_at = Instant()
    due_at = Instant()
    state = serializers.CharField(help_text="open, answered, corrected, withdrawn or expired")
    answer = AuthorAnswerShown(allow_null=True)


def question_shown(question: Question) -> dict[str, Any]:
    """Return a question as its author reads it."""
    answer = answer_of(question)
    return {
        "report": question.report.receipt,
        "number": question.number,
        "text": question.text,
        "wants": question.wants,
        "follows": question.follows.number if question.follows is not None else None,
        "asked_at": question.asked_at,
        "due_at": question.due_at,
        "state": "corrected" if answer is None and is_corrected(question) else question.state,
        "answer": answer,
    }


@extend_schema(
    operation_id="list_own_questions",
    parameters=[
        OpenApiParameter("waiting", bool, description="only those that wait in time"),
        LIMIT,
        CURSOR,
    ],
    responses={200: list_of(QuestionShown), **PROBLEMS},
)
@api_view(["GET"])
def questions_door(request: Request) -> Response:
    """List what one was asked about one's own reports, latest first."""
    rows = own_questions(asker(request)).select_related("report__superseded_by")
    if request.query_params.get("waiting") == "true":
        rows = still_to_answer(rows)
    part = part_of(request, rows)
    shown = [question_shown(question) for question in part.rows]
    return answered(request, part, QuestionShown(shown, many=True).data)


@extend_schema(
    operation_id="answer_question",
    extensions=no_version("an answer is given once") | repeatable("client_uuid tells a repetition"),
    description="201 for an answer; 200 where it was given under this id already.",
    request=AuthorAnswerBody,
    responses={200: QuestionShown, 201: QuestionShown, **PROBLEMS},
)
@api_view(["POST"])
def answer_door(request: Request, receipt: str, number: int) -> Response:
    """Answer a question about one's own report."""
    at = timezone.now()
    question = question_on(own_report(asker(request), receipt), number)
    require(request.user, "report.file", at=at, agreement_id=question.report.agreement_id)
    read = read_body(AuthorAnswerBody, request)
    draft = AnswerDraft(read["client_uuid"], read["text"], read["language"])
    done = answer_question(question=question, draft=draft, by=asker(request), at=at)
    shown = question_shown(question_on(question.report, number))
    return Response(QuestionShown(shown).data, status=201 if done.created else 200)
