"""The public dashboard: where, when, who, how sure; and how all of it adds up."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from reports.problems import NotFound
from verification.archive.queries import was_carried_over
from verification.ledger.queries import log_status
from verification.pages.drawing import (
    area_features,
    area_rows,
    map_features,
    shape_view,
    standing_rows,
    timeline_days,
    timeline_step,
)
from verification.pages.standings import partition_rows, standing_views
from verification.publication.asking import asked_for
from verification.publication.faces import Area, Dashboard
from verification.publication.queries import dashboard, filter_words
from verification.publication.queries import map_tile as map_tile_of

DEEPEST = 14  # zoom of the last tiles; the areas are coarser than that


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
        **_map_of(seen, request),
        "days": timeline_days(seen.days, partial(_days_url, request)),
        "step": timeline_step(seen.days),
        "shape": shape_view(seen.days),
        "zoomed": _without(request, "from", "until") if asked.wanted.since else "",
        "n_ruled": seen.n_ruled,
        "findings": seen.findings.findings,
        "n_findings": seen.findings.n_all,
    }
    return render(request, "verification/dashboard.html", context)


@require_safe
@answers_problems
def map_tile(request: HttpRequest, zoom: int, x: int, y: int) -> HttpResponse:
    """Return one tile of the map: its areas with their incidents by shape, as GeoJSON."""
    agreement = current_agreement(request)
    asked = asked_for(request.GET, filter_words(agreement))
    if not (zoom <= DEEPEST and x < 2**zoom and y < 2**zoom):
        raise NotFound()
    areas = map_tile_of(agreement, zoom, x, y, wanted=asked.wanted)
    return JsonResponse(area_features(areas, partial(_area_url, request)))


def _map_of(seen: Dashboard, request: HttpRequest) -> dict[str, Any]:
    """Return what the map draws and the table beside it; large counts go by area."""
    areas = seen.areas
    to = partial(_area_url, request)
    features = map_features(seen.located, seen.standings.agreement.timezone)
    by_area = not seen.located and bool(areas)
    return {
        "features": area_features(areas, to) if by_area else features,
        "by_area": by_area,
        "areas": area_rows(areas, to),
        "tiles": f"/map/{{z}}/{{x}}/{{y}}.json?{request.GET.urlencode()}"
        if any(area.n_areas > 1 for area in areas)
        else "",
    }


def _days_url(request: HttpRequest, first: date, last: date) -> str:
    query = request.GET.copy()
    query["from"], query["until"] = first.isoformat(), last.isoformat()
    return f"{reverse('home')}?{query.urlencode()}#timeline-section"


def _area_url(request: HttpRequest, area: Area) -> str:
    query = request.GET.copy()
    query["area"] = area.key
    return f"{reverse('incidents')}?{query.urlencode()}"


def _without(request: HttpRequest, *names: str) -> str:
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return f"{reverse('home')}?{query.urlencode()}#timeline-section"
