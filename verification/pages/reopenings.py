"""Reopenings: ask for one, see one's own, answer what was asked."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reports.pages.answers import add_errors, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.problems import Invalid, MoveRefused
from verification.pages.asker import asker, check_fresh
from verification.pages.ballots import answer_rows
from verification.pages.cards import Faces, faces_of, incident_cards, report_cards
from verification.pages.forms_reopening import AnswerForm, AskForm
from verification.reopening.actions import (
    admit_reopening,
    ask_reopening,
    propose_answer,
    refuse_reopening,
    return_proposal,
    withdraw_reopening,
)
from verification.reopening.choices import Proposal
from verification.reopening.queries import (
    Powers,
    Reopening,
    powers_over,
    question_for,
    reopening_for,
    reopenings_for,
)

PER_PAGE = 25


@require_safe
@signed_in
def reopenings(request: HttpRequest) -> HttpResponse:
    """List the requests one asked, may answer or may second; those that wait first."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    rows = reopenings_for(user, agreement, at=at)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    cards = incident_cards([row.incident for row in found])
    faces = faces_of(agreement.pk, [], at=at)
    context = {
        "page": page,
        "rows": [
            _row(row, faces) | {"incident": card} for row, card in zip(found, cards, strict=True)
        ],
        "now": at,
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
    }
    return render(request, "verification/reopenings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def reopening_ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask that a decided case be looked at again."""
    at, user = timezone.now(), asker(request)
    incident, decision = question_for(user, code, at=at)
    faces = faces_of(incident.agreement_id, [], at=at)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = ask_reopening(incident=incident, request=form.request(), by=user, at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("Your request is on record; the chair answers it."))
            return redirect("reopening", made.pk)
    context = {
        "form": form,
        "incident": incident_cards([incident])[0],
        "decided_at": decision.decided_at,
        "answers": answer_rows(decision.answers(), faces=faces),
        "faces": faces,
        "zone": incident.agreement.timezone,
        "agreement_title": incident.agreement.title,
        "crumbs": [(reverse("reopenings"), _("Reopenings"))],
    }
    if request.method == "POST":
        return sent_back(request, "verification/reopening_ask.html", context)
    return render(request, "verification/reopening_ask.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def reopening(request: HttpRequest, reopening_id: uuid.UUID) -> HttpResponse:
    """Show one request with the decision in question; take what this person may do with it."""
    at, user = timezone.now(), asker(request)
    found = reopening_for(user, reopening_id, at=at)
    powers = powers_over(user, found, at=at)
    if request.method != "POST":
        form = AnswerForm(initial={"version": found.version})
        return render(request, "verification/reopening.html", _context(found, powers, form, at))
    check_fresh(found, request.POST.get("version"))
    form = AnswerForm(request.POST)
    act = _act(request.POST.get("do", ""), found, form, powers)
    if form.is_valid():
        try:
            said = act(by=user, at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(request, said)
            return redirect("reopening", found.pk)
    context = _context(found, powers, form, at)
    return sent_back(request, "verification/reopening.html", context)


def _act(do: str, found: Reopening, form: AnswerForm, powers: Powers) -> Callable[..., str]:
    """Return what a button stands for; it answers with the words that tell it was done."""

    def answer(*, by: Any, at: datetime) -> str:
        said = form.cleaned_data
        proposal, reason = said["proposal"], said["reason"]
        if not powers.answer or proposal not in Proposal.values:
            propose_answer(reopening=found, proposal=proposal, reason=reason, by=by, at=at)
            return _("Your answer is proposed; a second person has to agree.")
        return _admit_or_refuse(found, proposal, reason, by=by, at=at)

    def agree(*, by: Any, at: datetime) -> str:
        return _admit_or_refuse(found, found.proposal, "", by=by, at=at)

    def give_back(*, by: Any, at: datetime) -> str:
        return_proposal(reopening=found, by=by, at=at)
        return _("The proposal was undone; the request waits for the chair again.")

    def withdraw(*, by: Any, at: datetime) -> str:
        withdraw_reopening(reopening=found, by=by, at=at)
        return _("Your request is withdrawn. You can ask again.")

    acts = {"answer": answer, "agree": agree, "return": give_back, "withdraw": withdraw}
    if do not in acts:
        raise MoveRefused(_("The page sent nothing that can be done here. Load it again."))
    return acts[do]


def _admit_or_refuse(found: Reopening, answer: str, reason: str, *, by: Any, at: datetime) -> str:
    if answer == Proposal.ADMIT:
        admit_reopening(reopening=found, reason=reason, by=by, at=at)
        return _("Admitted: the case is reopened. Open a new case to seat another panel.")
    refuse_reopening(reopening=found, reason=reason, by=by, at=at)
    return _("Refused: the decision stands. Your reasons are public.")


def _row(row: Reopening, faces: Faces) -> dict[str, Any]:
    return {
        "key": row.pk,
        "number": row.number,
        "ground": row.get_ground_display(),
        "asker": row.get_asker_display(),
        "party": faces.party(row.party.code) if row.party is not None else None,
        "state": row.state,
        "asked_at": row.asked_at,
        "answered_at": row.answered_at,
    }


def _context(found: Reopening, powers: Powers, form: AnswerForm, at: datetime) -> dict[str, Any]:
    incident = found.incident
    report = found.report if found.asker == "triage" else None
    answers = powers.answer or powers.propose or powers.second
    faces = faces_of(incident.agreement_id, [report.source] if report is not None else [], at=at)
    return {
        **_row(found, faces),
        "questioned": report_cards([report], faces=faces)[0]
        if report is not None and answers
        else None,
        "incident": incident_cards([incident])[0],
        "text": found.text,
        "by_rule": found.asker == "rule",
        "proposal": found.get_proposal_display() if found.proposal else "",
        "proposed_at": found.proposed_at,
        "reason": found.reason,
        "answers": answer_rows(found.decision.answers(), faces=faces),
        "decided_at": found.decision.decided_at,
        "decision_reasons": found.decision.reasons,
        "version": found.version,
        "may_answer": bool(powers.answer),
        "may_propose": bool(powers.propose),
        "may_second": bool(powers.second),
        "may_withdraw": bool(powers.withdraw),
        "why_not": powers.answer.reason if powers.propose else "",
        "form": form,
        "effects": [
            _("publish your reasons, with the date"),
            _("reopen the case, if you admit: another panel judges it, and the counts change"),
            _("join all other requests on this decision, if you admit"),
        ],
        "now": at,
        "zone": incident.agreement.timezone,
        "agreement_title": incident.agreement.title,
        "crumbs": [(reverse("reopenings"), _("Reopenings"))],
    }
