"""Page: what instruments said lately, beside how many reports speak of the same hour and place."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.pages.answers import asker, signed_in
from reports.pages.choosing import current_agreement
from reports.sensors.queries import Beside, observations

MOST = 100


def _row(beside: Beside) -> dict[str, Any]:
    one = beside.observation
    return {
        "at": one.observed_from,
        "what": one.get_instrument_display(),
        "source": one.source.name,
        "product": one.product,
        "likelihood": one.likelihood,
        "lat": one.lat,
        "lon": one.lon,
        "radius_km": None if one.radius_m is None else round(one.radius_m / 1000, 1),
        "bearing": one.bearing_deg,
        "reports": beside.reports,
    }


@require_safe
@signed_in
def observations_page(request: HttpRequest) -> HttpResponse:
    """List them, those nobody told of marked as a question."""
    agreement = current_agreement(request)
    found = observations(agreement, asker(request), at=timezone.now(), most=MOST)
    context = {
        "rows": [_row(one) for one in found],
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
    }
    return render(request, "reports/observations.html", context)
