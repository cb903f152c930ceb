"""Triage of one incident: its reports by origin, merges, admissibility, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reports.intake.queries import report_for_triage
from reports.intake.rules import INADMISSIBLE
from reports.pages.answers import add_errors, sent_back, signed_in
from reports.problems import Invalid, MoveRefused, NotFound
from verification.adjudication.queries import may_see_score
from verification.corroboration.queries import positions_on, statements_on
from verification.incidents.actions import (
    link_report,
    merge_incidents,
    rule_inadmissible,
    undo_merge,
    unlink_report,
)
from verification.incidents.queries import (
    Incident,
    Link,
    active_links,
    ended_links,
    incident_for_triage,
    link_for_triage,
    member_ids,
    merge_for_triage,
    merges_of,
)
from verification.incidents.states import LIVING, IncidentState
from verification.linking.queries import merge_suggestions
from verification.pages import triage_linking
from verification.pages.asker import asker, check_fresh
from verification.pages.cards import (
    Faces,
    faces_of,
    features_of,
    grouped_by_origin,
    incident_card,
    incident_cards,
    position_rows,
    report_cards,
    speaker_of,
    statement_rows,
)
from verification.pages.forms_triage import MergeForm, RelinkForm, RulingForm, UnlinkForm
from verification.pages.scores import score_card
from verification.reopening.actions import Request, ask_reopening
from verification.scoring.queries import latest_score

Done = HttpResponse | forms.Form  # where to go, or the form that needs another look


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def triage_incident(request: HttpRequest, code: str) -> HttpResponse:
    """Show an incident's file to its triage officer, and take what they do with it."""
    at = timezone.now()
    incident = incident_for_triage(asker(request), code, at=at)
    if request.method != "POST":
        context = _context(request, incident, at)
        return render(request, "verification/triage_incident.html", context)
    do = request.POST.get("do", "")
    if do not in _DEEDS:
        raise MoveRefused(_("The page sent nothing that can be done here. Load it again."))
    done = _DEEDS[do](request, incident, at)
    if isinstance(done, HttpResponse):
        return done
    context = _context(request, incident, at) | {f"{do}_form": done, "form": done}
    return sent_back(request, "verification/triage_incident.html", context)


def _back(incident: Incident) -> HttpResponse:
    return redirect("triage-incident", incident.code)


def _row_id(name: str, key: str | None) -> str:
    """Return the id pattern of a row's own form: many such forms stand on the page."""
    return f"{name}-{(key or '')[:36].replace('%', '')}-%s"


def _unlink(request: HttpRequest, incident: Incident, at: datetime) -> Done:
    user = asker(request)
    form = UnlinkForm(request.POST, auto_id=_row_id("unlink", request.POST.get("link")))
    if not form.is_valid():
        return form
    link = link_for_triage(user, form.cleaned_data["link"], at=at)
    if link.incident_id not in member_ids(incident):
        raise NotFound()  # a report of another file is unlinked on that file's page
    try:
        unlink_report(link=link, why=form.cleaned_data["why"], by=user, at=at)
    except Invalid as problem:
        return add_errors(form, problem)
    messages.success(request, _("Unlinked. Link it again below if that was an error."))
    return _back(incident)


def _question(request: HttpRequest, incident: Incident, at: datetime) -> Done:
    user = asker(request)
    form = UnlinkForm(request.POST, auto_id=_row_id("question", request.POST.get("link")))
    if not form.is_valid():
        return form
    link = link_for_triage(user, form.cleaned_data["link"], at=at)
    if link.incident_id not in member_ids(incident):
        raise NotFound()
    asked = Request("wrong_report", form.cleaned_data["why"], link)
    try:
        ask_reopening(incident=incident, request=asked, by=user, at=at)
    except Invalid as problem:
        return add_errors(form, problem, {"text": "why"})
    messages.success(request, _("Sent to the chair. If it is admitted, the case is reopened."))
    return _back(incident)


def _relink(request: HttpRequest, incident: Incident, at: datetime) -> Done:
    user = asker(request)
    form = RelinkForm(request.POST, auto_id=_row_id("relink", request.POST.get("report")))
    if not form.is_valid():
        return form
    report = report_for_triage(user, form.cleaned_data["report"], at=at)
    try:
        why = form.cleaned_data["why"]
        link_report(report=report, incident=incident, why=why, by=user, at=at)
    except Invalid as problem:
        return add_errors(form, problem)
    messages.success(request, _("Linked again."))
    return _back(incident)


def _merge(request: HttpRequest, incident: Incident, at: datetime) -> Done:
    user = asker(request)
    form = MergeForm(request.POST, auto_id="merge-%s")
    if not form.is_valid():
        return form
    check_fresh(incident, form.cleaned_data["version"])
    try:
        other = incident_for_triage(user, form.cleaned_data["incident"], at=at)
        why = form.cleaned_data["why"]
        merge_incidents(kept=incident, absorbed=other, why=why, by=user, at=at)
    except Invalid as problem:
        return add_errors(form, problem)
    except NotFound:
        form.add_error("incident", _("There is no incident with this code."))
        return form
    messages.success(request, _("%(code)s was merged into this incident.") % {"code": other.code})
    return _back(incident)


