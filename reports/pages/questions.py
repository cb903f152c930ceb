"""Pages: what one was asked about one's own report, and the form to answer it."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reports.intake.queries import Report, own_report
from reports.pages.answers import add_errors, asker, sent_back, signed_in
from reports.people.permissions import require
from reports.problems import Invalid
from reports.questions.actions import AnswerDraft, answer_question
from reports.questions.queries import (
    Question,
    answer_of,
    is_corrected,
    question_on,
    questions_on,
    waits,
)
from reports.questions.rules import ANSWER_MOST, CORRECTION
from reports.questions.states import QuestionState

PAGE = "reports/question.html"


class AnswerForm(forms.Form):
    """An answer in one's own words; the room's rules judge it."""

    use_required_attribute = False

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        help_text=gettext_lazy("“I do not know” is a good answer. Name nobody you could endanger."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        max_length=ANSWER_MOST,
        error_messages={"required": gettext_lazy("Write an answer; “I do not know” is one.")},
    )


def question_rows(report: Report) -> list[dict[str, Any]]:
    """Return what was asked about a report as its author reads it: never by whom."""
    return [question_row(question) for question in questions_on([report.pk])]


def question_row(question: Question) -> dict[str, Any]:
    """Return one question and its answer, as its author reads them."""
    answer = answer_of(question)
    return {
        "number": question.number,
        "text": question.text,
        "follows": question.follows.number if question.follows is not None else 0,
        "wants_correction": question.wants == CORRECTION,
        "asked_at": question.asked_at,
        "due_at": question.due_at,
        "waits": waits(question),
        "withdrawn": question.state == QuestionState.WITHDRAWN,
        "is_late": question.state == QuestionState.EXPIRED,
        "is_corrected": is_corrected(question),
        "answer": answer.text if answer is not None else "",
        "language": answer.language if answer is not None else "",
        "answered_at": answer.answered_at if answer is not None else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def question_page(request: HttpRequest, receipt: str, number: int) -> HttpResponse:
    """Show one question about one's own report, and take the answer."""
    at = timezone.now()
    report = own_report(asker(request), receipt)
    question = question_on(report, number)
    if request.method != "POST":
        require(request.user, "report.file", at=at, agreement_id=report.agreement_id)
        form = AnswerForm(initial={"client_uuid": uuid.uuid4()})
        return render(request, PAGE, _context(report, question, form))
    form = AnswerForm(request.POST)
    if form.is_valid():
        draft = AnswerDraft(
            form.cleaned_data["client_uuid"], form.cleaned_data["text"], get_language() or "en"
        )
        try:
            done = answer_question(question=question, draft=draft, by=asker(request), at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            if done.created:
                messages.success(request, _("Your answer was received. It cannot be changed."))
            else:
                messages.info(request, _("This answer was received already."))
            return redirect(reverse("report", args=[report.receipt]) + "#questions")
    return sent_back(request, PAGE, _context(report, question, form))


def _context(report: Report, question: Question, form: AnswerForm) -> dict[str, Any]:
    return {
        "form": form,
        "question": question_row(question),
        "receipt": report.receipt,
        "zone": report.agreement.timezone,
        "now": timezone.now(),
        "crumbs": [
            (reverse("reports-own"), _("My reports")),
            (reverse("report", args=[report.receipt]), report.receipt),
        ],
    }
