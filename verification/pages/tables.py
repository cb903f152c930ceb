"""Published tables of an earlier mechanism, beside what its records add up to here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from reports.agreement.queries import parties_of
from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from verification.archive.queries import archives, carried_over, compared
from verification.archive.rules import Compared

MEASURE_WORDS = {
    "complaints": _("Complaints received"),
    "ruled_violation": _("Ruled a violation"),
    "ruled_no_violation": _("Ruled no violation"),
    "incident_not_violation": _("Incident, no violation"),
    "not_an_incident": _("Not an incident"),
    "pending": _("Pending"),
    "minor_violation": _("Minor violation"),
    "serious_violation": _("Serious violation"),
    "ceasefire_violations": _("Observations published as ceasefire violations"),
}


CATEGORY_WORDS = {
    "all": "",
    "child_recruitment": _("recruitment of children"),
    "abduction_of_adults": _("abduction of adults"),
    "harassment": _("harassment"),
    "explosions": _("explosions"),
    "projectiles_in_flight": _("projectiles in flight"),
    "muzzle_flashes": _("muzzle flashes"),
    "illumination_flares": _("illumination flares"),
    "bursts_and_shots": _("bursts and shots"),
}


@require_safe
@answers_problems
def tables(request: HttpRequest) -> HttpResponse:
    """Show every published figure beside the count of its records, and what does not add up."""
    known = archives()
    if "agreement" in request.GET:
        archive = carried_over(current_agreement(request))
    elif known:
        archive = known[0]
    else:
        return render(request, "verification/tables.html", {"archive": None})
    agreement = archive.agreement
    names = {party.code: party.name for party in parties_of(agreement.pk)}
    rows = [_row(one, names) for one in compared(archive)]
    context = {
        "archive": {"mechanism": archive.mechanism, "period": _span(archive.period)},
        "tabs": [
            {
                "slug": one.agreement.slug,
                "label": one.mechanism,
                "here": one.pk == archive.pk,
            }
            for one in known
        ],
        "rows": rows,
        "n_rows": len(rows),
        "n_agree": sum(row["agrees"] for row in rows),
        "named": any(row["party"] for row in rows),
        "notes": archive.notes,
        "as_of": timezone.now(),
        "agreement_title": agreement.title,
        "agreement_slug": agreement.slug,
        "zone": agreement.timezone,
    }
    return render(request, "verification/tables.html", context)


def _row(one: Compared, names: Mapping[str, str]) -> dict[str, Any]:
    figure = one.figure
    return {
        "measure": MEASURE_WORDS.get(figure["measure"], figure["measure"]),
        "category": CATEGORY_WORDS.get(figure["category"], figure["category"]),
        "party": names.get(figure["party"], ""),
        "period": _span(figure["period"]),
        "value": figure["value"],
        "at_least": figure["at_least"],
        "counted": one.counted,
        "agrees": one.agrees,
        "source": figure["source"],
    }


def _span(period: str) -> str:
    """Write a period of the file, first..last, as readers do."""
    return period.replace("..", " – ")
