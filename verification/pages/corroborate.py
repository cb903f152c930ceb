"""Corroborate: what a second person may see of an incident, and what they say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reports.agreement.queries import parties_of
from reports.pages.answers import add_errors, sent_back, signed_in, taken_in
from reports.pages.choosing import current_agreement
from reports.pages.offline import blank
from reports.people.queries import named_sources
from reports.problems import Invalid
from verification.corroboration.actions import give_statement
from verification.corroboration.queries import (
    incident_for_witness,
    incidents_to_corroborate,
    own_statements,
    public_claims,
)
from verification.incidents.queries import Incident
from verification.incidents.states import LIVING, RECEIVING
from verification.pages.asker import asker
from verification.pages.cards import faces_of, statement_rows
from verification.pages.forms_corroborate import StatementForm, first_checks
from verification.pages.public_view import PublicView, public_view, public_views

PER_PAGE = 20


@require_safe
@signed_in
def corroborate(request: HttpRequest) -> HttpResponse:
    """List the living incidents a second person may speak on, those not spoken on first."""
    at = timezone.now()
    agreement = current_agreement(request)
    waiting = incidents_to_corroborate(agreement, asker(request), at=at)
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    shown = public_views(agreement, (one.code for one in page.object_list), at=at)
    context = {
        "page": page,
        "rows": _rows(page.object_list, shown),
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
    }
    return render(request, "verification/corroborate_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def corroborate_incident(request: HttpRequest, code: str) -> HttpResponse:
    """Show an incident as the public may know it, and take one statement on it."""
    at, user = timezone.now(), asker(request)
    incident, verdict = incident_for_witness(user, code, at=at)
    if incident.merged_into is not None:
        return redirect("corroborate-incident", incident.merged_into.code)
    view = public_view(incident.code, at=at)
    form = _form(request, incident, view)
    if request.method == "POST" and form.is_valid():
        try:
            give_statement(incident=incident, draft=form.draft(), by=user, at=at)
        except Invalid as problem:
            add_errors(form, _in_words(problem, form))
        else:
            messages.success(
                request, _("Your statement is on record. You can replace it with a later one.")
            )
            return taken_in(request, reverse("corroborate-incident", args=[incident.code]))
    context = _context(incident, view, form, at) | {
        "may_state": bool(verdict) and incident.state in RECEIVING,
        "is_decided": incident.state in RECEIVING - LIVING,
        "reason": verdict.reason if not verdict else "",
        "own": statement_rows(
            own_statements(incident, user), faces=faces_of(incident.agreement_id, [], at=at)
        ),
    }
    if form.errors:
        return sent_back(request, "verification/corroborate.html", context)
    return render(request, "verification/corroborate.html", context)


@require_safe
@blank
def blank_statement(request: HttpRequest) -> HttpResponse:
    """Show the list and the form as a phone keeps them: without any incident.

    Anybody signed in may have it: the worker that keeps it does not know who is, and it is blank.
    """
    agreement = current_agreement(request)
    parties = [(party.code, party.name) for party in parties_of(agreement.pk)]
    form = StatementForm(None, parties=parties, claims=[], speakers=named_sources())
    context = {"form": form, "checks": first_checks(form), "shell": "corroborate"}
    return render(request, "verification/corroborate_kept.html", context)


@require_safe
@never_cache
@signed_in
def corroborate_kept(request: HttpRequest) -> HttpResponse:
    """Return the open incidents as a piece of a page, for a script to seal and show later."""
    at = timezone.now()
    agreement = current_agreement(request)
    waiting = incidents_to_corroborate(agreement, asker(request), at=at)[:PER_PAGE]
    shown = public_views(agreement, (one.code for one in waiting), at=at)
    rows = _rows(waiting, shown)
    context = {"rows": rows, "as_of": at, "zone": agreement.timezone}
    return render(request, "verification/_corroborate_kept.html", context)


def _rows(waiting: Iterable[Any], shown: Mapping[str, PublicView]) -> list[dict[str, Any]]:
    return [
        {"incident": shown[one.code], "has_stated": one.has_stated}
        for one in waiting
        if one.code in shown
    ]


def _in_words(problem: Invalid, form: StatementForm) -> Invalid:
    """Return the problem with words for people where the room lists codes for machines."""
    for name in ("question", "says", "basis"):
        if name in problem.errors:
            problem.errors[name] = [str(form.fields[name].error_messages["required"])]
    return problem


def _form(request: HttpRequest, incident: Incident, view: PublicView) -> StatementForm:
    claims = {
        str(claim.origin_id): f"{claim.source.name}: {Truncator(claim.narrative).chars(70)}"
        for claim in reversed(public_claims(incident))
    }
    return StatementForm(
        request.POST if request.method == "POST" else None,
        parties=[(party["code"], party["name"]) for party in view.parties],
        claims=list(reversed(claims.items())),
        speakers=named_sources(),
    )


def _context(
    incident: Incident, view: PublicView, form: StatementForm, at: datetime
) -> dict[str, Any]:
    return {
        "incident": view,
        "form": form,
        "checks": first_checks(form),
        "zone": view.zone,
        "agreement_title": incident.agreement.title,
        "is_living": incident.state in LIVING,
        "crumbs": [(reverse("corroborate"), _("Corroborate"))],
        "as_of": at,
    }
