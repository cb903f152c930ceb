"""Notices to an accused party: what is alleged, the clock, and the party's answer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
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

from reports.agreement.naming import localized
from reports.agreement.queries import clauses_in_force
from reports.pages.answers import add_errors, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.problems import Invalid
from verification.adjudication.exhibits import shown_to_accused
from verification.corroboration.actions import answer_notice
from verification.corroboration.queries import (
    PartyPosition,
    notice_counts,
    notice_for,
    notices_for,
)
from verification.corroboration.replies import check_answer
from verification.corroboration.states import PositionState
from verification.incidents.queries import root_of
from verification.incidents.states import LIVING
from verification.pages.asker import asker, check_fresh
from verification.pages.cards import faces_of, position_rows
from verification.pages.clocks import clock_rows
from verification.pages.forms_notices import AnswerForm
from verification.pages.public_view import claim_rows, public_view, public_views
from verification.publication.queries import public_claims_since
from verification.reopening.queries import reopened_for

PER_PAGE = 25


@require_safe
@signed_in
def notices(request: HttpRequest) -> HttpResponse:
    """List the notices to the party this liaison speaks for, awaited ones by deadline first."""
    at = timezone.now()
    agreement = current_agreement(request)
    rows = notices_for(asker(request), agreement, at=at)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    codes = {row.pk: root_of(row.incident).code for row in page.object_list}
    shown = public_views(agreement, codes.values(), at=at)
    context = {
        "page": page,
        "rows": [
            {
                "key": row.pk,
                "state": row.state,
                "due_at": row.due_at,
                "extended": row.first_due_at is not None,
                "again": row.hearing > 1,
                "answered_at": row.answered_at,
                "incident": shown.get(codes[row.pk]),
                "party": row.party.name,
            }
            for row in page.object_list
        ],
        "counts": notice_counts(rows, at=at),
        "now": at,
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
    }
    return render(request, "verification/notices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notice(request: HttpRequest, position_id: uuid.UUID) -> HttpResponse:
    """Show what is alleged, and take the party's answer: first a preview, then for the record."""
    at, user = timezone.now(), asker(request)
    position = notice_for(user, position_id, at=at)
    if request.method != "POST":
        form = AnswerForm(initial={"version": position.version})
        return render(request, "verification/notice.html", _context(position, form, at))
    form = AnswerForm(request.POST)
    check_fresh(position, request.POST.get("version"))
    if form.is_valid():
        answer = form.answer()
        try:
            if request.POST.get("do") == "preview":
                check_answer(answer)
                context = _context(position, form, at) | {"preview": form.preview()}
                return render(request, "verification/notice.html", context)
            answer_notice(position=position, answer=answer, by=user, at=at)
        except Invalid as problem:
            add_errors(form, problem, form.boxes())
        else:
            messages.success(request, _("Your answer is on record. The panel reads it."))
            return redirect("notice", position.pk)
    return sent_back(request, "verification/notice.html", _context(position, form, at))


def _context(position: PartyPosition, form: AnswerForm, at: datetime) -> dict[str, Any]:
    incident = root_of(position.incident)
    agreement = incident.agreement
    faces = faces_of(agreement.pk, [], at=at)
    window = (incident.window_from, incident.window_until)
    clauses = clauses_in_force(agreement.pk, window=window, act=incident.act_id)
    answered = position.state == PositionState.ANSWERED
    superseded = position.hearing != incident.hearing
    public = public_view(incident.code, at=at)
    return {
        "incident": public,
        "clocks": clock_rows(
            public.clocks, parties={face["code"]: face for face in public.parties}, at=at
        ),
        "position": position_rows([position], faces=faces)[0],
        "answered": answered,
        "settled": incident.state not in LIVING,
        "lapsed": position.state == PositionState.LAPSED,
        "may_answer": not answered and incident.state in LIVING and not superseded,
        "superseded": superseded,
        "again": _heard_again(position, public.parties),
        "clauses": [
            {"code": c.code, "title": c.title, "summary": localized(c.summaries)} for c in clauses
        ],
        "shown_files": [
            {"code": item.code, "kind": str(item.get_kind_display())}
            for item, _redaction in shown_to_accused(incident)
        ],
        "form": form,
        "effects": [
            _("publish this answer under the name of your party, beside what is alleged"),
            _("put it before the panel, which weighs it with everything else"),
            _("close this notice: an answer is given once"),
        ],
        "now": at,
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
        "crumbs": [(reverse("notices"), _("Notices"))],
    }


def _heard_again(position: PartyPosition, parties: Sequence[Any]) -> dict[str, Any] | None:
    """Return why a case came back and what came since its decision, as far as it is public."""
    incident = root_of(position.incident)
    reopening = reopened_for(incident, hearing=position.hearing)
    if reopening is None:
        return None
    decided_at = reopening.decision.decided_at
    return {
        "ground": str(reopening.get_ground_display()),
        "reason": reopening.reason,
        "decided_at": decided_at,
        "claims": claim_rows(public_claims_since(incident, decided_at), parties),
    }
