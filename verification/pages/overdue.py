"""What is overdue: for the chair all of it, for triage its own."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.pages.answers import asker, signed_in
from reports.pages.choosing import current_agreement
from reports.people.permissions import may
from verification.adjudication.states import CaseState
from verification.caseload.queries import OverdueIncident, overdue_for
from verification.pages.cards import faces_of, incident_cards, report_cards
from verification.pages.clocks import clock_rows

PER_PAGE = 25


@require_safe
@signed_in
def overdue(request: HttpRequest) -> HttpResponse:
    """List what was not done in its time, longest overdue first."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    seen = overdue_for(user, agreement, at=at)
    page = Paginator(seen.incidents, PER_PAGE).get_page(request.GET.get("page"))
    faces = faces_of(agreement.pk, [r.source for r, _clock in seen.reports or ()], at=at)
    chair = bool(may(user, "case.decide", at=at, agreement_id=agreement.pk))
    cards = incident_cards([line.incident for line in page.object_list])
    context = {
        "page": page,
        "incidents": [
            {
                "card": card,
                "url": _address(line, chair=chair),
                "clocks": clock_rows(line.clocks, parties={}, at=at),
            }
            for card, line in zip(cards, page.object_list, strict=True)
        ],
        "n_incidents": len(seen.incidents),
        "may_see_reports": seen.reports is not None,
        "reports": [
            {
                "card": card,
                "url": reverse("triage-report", args=[report.pk]),
                "due_at": clock.due_at,
            }
            for card, (report, clock) in zip(
                report_cards([r for r, _clock in (seen.reports or ())[:PER_PAGE]], faces=faces),
                (seen.reports or ())[:PER_PAGE],
                strict=True,
            )
        ],
        "n_reports": seen.n_reports,
        "oldest_report": seen.oldest_report,
        "now": at,
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
    }
    return render(request, "verification/overdue.html", context)


def _address(line: OverdueIncident, *, chair: bool) -> str:
    """Return where the overdue step can be taken: the case, the triage page, or the cases."""
    if not chair:
        return reverse("triage-incident", args=[line.incident.code])
    case = line.incident.cases.filter(state=CaseState.BALLOTING).first()
    return reverse("chair-case", args=[case.pk]) if case is not None else reverse("chair")
