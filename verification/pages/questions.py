"""What authors of reports were asked, as triage and panels read it, and the form to ask more."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.problems import NotFound
from reports.questions.queries import Question, answer_of, is_corrected
from reports.questions.rules import ASKED_MOST, DAYS, DEFAULT_DAYS, WANTED, WORDS, QuestionDraft
from reports.questions.states import QuestionState
from verification.adjudication.queries import CaseFile
from verification.pages.forms_asked import RoomForm
from verification.pages.opaque import opaque

LOOKS = {
    QuestionState.OPEN: "waiting",
    QuestionState.ANSWERED: "decided",
    QuestionState.WITHDRAWN: "closed",
    QuestionState.EXPIRED: "closed",
}


class AskForm(RoomForm):
    """One question; its author’s name is not asked for, and not known here."""

    asked = ("text",)

    about = forms.ChoiceField(label=gettext_lazy("About"))
    text = forms.CharField(
        label=gettext_lazy("Question to the author"),
        help_text=gettext_lazy(
            "Ask openly, and say nothing of what others reported: the answer must be the author’s "
            "own. The question does not say who asks."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        max_length=ASKED_MOST,
    )
    wants = forms.ChoiceField(label=gettext_lazy("What you ask for"), choices=list(WANTED.items()))
    days = forms.TypedChoiceField(
        label=gettext_lazy("Time to answer"),
        coerce=int,
    )

    def __init__(self, *given: Any, about: list[tuple[str, str]], **named: Any) -> None:
        named.setdefault("initial", {"wants": WORDS, "days": DEFAULT_DAYS})
        super().__init__(*given, auto_id="ask-%s", **named)
        self.fields["about"].choices = about  # type: ignore[attr-defined]
        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (days, ngettext("%(days)d day", "%(days)d days", days) % {"days": days})
            for days in DAYS
        ]

    def draft(self, follows: int | None) -> QuestionDraft:
        """Return what is asked."""
        read = self.cleaned_data
        return QuestionDraft(read["text"], read["wants"], read["days"], follows)


def question_rows(
    questions: Iterable[Question], numbers: Mapping[uuid.UUID, str], *, days_of: str = ""
) -> list[dict[str, Any]]:
    """Return questions as rows, numbered in order; `numbers` are those of their reports.

    With `days_of` (a time zone) the author’s hour becomes its day: it can name who answered.
    """
    zone = ZoneInfo(days_of) if days_of else None
    rows = list(questions)
    places = {question.pk: f"Q{n}" for n, question in enumerate(rows, start=1)}
    return [_row(question, places, numbers, zone) for question in rows]


def _row(
    question: Question,
    places: Mapping[uuid.UUID, str],
    numbers: Mapping[uuid.UUID, str],
    zone: ZoneInfo | None,
) -> dict[str, Any]:
    answer = answer_of(question)
    corrected = answer is None and is_corrected(question)
    return {
        "key": opaque(str(question.pk)),
        "on_report": question.number,
        "number": places[question.pk],
        "report": numbers.get(question.report_id, ""),
        "asker": question.get_asker_display(),
        "text": question.text,
        "wants": str(WANTED[question.wants]) if question.wants != WORDS else "",
        "follows": places.get(question.follows_id, "") if question.follows_id else "",
        "asked_at": question.asked_at,
        "due_at": question.due_at,
        "state": _("Corrected") if corrected else question.get_state_display(),
        "look": "decided" if corrected else LOOKS[QuestionState(question.state)],
        "open": question.state == QuestionState.OPEN and not corrected,
        "answer": answer.text if answer is not None else "",
        "language": answer.language if answer is not None else "",
        "answered_at": answer.answered_at if answer is not None else None,
        "answered_on": answer.answered_at.astimezone(zone).date()
        if answer is not None and zone is not None
        else None,
        "late": answer is not None and answer.answered_at > question.due_at,
    }


def asked_about(
    questions: Iterable[Question], numbers: Mapping[uuid.UUID, str]
) -> list[tuple[str, str]]:
    """Return what can be asked about: each report, and each answer that can be followed up."""
    found = [(opaque(str(key)), number) for key, number in numbers.items()]
    for n, question in enumerate(questions, start=1):
        if answer_of(question) is not None and question.report_id in numbers:
            words = _("%(report)s, following the answer to Q%(n)d") % {
                "report": numbers[question.report_id],
                "n": n,
            }
            found.append((opaque(str(question.pk)), words))
    return found


def chosen_about(
    key: str, questions: Iterable[Question], numbers: Mapping[uuid.UUID, str]
) -> tuple[uuid.UUID, int | None]:
    """Return (report, number of the question that is followed up). Errors: NotFound."""
    for report_id in numbers:
        if opaque(str(report_id)) == key:
            return report_id, None
    for question in questions:
        if opaque(str(question.pk)) == key:
            return question.report_id, question.number
    raise NotFound()


def panel_questions(file: CaseFile, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the rows with what this seat may take back and, on an open case, the form to ask."""
    own = file.seat.reviewer_id if file.seat is not None else None
    numbers = {report.pk: f"R{n}" for n, report in enumerate(file.reports, start=1)}
    may_ask = own is not None and file.case.state == "balloting" and bool(numbers)
    return {
        "questions": [
            row | {"may_withdraw": row["open"] and one.asker == "panel" and one.asked_by_id == own}
            for one, row in zip(file.questions, rows, strict=True)
        ],
        "ask_form": AskForm(about=asked_about(file.questions, numbers)) if may_ask else None,
    }
