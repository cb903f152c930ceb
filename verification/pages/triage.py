"""Triage: the inbox, and one report on its way into the record and to an incident."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from reports.agreement.queries import Agreement
from reports.evidence.queries import items_of
from reports.intake.actions import accept_report, reinstate_report, reject_report
from reports.intake.queries import (
    Report,
    inbox,
    intake_counts,
    report_for_triage,
    reports_by_id,
    way_of,
)
from reports.intake.states import ReportState
from reports.open_door.queries import waiting_at_the_door
from reports.pages.answers import add_errors, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.problems import Invalid, MoveRefused, NotFound
from reports.questions.actions import ask_question, withdraw_question
from reports.questions.queries import questions_on
from reports.questions.rules import ASKED_ABOUT
from verification.caseload.queries import triage_clocks
from verification.incidents.actions import admissibility_of, link_report, open_incident
from verification.incidents.queries import (
    accepted_without_incident,
    incident_for_triage,
    incidents_of,
    links_of_report,
    require_triage,
)
from verification.incidents.states import IncidentState
from verification.linking.actions import refuse_suggestion
from verification.linking.queries import incident_suggestions
from verification.pages.asker import asker, check_fresh
from verification.pages.cards import (
    faces_of,
    features_of,
    incident_cards,
    report_cards,
)
from verification.pages.exhibit_cards import apart_rows, item_cards
from verification.pages.forms_triage import LinkForm, OpenForm, RejectForm, SeenForm
from verification.pages.opaque import opaque
from verification.pages.questions import AskForm, asked_about, chosen_about, question_rows

PER_PAGE = 25
AWAITING, AT_THE_DOOR, FROM_FILES, UNLINKED = "awaiting", "open", "files", "unlinked"
REJECTED, INCIDENTS = "rejected", "incidents"
TABS = {
    AWAITING: gettext_lazy("Awaiting"),
    AT_THE_DOOR: gettext_lazy("Without an account"),
    FROM_FILES: gettext_lazy("From files"),
    UNLINKED: gettext_lazy("Accepted, no incident yet"),
    REJECTED: gettext_lazy("Rejected"),
    INCIDENTS: gettext_lazy("Incidents"),
}
SETTLED = (IncidentState.MERGED,)  # reached through the incident that kept them


@require_safe
@signed_in
def triage(request: HttpRequest) -> HttpResponse:
    """Show the inbox: what waits, oldest first; what has no incident yet; what was turned away."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    require_triage(user, agreement, at=at)
    tab = request.GET.get("tab", AWAITING)
    if tab not in TABS:
        raise NotFound()
    counts = intake_counts(agreement.pk)
    unlinked = accepted_without_incident(agreement, user, at=at)
    rows: dict[str, Callable[[], Any]] = {
        AWAITING: lambda: inbox(agreement, user, state=ReportState.FILED, at=at, way="people"),
        AT_THE_DOOR: lambda: inbox(agreement, user, state=ReportState.FILED, at=at, way="open"),
        FROM_FILES: lambda: inbox(agreement, user, state=ReportState.FILED, at=at, way="files"),
        UNLINKED: lambda: unlinked,  # ids: the page’s own are fetched below
        REJECTED: lambda: inbox(agreement, user, state=ReportState.REJECTED, at=at),
        INCIDENTS: lambda: incidents_of(
            agreement, states=[s for s in IncidentState.values if s not in SETTLED]
        ),
    }
    page = Paginator(rows[tab](), PER_PAGE).get_page(request.GET.get("page"))
    n_unlinked = len(unlinked)
    at_the_door = waiting_at_the_door(agreement, user, at=at)
    numbers = {
        AWAITING: counts.filed - at_the_door - counts.filed_by_file,
        AT_THE_DOOR: at_the_door,
        FROM_FILES: counts.filed_by_file,
        UNLINKED: n_unlinked,
        REJECTED: counts.rejected,
    }
    context = {
        "tab": tab,
        "tabs": [(key, words, numbers.get(key)) for key, words in TABS.items()],
        "counts": counts,
        "in_incidents": counts.accepted - n_unlinked,
        "unlinked": n_unlinked,
        "page": page,
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
        "as_of": at,
        "now": at,
        "crumbs": [(reverse("triage"), _("Triage"))],
        **_cards_of(list(page.object_list), tab, agreement, at),
    }
    return render(request, "verification/triage_inbox.html", context)


