"""The triage board: suggested links and merges with their reasons, one key each."""

from __future__ import annotations

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
from django.views.decorators.http import require_http_methods

from reports.agreement.queries import Agreement
from reports.intake.queries import Report, report_for_triage, reports_by_id
from reports.pages.answers import signed_in
from reports.pages.choosing import current_agreement
from reports.problems import Invalid, MoveRefused
from verification.incidents.actions import link_report, merge_incidents
from verification.incidents.queries import (
    accepted_without_incident,
    incident_for_triage,
    incidents_of,
    require_triage,
)
from verification.incidents.states import IncidentState
from verification.linking.actions import refuse_suggestion, tie_incidents, undo_refusal
from verification.linking.queries import (
    Incident,
    Suggestion,
    link_suggestions,
    merge_suggestions_of,
    recent_refusals,
    refusal_for_triage,
)
from verification.pages.asker import asker
from verification.pages.cards import faces_of, incident_cards, report_cards
from verification.pages.forms_linking import PairForm

REPORTS, INCIDENTS = 10, 20  # looked at for one page of the board
REFUSALS = 10


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def board(request: HttpRequest) -> HttpResponse:
    """Show what may belong together, strongest first; take a confirmation or a refusal."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    require_triage(user, agreement, at=at)
    if request.method == "POST":
        return _take(request, at)
    reports = Paginator(accepted_without_incident(agreement, user, at=at), REPORTS)
    incidents = Paginator(incidents_of(agreement, states=[IncidentState.OPEN]), INCIDENTS)
    links_page = reports.get_page(request.GET.get("reports"))
    merges_page = incidents.get_page(request.GET.get("page"))
    context = {
        "links": _links(agreement, reports_by_id(links_page.object_list), at),
        "links_page": links_page,
        "merges": _merges(agreement, list(merges_page.object_list)),
        "page": merges_page,
        "refusals": [
            {
                "key": str(row.pk),
                "incident": row.incident.code,
                "what": row.report.receipt if row.report else row.other.code if row.other else "",
                "at": row.refused_at,
            }
            for row in recent_refusals(agreement, most=REFUSALS)
        ],
        "keys": [("c", _("confirm")), ("r", _("refuse")), ("t", _("tie as one exchange"))],
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
        "as_of": at,
        "crumbs": [(reverse("triage"), _("Triage"))],
    }
    return render(request, "verification/triage_board.html", context)


def _take(request: HttpRequest, at: datetime) -> HttpResponse:
    deed = _DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise MoveRefused(_("The page sent nothing that can be done here. Load it again."))
    messages.success(request, deed(request, at))
    return redirect(request.get_full_path())


def _pair(request: HttpRequest, at: datetime) -> tuple[Incident, Report | Incident, str]:
    """Return the two records of a suggestion, as far as this officer may handle them."""
    form, user = PairForm(request.POST), asker(request)
    if not form.is_valid():
        raise Invalid(_("The page sent a suggestion that cannot be read. Load it again."))
    sent = form.cleaned_data
    incident = incident_for_triage(user, sent["incident"], at=at)
    if sent["report"]:
        return incident, report_for_triage(user, sent["report"], at=at), sent["why"]
    return incident, incident_for_triage(user, sent["other"], at=at), sent["why"]


def _confirm(request: HttpRequest, at: datetime) -> str:
    incident, what, why = _pair(request, at)
    if isinstance(what, Report):
        link_report(report=what, incident=incident, why=why, by=asker(request), at=at)
        return _("Linked to %(code)s. Undo it on that incident’s page.") % {"code": incident.code}
    merge_incidents(kept=incident, absorbed=what, why=why, by=asker(request), at=at)
    return _("%(absorbed)s was merged into %(kept)s. Undo it on the page of %(kept)s.") % {
        "absorbed": what.code,
        "kept": incident.code,
    }


def _refuse(request: HttpRequest, at: datetime) -> str:
    incident, what, _why = _pair(request, at)
    refuse_suggestion(incident=incident, of=what, by=asker(request), at=at)
    return _("Refused; it is not suggested again. Undo it at the foot of this page.")


def _tie(request: HttpRequest, at: datetime) -> str:
    incident, what, why = _pair(request, at)
    if isinstance(what, Report):
        raise MoveRefused(_("Only incidents are tied."))
    tie_incidents(incident=incident, other=what, why=why, by=asker(request), at=at)
    return _("%(one)s and %(other)s are tied as one exchange.") % {
        "one": incident.code,
        "other": what.code,
    }


def _again(request: HttpRequest, at: datetime) -> str:
    refusal = refusal_for_triage(asker(request), request.POST.get("refusal", ""), at=at)
    undo_refusal(refusal=refusal, by=asker(request), at=at)
    return _("The refusal is undone; the suggestion may come again.")


_DEEDS: dict[str, Callable[[HttpRequest, datetime], str]] = {
    "confirm": _confirm,
    "refuse": _refuse,
    "tie": _tie,
    "again": _again,
}


def suggestion_row(one: Suggestion, card: Any) -> dict[str, Any]:
    """Return a suggestion as rows show it."""
    return {
        "incident": card,
        "strength": one.match.strength,
        "reasons": one.match.reasons,
        "why": " ".join(one.match.reasons)[:500],
    }


def _links(agreement: Agreement, reports: list[Report], at: datetime) -> list[dict[str, Any]]:
    """Return each report that has a suggestion with its best one, strongest first."""
    found = link_suggestions(agreement.pk, reports)
    shown = [report for report in reports if found[report.pk]]
    faces = faces_of(agreement.pk, [report.source for report in shown], at=at)
    cards = incident_cards([found[report.pk][0].incident for report in shown])
    rows = [
        {
            "report": card,
            "url": reverse("triage-report", args=[report.pk]),
            "more": len(found[report.pk]) - 1,
            **suggestion_row(found[report.pk][0], incident),
        }
        for report, card, incident in zip(
            shown, report_cards(shown, faces=faces), cards, strict=True
        )
    ]
    return sorted(rows, key=lambda row: -row["strength"])


def _merges(agreement: Agreement, incidents: list[Incident]) -> list[dict[str, Any]]:
    """Return pairs of open incidents that may be one event, each pair once, strongest first.

    The one with the lower number is kept.
    """
    found = merge_suggestions_of(agreement.pk, incidents)
    pairs: dict[frozenset[str], tuple[Incident, Incident, Suggestion]] = {}
    for incident in incidents:
        for suggestion in found[incident.pk][:1]:
            kept, absorbed = sorted((incident, suggestion.incident), key=lambda one: one.pk)
            key = frozenset({kept.code, absorbed.code})
            pairs.setdefault(key, (kept, absorbed, suggestion))
    rows = sorted(pairs.values(), key=lambda pair: -pair[2].match.strength)
    kept_cards = incident_cards([kept for kept, _absorbed, _one in rows])
    absorbed_cards = incident_cards([absorbed for _kept, absorbed, _one in rows])
    return [
        {"absorbed": absorbed, **suggestion_row(one, kept)}
        for (_kept, _absorbed, one), kept, absorbed in zip(
            rows, kept_cards, absorbed_cards, strict=True
        )
    ]
