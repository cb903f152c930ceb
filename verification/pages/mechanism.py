"""The mechanism by its own figures: the same measures for every party, with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from reports.agreement.queries import parties_of
from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from verification.pages.links import incidents_url
from verification.scrutiny.intervals import RESAMPLES
from verification.scrutiny.queries import ACCUSED, ALL, Group, Measure, Scrutiny, scrutiny
from verification.scrutiny.rules import FEWEST, Figure

DAY_H = 24


@dataclass(frozen=True, slots=True)
class Words:
    """A measure's title, and what exactly is counted."""

    title: object
    text: object


WORDS: Mapping[str, Words] = {
    "triage_wait": Words(
        gettext_lazy("How long a report waits for triage"),
        gettext_lazy("From its receipt until it was first accepted or rejected."),
    ),
    "reply_wait": Words(
        gettext_lazy("How long an accused party takes to answer"),
        gettext_lazy("From its notice until its answer, or until the clock recorded its silence."),
    ),
    "decision_wait": Words(
        gettext_lazy("How long an incident takes to be decided"),
        gettext_lazy(
            "From the first notice to an accused party (or from its opening, or its reopening) "
            "until its decision or ruling."
        ),
    ),
    "decided_late": Words(
        gettext_lazy("Incidents not decided in their time"),
        gettext_lazy("Of those that were decided or are due."),
    ),
    "turned_away": Words(
        gettext_lazy("Reports turned away at triage"),
        gettext_lazy("Of those triage looked at. Rows of accused parties do not apply."),
    ),
    "attributed": Words(
        gettext_lazy("Decisions that name a party"),
        gettext_lazy(
            "Of the decisions that stand. For an accused party: those that name this very party, "
            "of those on incidents that accuse it."
        ),
    ),
    "reopened": Words(
        gettext_lazy("Decisions that were reopened"), gettext_lazy("Of all decisions ever made.")
    ),
    "reversed": Words(
        gettext_lazy("Decisions that were reversed"),
        gettext_lazy(
            "A later decision came to another outcome or named other parties. Of all decisions "
            "ever made."
        ),
    ),
    "more_time": Words(
        gettext_lazy("Notices on which more time was given"),
        gettext_lazy("Of all notices to an accused party."),
    ),
    "recused": Words(
        gettext_lazy("Seats that were given up or replaced"),
        gettext_lazy("Of all seats on the panels of decided cases."),
    ),
    "alpha_occurrence": Words(gettext_lazy("Agreement: did it happen?"), ""),
    "alpha_breach": Words(gettext_lazy("Agreement: is it a breach?"), ""),
    "alpha_clause": Words(gettext_lazy("Agreement: of which clause?"), ""),
    "alpha_attribution": Words(gettext_lazy("Agreement: by which party?"), ""),
    "alpha_intent": Words(gettext_lazy("Agreement: with what intent?"), ""),
}
ALPHA_TEXT = gettext_lazy(
    "Krippendorff’s alpha over the first, blind ballots of decided cases: 1 is full agreement, "
    "0 is what chance would give. n counts cases."
)
# Rows that a measure cannot have.
ONLY_SPEAKERS, ONLY_ACCUSED = {"triage_wait", "turned_away"}, {"more_time"}


@require_safe
@answers_problems
def mechanism(request: HttpRequest) -> HttpResponse:
    """Show how the mechanism worked: for all, per accused and per accusing party."""
    at = timezone.now()
    agreement = current_agreement(request)
    seen = scrutiny(agreement, at=at)
    parties = {party.code: party for party in parties_of(agreement.pk)}
    context = {
        "as_of": at,
        "agreement": agreement,
        "agreement_title": agreement.title,
        "zone": agreement.timezone,
        "measures": [_measure(one, seen, parties, agreement.slug) for one in seen.measures],
        "fewest": FEWEST,
        "resamples": RESAMPLES,
    }
    return render(request, "verification/mechanism.html", context)


def _measure(one: Measure, seen: Scrutiny, parties: Mapping[str, Any], slug: str) -> dict[str, Any]:
    words = WORDS[one.key]
    rows = [
        _row(group, figure, one, parties, slug)
        for group, figure in zip(seen.groups, one.figures, strict=True)
        if _applies(one.key, group)
    ]
    tops = [row["high"] or row["best"] or 0 for row in rows]
    top = 100.0 if one.unit == "rate" else max(tops, default=0) or 1.0
    return {
        "key": one.key,
        "unit": one.unit,
        "title": str(words.title),
        "text": str(ALPHA_TEXT if one.unit == "alpha" else words.text),
        "rows": rows,
        "top": top,
    }


def _applies(key: str, group: Group) -> bool:
    if key in ONLY_SPEAKERS:
        return group.kind != ACCUSED
    return key not in ONLY_ACCUSED or group.kind in (ALL, ACCUSED)


def _row(
    group: Group, figure: Figure, one: Measure, parties: Mapping[str, Any], slug: str
) -> dict[str, Any]:
    scale = {"rate": 100.0, "hours": 1 / DAY_H}.get(one.unit, 1.0)
    best, low, high = (
        None if value is None else round(value * scale, 2 if one.unit == "alpha" else 1)
        for value in (figure.estimate.value, figure.estimate.low, figure.estimate.high)
    )
    return {
        "name": _group_words(group),
        "party": parties.get(group.party),
        "n": figure.n,
        "hits": figure.hits,
        "withheld": figure.withheld,
        "few": figure.few,
        "best": best,
        "low": low,
        "high": high,
        "bounded": None not in (best, low, high),
        "url": incidents_url(slug, accused=group.party) if group.kind == ACCUSED else "",
    }


def _group_words(group: Group) -> str:
    if group.kind == ALL:
        return _("All")
    if group.kind == ACCUSED:
        return _("Accused:")
    return _("Reported by the side of:") if group.party else _("Reported by sources of no side")
