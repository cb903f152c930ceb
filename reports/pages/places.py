"""Door: places a typed name may mean, as JSON for the place picker."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from reports.intake.rules import TEXT_MOST
from reports.pages.answers import signed_in
from reports.places.queries import places_matching


@require_safe
@signed_in
def place_search(request: HttpRequest) -> HttpResponse:
    """Return candidates for `q`, best match first; the person chooses."""
    found = places_matching(request.GET.get("q", "")[:TEXT_MOST])
    rows = [
        {
            "id": str(place.id),
            "label": place.label,
            "detail": "; ".join(part for part in (place.detail, place.near) if part),
            "lat": place.lat,
            "lon": place.lon,
            "names": list(place.names),
        }
        for place in found
    ]
    return JsonResponse(rows, safe=False)
