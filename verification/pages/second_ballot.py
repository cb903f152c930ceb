"""After the ballots are open: confirm one's own, or change it, with a second ballot."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from reports.pages.answers import add_errors, sent_back, signed_in
from reports.problems import Invalid, MoveRefused, NotFound
from verification.adjudication.actions.ballots import BallotDraft
from verification.adjudication.actions.second_ballots import change_ballot
from verification.adjudication.queries import (
    Ballot,
    CaseFile,
    SecondBallot,
    case_for_reviewer,
    may_vote_again,
    own_standing,
)
from verification.pages.asker import asker
from verification.pages.case_file import cited_numbers, file_context
from verification.pages.case_growth import outgrown
from verification.pages.forms_asked import RoomForm
from verification.pages.forms_review import BallotForm
from verification.pages.opaque import opaque

AT_LEAST = gettext_lazy("At least 20 characters. Kept beside both ballots.")


class ConfirmForm(RoomForm):
    """Why one's ballot stands."""

    asked = ("why",)

    why = forms.CharField(
        label=gettext_lazy("Why your ballot stands"),
        help_text=AT_LEAST,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        max_length=5_000,
        required=False,
    )


class SecondBallotForm(BallotForm):
    """A ballot, and what changed one's mind."""

    asked = (*BallotForm.asked, "why")

    why = forms.CharField(
        label=gettext_lazy("What changed your mind"),
        help_text=AT_LEAST,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        max_length=5_000,
        required=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def review_again(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Show what one sealed last, and what came since; take the second ballot."""
    at, user = timezone.now(), asker(request)
    file = case_for_reviewer(user, case_id)
    verdict = may_vote_again(user, file.case)
    if not verdict:
        raise MoveRefused(verdict.reason)
    last = own_standing(file)
    if last is None:
        raise NotFound()
    context = file_context(file, at=at)
    numbers = cited_numbers(context["cards"], context["statements"], context["items"])
    posted = request.POST if request.method == "POST" else None
    confirms = posted is not None and posted.get("do") == "confirm"
    confirm = ConfirmForm(posted if confirms else None, auto_id="confirm-%s")
    change = _change_form(file, last, numbers, None if confirms else posted)
    form: ConfirmForm | SecondBallotForm = confirm if confirms else change
    if posted is not None and form.is_valid():
        draft = _as_it_stands(last) if confirms else change.draft()
        why = form.cleaned_data["why"]
        try:
            change_ballot(case=file.case, draft=draft, why=why, by=user, at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("Your second ballot is sealed; the first stays on record."))
            return redirect("review-case", file.case.pk)
    shown = _shown(context, file, at) | {"confirm": confirm, "change": change, "form": form}
    if posted is not None:
        return sent_back(request, "verification/review_again.html", shown)
    return render(request, "verification/review_again.html", shown)


def _as_it_stands(last: Ballot | SecondBallot) -> BallotDraft:
    return BallotDraft(last.answers(), last.reasons, tuple(str(key) for key in last.cited_reports))


def _change_form(
    file: CaseFile,
    last: Ballot | SecondBallot,
    numbers: dict[str, str],
    given: QueryDict | None,
) -> SecondBallotForm:
    answers = last.answers()
    held = {name: getattr(answers, name) for name in answers.__dataclass_fields__}
    form = SecondBallotForm(
        given,
        initial=held
        | {
            "parties": list(answers.parties),
            "reasons": last.reasons,
            "cited_reports": [opaque(str(key)) for key in last.cited_reports],
        },
        clauses=[(clause.code, f"{clause.code}: {clause.title}") for clause in file.clauses],
        parties=[(party.code, party.name) for party in file.parties],
        citable=list(numbers.items()),
        floor=file.incident.agreement.attribution_floor,
        auto_id="again-%s",
    )
    form.fields["cited_reports"].help_text = _("At least one.")  # the ticks stand here
    return form


def _shown(context: dict[str, Any], file: CaseFile, at: datetime) -> dict[str, Any]:
    told = [row["number"] for row in context["statements"]]
    older = outgrown(file, cards=context["cards"], statements=told)
    return {
        "incident": context["incident"],
        "case": context["case"],
        "grown": older.get(file.seat.number) if file.seat is not None else None,
        "own_ballot": context["own_ballot"],
        "ballots": context["ballots"],
        "second_ballots": context["second_ballots"],
        "side_by_side": context["side_by_side"],
        "now": at,
        "zone": context["zone"],
        "agreement_title": context["agreement_title"],
        "crumbs": [(reverse("review"), _("My reviews"))],
    }
