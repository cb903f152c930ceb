"""The filing form of an agreement, with the places that what was typed may mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict

from reports.agreement.queries import Agreement, act_kinds, parties_of
from reports.pages.forms import ReportForm
from reports.pages.offers import readable_uuid
from reports.people.queries import SourceChoice
from reports.places.queries import PlaceChoice, place_choices, places_matching


def filing_form(
    agreement: Agreement,
    sources: Sequence[SourceChoice],
    data: QueryDict | None = None,
    *,
    initial: dict[str, Any] | None = None,
    judged: bool = True,
) -> ReportForm:
    """Return the form: blank, with first answers, or with what was sent."""
    answers: Any = data if data is not None else initial or {}
    return ReportForm(
        data,
        initial=initial,
        judged=judged,
        acts=act_kinds(),
        parties=parties_of(agreement.pk),
        sources=sources,
        places=candidates(answers.get("place_typed") or "", answers.get("place") or ""),
        other_places=candidates(answers.get("other_typed") or "", answers.get("other_place") or ""),
    )


def candidates(typed: str, chosen: str) -> list[PlaceChoice]:
    """Return the places a typed name may mean, and the one chosen before, which stays chosen."""
    found = places_matching(typed)
    key = readable_uuid(chosen)
    if key is None or any(place.id == key for place in found):
        return found
    return [*place_choices([key]).values(), *found]
