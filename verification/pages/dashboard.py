"""The public dashboard: where, when, who, how sure; and how all of it adds up."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from reports.problems import NotFound
from verification.archive.queries import was_carried_over
from verification.ledger.queries import log_status
from verification.pages.drawing import map_features, standing_rows, timeline_days
from verification.pages.standings import partition_rows, standing_views
from verification.publication.asking import asked_for
from verification.publication.queries import dashboard, filter_words


@require_safe
@answers_problems
def home(request: HttpRequest) -> HttpResponse:
    """Show the dashboard of one agreement; before any agreement is recorded, say what comes."""
    at = timezone.now()
    try:
        agreement = current_agreement(request)
    except NotFound:
        if "agreement" in request.GET:
            raise
        return render(request, "verification/dashboard_empty.html", {"as_of": at})
    asked = asked_for(request.GET, filter_words(agreement))
    seen = dashboard(agreement, at=at, wanted=asked.wanted)
    zone = seen.standings.agreement.timezone
    context = {
        "as_of": at,
        "log": log_status(at=at),
        "agreement": seen.standings.agreement,
        "agreement_title": seen.standings.agreement.title,
        "has_tables": was_carried_over(agreement),
        "zone": zone,
        "standings": seen.standings,
        "rows": standing_rows(seen.standings.lines),
        "views": standing_views(seen.standings),
        "partition": partition_rows(seen.standings),
        "asked": asked,
        "found": seen.found,
        "list_query": request.GET.urlencode() or f"agreement={seen.standings.agreement.slug}",
        "incidents": seen.found.incidents,
        "features": map_features(seen.located, zone),
        "days": timeline_days(seen.days),
        "n_ruled": seen.n_ruled,
        "findings": seen.findings.findings,
        "n_findings": seen.findings.n_all,
    }
    return render(request, "verification/dashboard.html", context)
