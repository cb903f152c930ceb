"""The review desk: one's queue, and one case on one screen with one's blind ballot."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reports.pages.answers import add_errors, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.people.permissions import require
from reports.problems import Invalid, MoveRefused, NotFound, StaleState
from reports.questions.actions import withdraw_question
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.drafts import DraftConflict, save_draft
from verification.adjudication.actions.panels import recuse_reviewer
from verification.adjudication.actions.questions import put_question
from verification.adjudication.drafting import Typed, both, differences
from verification.adjudication.queries import (
    CaseFile,
    awaits_declaration,
    case_for_reviewer,
    review_queue,
)
from verification.pages.asker import asker
from verification.pages.cards import incident_cards
from verification.pages.drafts import as_initial, merge_view, typed_so_far, version_seen
from verification.pages.forms_review import BallotForm, RecuseForm
from verification.pages.opaque import opaque
from verification.pages.questions import AskForm, asked_about, chosen_about
from verification.pages.review_desk import ballot_form, desk_context


@require_safe
@signed_in
def review(request: HttpRequest) -> HttpResponse:
    """List the cases one sits on: those awaiting one's ballot first, by deadline."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    require(user, "case.review", at=at, agreement_id=agreement.pk)
    queue = review_queue(user, at=at)
    cards = incident_cards([case.incident for case, _seat in queue])
    rows = [
        {
            "key": case.pk,
            "incident": card,
            "seat": seat.number,
            "has_voted": seat.has_voted,  # type: ignore[attr-defined]
            "has_draft": seat.has_draft,  # type: ignore[attr-defined]
            "state": case.state,
            "due_at": case.ballots_due_at,
            "zone": case.incident.agreement.timezone,
        }
        for (case, seat), card in zip(queue, cards, strict=True)
    ]
    context = {
        "waiting": [row for row in rows if not row["has_voted"] and row["state"] == "balloting"],
        "done": [row for row in rows if row["has_voted"] or row["state"] != "balloting"],
        "now": at,
        "agreement_title": agreement.title,
    }
    return render(request, "verification/review_queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def review_case(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Show everything needed to judge, nothing that could bias; take the ballot or the recusal."""
    at = timezone.now()
    file = case_for_reviewer(asker(request), case_id)
    if awaits_declaration(file):
        return redirect("review-interest", file.case.pk)
    if request.method != "POST":
        context = desk_context(file, at, open_all="print" in request.GET)
        return render(request, "verification/review_case.html", context)
    do = request.POST.get("do", "")
    if do == "recuse":
        return _recuse(request, file, at)
    if do == "seal":
        return _seal(request, file, at)
    if do == "ask":
        return _ask(request, file, at)
    if do == "unask":
        return _unask(request, file, at)
    if do in ("save", "both"):
        return _save(request, file, at)
    if do == "take":  # the saved draft is what the page shows
        return redirect(_own_ballot(file))
    raise MoveRefused(_("The page sent nothing that can be done here. Load it again."))


def _own_ballot(file: CaseFile) -> str:
    return reverse("review-case", args=[file.case.pk]) + "#ballot"


def _seal(request: HttpRequest, file: CaseFile, at: datetime) -> HttpResponse:
    context = desk_context(file, at, given=request.POST)
    if not context["may_vote"]:
        raise StaleState(_("Your ballot is sealed already, or the panel has decided."))
    form: BallotForm = context["ballot_form"]
    if form.is_valid():
        seen = version_seen(request.POST) if "draft_version" in request.POST else None
        try:
            seal_ballot(
                case=file.case, draft=form.draft(), by=asker(request), at=at, seen_draft=seen
            )
        except DraftConflict:
            return _two_versions(request, at, file, typed_so_far(form, request.POST))
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(
                request, _("Your ballot is sealed. It cannot be changed. The score shows now.")
            )
            return redirect("review-case", file.case.pk)
    return sent_back(request, "verification/review_case.html", context | {"form": form})


def _save(request: HttpRequest, file: CaseFile, at: datetime) -> HttpResponse:
    """Keep the draft: for a person who pressed the button, or for the page as one types."""
    quietly = "application/json" in request.headers.get("Accept", "")
    form = ballot_form(file)
    typed = typed_so_far(form, request.POST)
    if request.POST["do"] == "both" and file.draft is not None:
        typed = both(file.draft.typed(), typed)
    seen = version_seen(request.POST)
    try:
        kept = save_draft(case=file.case, typed=typed, seen=seen, by=asker(request), at=at)
    except DraftConflict:
        if quietly:
            return JsonResponse({"conflict": True}, status=409)
        return _two_versions(request, at, file, typed)
    except Invalid as problem:
        if quietly:
            return JsonResponse({"errors": problem.errors}, status=problem.status)
        context = desk_context(file, at, given=request.POST)
        refused = add_errors(context["ballot_form"], problem)
        return sent_back(request, "verification/review_case.html", context | {"form": refused})
    if quietly:
        return JsonResponse({"version": kept.version})
    messages.success(request, _("Your draft is saved. Only you can read it."))
    return redirect(_own_ballot(file))


def _two_versions(request: HttpRequest, at: datetime, file: CaseFile, mine: Typed) -> HttpResponse:
    """Show both versions of a draft beside each other; the form keeps what was typed here."""
    now = case_for_reviewer(asker(request), file.case.pk)
    if now.draft is None:
        raise StaleState(_("Your ballot is sealed already, or the panel has decided."))
    if not differences(now.draft.typed(), mine):
        return redirect(_own_ballot(file))
    context = desk_context(now, at, initial=as_initial(mine, version=now.draft.version))
    merge = merge_view(now.draft, mine, form=context["ballot_form"], numbers=context["numbers"])
    return render(request, "verification/review_case.html", context | {"merge": merge}, status=409)


def _ask(request: HttpRequest, file: CaseFile, at: datetime) -> HttpResponse:
    numbers = {report.pk: f"R{n}" for n, report in enumerate(file.reports, start=1)}
    form = AskForm(request.POST, about=asked_about(file.questions, numbers))
    if form.is_valid():
        report_id, follows = chosen_about(form.cleaned_data["about"], file.questions, numbers)
        report = next(one for one in file.reports if one.pk == report_id)
        draft = form.draft(follows)
        try:
            put_question(case=file.case, report=report, draft=draft, by=asker(request), at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("The question was put. All of the panel read it."))
            return redirect(reverse("review-case", args=[file.case.pk]) + "#questions")
    changes: dict[str, Any] = {"ask_form": form, "form": form}
    return sent_back(request, "verification/review_case.html", desk_context(file, at) | changes)


def _unask(request: HttpRequest, file: CaseFile, at: datetime) -> HttpResponse:
    wanted = request.POST.get("question", "")
    found = [one for one in file.questions if opaque(str(one.pk)) == wanted]
    if not found or found[0].asker != "panel" or found[0].asked_by_id != asker(request).pk:
        raise NotFound()
    withdraw_question(question=found[0], by=asker(request), at=at)
    messages.success(request, _("The question was taken back."))
    return redirect(reverse("review-case", args=[file.case.pk]) + "#questions")


def _recuse(request: HttpRequest, file: CaseFile, at: datetime) -> HttpResponse:
    form = RecuseForm(request.POST, auto_id="recuse-%s")
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            recuse_reviewer(case=file.case, reason=reason, by=asker(request), at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(
                request,
                _("You gave up your seat on %(code)s; the rules seated somebody else.")
                % {"code": file.incident.code},
            )
            return redirect("review")
    changes: dict[str, Any] = {"recuse_form": form, "form": form}
    return sent_back(request, "verification/review_case.html", desk_context(file, at) | changes)