def _undo_merge(request: HttpRequest, incident: Incident, at: datetime) -> Done:
    user = asker(request)
    merge = merge_for_triage(user, request.POST.get("merge", ""), at=at)
    if merge.kept_id != incident.pk:
        raise NotFound()
    undo_merge(merge=merge, by=user, at=at)
    messages.success(request, _("The merge is undone; both incidents are as they were."))
    return _back(incident)


def _rule(request: HttpRequest, incident: Incident, at: datetime) -> Done:
    form = RulingForm(request.POST, auto_id="rule-%s")
    if not form.is_valid():
        return form
    check_fresh(incident, form.cleaned_data["version"])
    try:
        ruling = form.cleaned_data["ruling"]
        rule_inadmissible(incident=incident, ruling=ruling, by=asker(request), at=at)
    except Invalid as problem:
        return add_errors(form, problem)
    messages.success(request, _("Ruled inadmissible. The ruling is being published."))
    return _back(incident)


_DEEDS: dict[str, Callable[[HttpRequest, Incident, datetime], Done]] = {
    "unlink": _unlink,
    "question": _question,
    "relink": _relink,
    "merge": _merge,
    "undo_merge": _undo_merge,
    "rule": _rule,
    "split": triage_linking.split,
    "unsplit": triage_linking.unsplit,
    "tie": triage_linking.tie,
    "untie": triage_linking.untie,
    "refuse": triage_linking.refuse,
}


def _context(request: HttpRequest, incident: Incident, at: datetime) -> dict[str, Any]:
    user = asker(request)
    links, ended = active_links(incident), ended_links(incident)
    statements = statements_on(incident)
    sources = [link.report.source for link in links] + [row.source for row in statements]
    faces = faces_of(incident.agreement_id, sources, at=at)
    card = incident_card(incident)
    verdict = may_see_score(user, incident)
    is_open = incident.state == IncidentState.OPEN
    version = {"version": incident.version}
    return {
        "incident": card,
        "zone": incident.agreement.timezone,
        "agreement_title": incident.agreement.title,
        "is_open": is_open,
        "is_decided": incident.state == IncidentState.DECIDED,
        "is_living": incident.state in LIVING,
        "origins": _origins(links, faces),
        "n_reports": len(links),
        "features": features_of([card], shape="allegation"),
        "ended": _ended(ended, [link.report_id for link in links]),
        "merges": _merges(incident),
        "suggestions": _suggestions(incident) if is_open else [],
        "statements": statement_rows(statements, faces=faces),
        "positions": position_rows(positions_on(incident), faces=faces),
        "score": score_card(latest_score(incident), faces=faces, reveal=True) if verdict else None,
        "score_hidden": "" if verdict else verdict.reason,
        "may_rule": is_open and incident.admissibility == INADMISSIBLE,
        "ruling_effects": [
            _("publish that %(code)s is inadmissible, with your reasons word for word")
            % {"code": incident.code},
            _("close the incident: no panel judges it"),
            _("leave it out of every party’s standing"),
        ],
        **triage_linking.linking_context(incident, links),
        "merge_form": MergeForm(initial=version, auto_id="merge-%s"),
        "rule_form": RulingForm(initial=version, auto_id="rule-%s"),
        "crumbs": [
            (reverse("triage"), _("Triage")),
            (reverse("triage") + "?tab=incidents", _("Incidents")),
        ],
    }


def _origins(links: list[Link], faces: Faces) -> list[Any]:
    reports = [link.report for link in links]
    cards = [
        replace(
            card,
            link_key=str(link.pk),
            linked_words=_("linked by rule: %(why)s") % {"why": link.why}
            if link.linked_by_id is None
            else link.why,
        )
        for link, card in zip(links, report_cards(reports, faces=faces, reveal=True), strict=True)
    ]
    return grouped_by_origin(cards, reports, faces=faces)


def _ended(links: list[Link], active: list[Any]) -> list[dict[str, Any]]:
    """Return the links that were undone; those linked again since cannot be linked twice."""
    return [
        {
            "report": str(link.report_id),
            "receipt": link.report.receipt,
            "act": link.report.act.name,
            "speaker": speaker_of(link.report.source, reveal=True),
            "unlinked_at": link.unlinked_at,
            "why": link.unlink_why,
            "again": link.report_id in active,
        }
        for link in links
    ]


def _merges(incident: Incident) -> list[dict[str, Any]]:
    return [
        {
            "key": str(merge.pk),
            "code": merge.absorbed.code,
            "act": merge.absorbed.act.name,
            "merged_at": merge.merged_at,
            "why": merge.why,
        }
        for merge in merges_of(incident)
    ]


def _suggestions(incident: Incident) -> list[dict[str, Any]]:
    found = merge_suggestions(incident)
    cards = incident_cards([one.incident for one in found])
    return [
        {
            "incident": card,
            "strength": one.match.strength,
            "reasons": one.match.reasons,
            "why": " ".join(one.match.reasons)[:500],
            "key": str(number),
        }
        for number, (one, card) in enumerate(zip(found, cards, strict=True), start=1)
    ]
