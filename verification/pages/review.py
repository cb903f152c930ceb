"""The review desk: one's queue, and one case on one screen with one's blind ballot."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reports.pages.answers import add_errors, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.people.permissions import require
from reports.problems import Invalid, MoveRefused, StaleState
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.panels import recuse_reviewer
from verification.adjudication.queries import CaseFile, case_for_reviewer, review_queue
from verification.pages.asker import asker
from verification.pages.cards import incident_cards
from verification.pages.case_columns import columns
from verification.pages.case_file import file_context
from verification.pages.case_sources import source_rows
from verification.pages.case_timeline import timeline_of
from verification.pages.forms_review import BallotForm, RecuseForm
from verification.pages.opaque import opaque


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
    if request.method != "POST":
        return render(request, "verification/review_case.html", _context(request, file, at))
    do = request.POST.get("do", "")
    if do == "recuse":
        return _recuse(request, file, at)
    if do == "seal":
        return _seal(request, file, at)
    raise MoveRefused(_("The page sent nothing that can be done here. Load it again."))


def _seal(request: HttpRequest, file: CaseFile, at: datetime) -> HttpResponse:
    context = _context(request, file, at, ballot=request.POST)
    if not context["may_vote"]:
        raise StaleState(_("Your ballot is sealed already, or the panel has decided."))
    form: BallotForm = context["ballot_form"]
    if form.is_valid():
        try:
            seal_ballot(case=file.case, draft=form.draft(), by=asker(request), at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(
                request, _("Your ballot is sealed. It cannot be changed. The score shows now.")
            )
            return redirect("review-case", file.case.pk)
    return sent_back(request, "verification/review_case.html", context | {"form": form})


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
    return sent_back(
        request, "verification/review_case.html", _context(request, file, at) | changes
    )


def _context(
    request: HttpRequest, file: CaseFile, at: datetime, ballot: Any = None
) -> dict[str, Any]:
    context = file_context(file, at=at)
    may_vote = file.own_ballot is None and not context["decided"]
    open_all = "print" in request.GET
    return context | {
        "seat": file.seat.number if file.seat is not None else None,
        "may_vote": may_vote and not open_all,
        "ballot_form": ballot_form(context, ballot) if may_vote else None,
        "recuse_form": RecuseForm(auto_id="recuse-%s"),
        "columns": columns(context["origins"]),
        "sources": source_rows(context["cards"], context["statements"]),
        **_cited(context, ballot.getlist("cited_reports") if ballot is not None else []),
        "history": timeline_of(file),
        "open_all": open_all,
        "keys": desk_keys(context),
        "crumbs": [(reverse("review"), _("My reviews"))],
    }


def _cited(context: dict[str, Any], chosen: list[str]) -> dict[str, Any]:
    """Return which ticks are set, and the numbers of what they stand at."""
    numbers = {opaque(card.key): card.number for card in context["cards"]}
    numbers |= {row["cite"]: row["number"] for row in context["statements"]}
    found = [key for key in numbers if key in frozenset(chosen)]
    return {"cited": frozenset(found), "cited_numbers": [numbers[key] for key in found]}


def desk_keys(context: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the desk's own keys, as its list of keys shows them."""
    found = [
        ("f", _("facts of the case")),
        ("r", _("reports")),
        ("s", _("statements")),
        ("e", _("evidence to look up")),
        ("t", _("timeline")),
        ("b", _("my ballot")),
    ]
    if context["own_ballot"] is None:
        return [*found, ("c", _("cite the report one is at, or no longer"))]
    return [*found, ("a", _("all ballots")), ("p", _("score"))]


def ballot_form(context: dict[str, Any], given: Any = None) -> forms.Form:
    """Return the ballot for one case: its clauses, its parties, and what may be cited."""
    citable = [(card.key, card.number) for card in context["cards"]]
    citable += [(row["key"], row["number"]) for row in context["statements"]]
    return BallotForm(
        given,
        clauses=[(c["code"], f"{c['code']}: {c['title']}") for c in context["clauses"]],
        parties=[(p["code"], p["name"]) for p in context["faces"].parties.values()],
        citable=citable,
        floor=context["standard"]["code"],
        auto_id="ballot-%s",
    )
