"""Doors: places a typed name may mean, and the whole list for a phone without a line."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from reports.intake.rules import TEXT_MOST
from reports.pages.answers import signed_in
from reports.places.folding import letters_folded
from reports.places.queries import ORDER, PlaceChoice, gazetteer, gazetteer_mark, places_matching

KEPT_S = 30 * 24 * 3600


@require_safe
@signed_in
def place_search(request: HttpRequest) -> HttpResponse:
    """Return candidates for `q`, best match first; the person chooses."""
    found = places_matching(request.GET.get("q", "")[:TEXT_MOST])
    return JsonResponse([_row(place) for place in found], safe=False)


def _row(place: PlaceChoice) -> dict[str, Any]:
    return {
        "id": str(place.id),
        "label": place.label,
        "detail": "; ".join(part for part in (place.detail, place.near) if part),
        "lat": place.lat,
        "lon": place.lon,
        "names": list(place.names),
    }


@require_safe
@gzip_page
@signed_in
def place_names(request: HttpRequest) -> HttpResponse:
    """Return every place with its folded spellings, and how to fold a letter.

    The address carries a mark of the list, so a phone keeps it until the list changes.
    """
    answer = JsonResponse({"letters": letters_folded(), "places": list_for_phones()})
    patch_cache_control(answer, private=True, max_age=KEPT_S, immutable=True)
    return answer


def names_address() -> str:
    """Return where the list of names is, under an address that changes when the list does."""
    mark = gazetteer_mark(get_language() or "en")
    return f"{reverse('place-names')}?list={mark}"


def list_for_phones() -> list[dict[str, Any]]:
    """Return every place as the picker shows it, with what its script searches."""
    return [
        _row(listed.place)
        | {
            "key": listed.place.key,
            "rank": ORDER[listed.place.kind],
            "radius_m": listed.place.radius_m,
            "official": list(listed.official),
            "others": list(listed.others),
        }
        for listed in gazetteer()
    ]
