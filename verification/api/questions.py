"""Asking authors of reports by machine: for triage of any report, for a panel of those on file."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Strict, Text, read_body
from reports.api.parameters import CURSOR, LIMIT, list_of, listed
from reports.api.questions import QuestionShown, question_shown
from reports.api.reports import PROBLEMS
from reports.intake.queries import report_for_triage
from reports.problems import NotFound
from reports.questions.actions import ask_question
from reports.questions.queries import question_on, questions_on
from reports.questions.rules import ASKED_MOST, DAYS, DEFAULT_DAYS, WANTED, WORDS, QuestionDraft
from verification.adjudication.actions.questions import put_question
from verification.adjudication.queries import awaits_declaration, case_for_reviewer
from verification.api.case_shown import questions_shown
from verification.api.review import UNDECLARED, DeclarationNeeded

TRIAGE, REVIEW = keys_for("triage"), keys_for("review")


class QuestionBody(Strict):
    """One question; `follows` is the number of an answered one on the same report."""

    text = Text(max_length=ASKED_MOST)
    wants = s.ChoiceField(choices=list(WANTED), required=False, default=WORDS)
    days = s.ChoiceField(choices=list(DAYS), required=False, default=DEFAULT_DAYS)
    follows = s.IntegerField(required=False, allow_null=True, default=None)


class PanelQuestionBody(QuestionBody):
    """One question of the panel; `report` is its number in the file (`R1`)."""

    report = Text(max_length=10)


def _draft(read: dict[str, Any]) -> QuestionDraft:
    return QuestionDraft(read["text"], read["wants"], read["days"], read["follows"])


@extend_schema(
    methods=["POST"],
    operation_id="ask_author",
    summary="Ask a report's author something",
    request=QuestionBody,
    responses={201: QuestionShown, **PROBLEMS},
)
@extend_schema(
    methods=["GET"],
    operation_id="list_questions_on_report",
    summary="List the questions on a report",
    parameters=[LIMIT, CURSOR],
    responses={200: list_of(QuestionShown), **PROBLEMS},
)
@api_view(["GET", "POST"])
@permission_classes(TRIAGE)
def asked_by_triage(request: Request, report_id: uuid.UUID) -> Response:
    """Ask a report's author something, or list what was asked and answered."""
    at, user = timezone.now(), asker(request)
    report = report_for_triage(user, report_id, at=at)
    if request.method != "POST":
        found = [question_shown(one) for one in questions_on([report.pk])]
        return listed(request, found, QuestionShown)
    draft = _draft(read_body(QuestionBody, request))
    made = ask_question(report=report, draft=draft, by=user, at=at)
    shown = question_shown(question_on(report, made.number))
    return Response(QuestionShown(shown).data, status=201)


@extend_schema(
    methods=["POST"],
    operation_id="put_question",
    summary="Ask an author as the panel",
    request=PanelQuestionBody,
    responses={201: dict, **PROBLEMS},
)
@extend_schema(
    methods=["GET"],
    operation_id="list_questions_on_case",
    summary="List the questions on a case's file",
    responses={200: dict, **UNDECLARED},
)
@api_view(["GET", "POST"])
@permission_classes(REVIEW)
def asked_by_panel(request: Request, case_id: uuid.UUID) -> Response:
    """Ask the author of a report on the file as the panel, or list the file's questions."""
    at, user = timezone.now(), asker(request)
    file = case_for_reviewer(user, case_id)
    if awaits_declaration(file):
        raise DeclarationNeeded()
    status = 200
    if request.method == "POST":
        read = read_body(PanelQuestionBody, request)
        numbers = {f"R{n}": report for n, report in enumerate(file.reports, 1)}
        report = numbers.get(read["report"])
        if report is None:
            raise NotFound()
        put_question(case=file.case, report=report, draft=_draft(read), by=user, at=at)
        file, status = case_for_reviewer(user, case_id), 201
    return Response({"results": questions_shown(file)}, status=status)