def _cards_of(rows: list[Any], tab: str, agreement: Agreement, at: datetime) -> dict[str, Any]:
    if tab == INCIDENTS:
        return {"incidents": incident_cards(rows)}
    reports = reports_by_id(rows) if tab == UNLINKED else rows
    faces = faces_of(agreement.pk, [report.source for report in reports], at=at)
    cards = report_cards(reports, faces=faces)
    return {"reports": list(zip(reports_keys(reports), cards, strict=True))}


def reports_keys(reports: list[Report]) -> list[dict[str, Any]]:
    """Return what a row of the inbox needs beside its card: its address and its reason."""
    clocks = triage_clocks(reports)
    return [
        {
            "url": reverse("triage-report", args=[report.pk]),
            "reason": report.state_reason,
            "due_at": clocks[report.pk].due_at if report.pk in clocks else None,
        }
        for report in reports
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def triage_report(request: HttpRequest, report_id: uuid.UUID) -> HttpResponse:
    """Show all a report says, and take what the officer does with it."""
    at = timezone.now()
    report = report_for_triage(asker(request), report_id, at=at)
    if request.method != "POST":
        context = _report_context(request, report, at)
        return render(request, "verification/triage_report.html", context)
    handler = _DEEDS.get(request.POST.get("do", ""))
    if handler is None:
        raise MoveRefused(_("The page sent nothing that can be done here. Load it again."))
    return handler(request, report, at)


def _accept(request: HttpRequest, report: Report, at: datetime) -> HttpResponse:
    check_fresh(report, request.POST.get("version"))
    accept_report(report=report, by=asker(request), at=at)
    messages.success(request, _("Accepted. Now link it to an incident, or open a new one."))
    return redirect("triage-report", report.pk)


def _reject(request: HttpRequest, report: Report, at: datetime) -> HttpResponse:
    form = _bound(RejectForm, request, "reject")
    check_fresh(report, request.POST.get("version"))
    if form.is_valid():
        try:
            reject_report(
                report=report, reason=form.cleaned_data["reason"], by=asker(request), at=at
            )
        except Invalid as problem:
            add_errors(form, problem)
    if form.errors:
        return _again(request, report, at, reject=form)
    messages.success(request, _("Rejected. Its author reads the reason. It can be undone here."))
    return redirect("triage-report", report.pk)


def _reinstate(request: HttpRequest, report: Report, at: datetime) -> HttpResponse:
    check_fresh(report, request.POST.get("version"))
    reinstate_report(report=report, by=asker(request), at=at)
    messages.success(request, _("The rejection is undone: the report waits in the inbox again."))
    return redirect("triage-report", report.pk)


def _link(request: HttpRequest, report: Report, at: datetime) -> HttpResponse:
    form = _bound(LinkForm, request, "link")
    if form.is_valid():
        user = asker(request)
        try:
            incident = incident_for_triage(user, form.cleaned_data["incident"], at=at)
            why = form.cleaned_data["why"]
            link_report(report=report, incident=incident, why=why, by=user, at=at)
        except Invalid as problem:
            add_errors(form, problem)
        except NotFound:
            form.add_error("incident", _("There is no incident with this code."))
    if form.errors:
        return _again(request, report, at, link=form)
    messages.success(request, _("Linked to %(code)s.") % {"code": incident.code})
    return redirect("triage-report", report.pk)


def _refuse(request: HttpRequest, report: Report, at: datetime) -> HttpResponse:
    user = asker(request)
    incident = incident_for_triage(user, request.POST.get("incident", ""), at=at)
    refuse_suggestion(incident=incident, of=report, by=user, at=at)
    messages.success(request, _("Refused; it is not suggested again. The board can undo that."))
    return redirect("triage-report", report.pk)


def _open(request: HttpRequest, report: Report, at: datetime) -> HttpResponse:
    form = _bound(OpenForm, request, "open")
    if not form.is_valid():
        return _again(request, report, at, open=form)
    why = form.cleaned_data["why"]
    incident = open_incident(report=report, why=why, by=asker(request), at=at)
    messages.success(request, _("%(code)s was opened.") % {"code": incident.code})
    return redirect("triage-incident", incident.code)


def _ask(request: HttpRequest, report: Report, at: datetime) -> HttpResponse:
    questions = questions_on([report.pk])
    numbers = {report.pk: report.receipt}
    form = AskForm(request.POST, about=asked_about(questions, numbers))
    if form.is_valid():
        _about, follows = chosen_about(form.cleaned_data["about"], questions, numbers)
        try:
            ask_question(report=report, draft=form.draft(follows), by=asker(request), at=at)
        except Invalid as problem:
            add_errors(form, problem)
    if form.errors:
        return _again(request, report, at, ask=form)
    messages.success(request, _("Asked. The author reads it in the inbox and with the report."))
    return redirect(reverse("triage-report", args=[report.pk]) + "#questions")


def _unask(request: HttpRequest, report: Report, at: datetime) -> HttpResponse:
    wanted = request.POST.get("question", "")
    found = [one for one in questions_on([report.pk]) if opaque(str(one.pk)) == wanted]
    if not found or found[0].asker != "triage":
        raise NotFound()
    withdraw_question(question=found[0], by=asker(request), at=at)
    messages.success(request, _("The question was taken back."))
    return redirect(reverse("triage-report", args=[report.pk]) + "#questions")


_DEEDS: dict[str, Callable[[HttpRequest, Report, datetime], HttpResponse]] = {
    "accept": _accept,
    "reject": _reject,
    "reinstate": _reinstate,
    "link": _link,
    "refuse": _refuse,
    "open": _open,
    "ask": _ask,
    "unask": _unask,
}


def _bound(kind: type[forms.Form], request: HttpRequest, name: str) -> Any:
    return kind(request.POST, auto_id=f"{name}-%s")


def _again(request: HttpRequest, report: Report, at: datetime, **bound: forms.Form) -> HttpResponse:
    """Return the page with the form that needs another look; what was typed stays."""
    context = _report_context(request, report, at) | {f"{k}_form": v for k, v in bound.items()}
    context["form"] = next(iter(bound.values()))
    return sent_back(request, "verification/triage_report.html", context)


def _report_context(request: HttpRequest, report: Report, at: datetime) -> dict[str, Any]:
    user, agreement = asker(request), report.agreement
    faces = faces_of(agreement.pk, [report.source], at=at)
    card = replace(report_cards([report], faces=faces, reveal=True)[0], number="")
    version = {"version": report.version}
    accepted = report.state == ReportState.ACCEPTED
    questions = questions_on([report.pk])
    links = incident_cards([link.incident for link in links_of_report(report)])
    queue = inbox(agreement, user, state=ReportState.FILED, at=at, way=way_of(report))
    waiting = [one for one in queue[:2] if one != report]
    return {
        "card": card,
        "state": report.state,
        "state_reason": report.state_reason,
        "form_version": report.form_version,
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
        "admissibility": admissibility_of(
            agreement, [report], window=(report.observed_from, report.observed_until)
        ),
        "features": features_of([card], shape="allegation"),
        "items": item_cards(items_of([report.pk]), {}),
        "apart": apart_rows(report),
        "questions": [
            row | {"may_withdraw": row["open"] and one.asker == "triage", "report": ""}
            for one, row in zip(questions, question_rows(questions, {}), strict=True)
        ],
        "ask_form": AskForm(about=asked_about(questions, {report.pk: report.receipt}))
        if report.state in ASKED_ABOUT
        else None,
        "links": links,
        "suggestions": _suggestions(report) if accepted else [],
        "next_url": reverse("triage-report", args=[waiting[0].pk]) if waiting else "",
        "accept_form": SeenForm(initial=version, auto_id="accept-%s"),
        "reinstate_form": SeenForm(initial=version, auto_id="reinstate-%s"),
        "reject_form": RejectForm(initial=version, auto_id="reject-%s"),
        "link_form": LinkForm(auto_id="link-%s"),
        "open_form": OpenForm(auto_id="open-%s"),
        "crumbs": [(reverse("triage"), _("Triage"))],
    }


def _suggestions(report: Report) -> list[dict[str, Any]]:
    found = incident_suggestions(report)
    cards = incident_cards([one.incident for one in found])
    return [
        {
            "incident": card,
            "strength": one.match.strength,
            "reasons": one.match.reasons,
            "why": " ".join(one.match.reasons),
            "key": str(number),
        }
        for number, (one, card) in enumerate(zip(found, cards, strict=True), start=1)
    ]
