"""The chair's page on what the engine learned of the sources; never public."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reports.pages.answers import signed_in
from reports.pages.choosing import current_agreement
from reports.people.permissions import require
from verification.adjudication.queries import may_see_learned
from verification.pages.asker import asker
from verification.pages.cards import Faces, faces_of
from verification.scoring.queries import (
    FEWEST_NAMINGS,
    ReliabilityLine,
    fit_line,
    reliability_lines,
)

GROUPS = {
    "media": gettext_lazy("Media"),
    "monitor": gettext_lazy("Monitors"),
    "ngo": gettext_lazy("Civil society"),
    "partner": gettext_lazy("Partners"),
    "public": gettext_lazy("Public"),
    "sensor": gettext_lazy("Sensors"),
    "third_state": gettext_lazy("Third states"),
}


@never_cache
@require_safe
@signed_in
def chair_sources(request: HttpRequest) -> HttpResponse:
    """Show per group and source how its statements fared; for the chair alone."""
    at = timezone.now()
    agreement = current_agreement(request)
    require(asker(request), "reliability.read", at=at, agreement_id=agreement.pk)
    verdict = may_see_learned(asker(request), agreement.pk)
    groups, sources = reliability_lines(agreement.pk, at=at) if verdict else ([], [])
    faces = faces_of(agreement.pk, [], at=at)
    tables = [
        {"title": _("By group"), "head": _("Group"), "lines": _lines(groups, faces)},
        {
            "title": _("By source"),
            "head": _("Source"),
            "lines": _lines(sources, faces),
            "by_source": True,
        },
    ]
    context = {
        "hidden": "" if verdict else verdict.reason,
        "tables": tables if verdict else [],
        "fit": fit_line(agreement.pk, at=at),
        "fewest": FEWEST_NAMINGS,
        "crumbs": [(reverse("chair"), _("Cases"))],
        "agreement_title": agreement.title,
    }
    return render(request, "verification/chair_sources.html", context)


def _lines(lines: list[ReliabilityLine], faces: Faces) -> list[dict[str, Any]]:
    return [
        {
            "label": _name(line.label, faces) or _("an observer without a name here"),
            "group": _name(line.group, faces),
            "n_statements": line.n_statements,
            "named": line.named,
            "words": _words(line, faces),
        }
        for line in lines
    ]


def _name(key: str, faces: Faces) -> str:
    party = faces.party(key)
    return str(party["name"] if party is not None else GROUPS.get(key, key))


def _words(line: ReliabilityLine, faces: Faces) -> list[str]:
    """Return how a source fares, in plain sentences."""
    found = []
    if line.right is not None:
        found.append(
            _("About %(right).1f of %(named)d are expected right.")
            % {"right": line.right, "named": line.named}
        )
    if line.decided:
        found.append(
            _("Of %(n)d on decided incidents %(right)d agree with the decision.")
            % {"n": line.decided, "right": line.decided_right}
        )
    if line.nats is not None:
        odds = 2.718281828459045 ** min(abs(line.nats), 20.0)
        words = (
            _("One such statement multiplies the odds of what it says by about %(odds).1f.")
            if line.nats >= 0
            else _("One such statement divides the odds of what it says by about %(odds).1f.")
        )
        found.append(words % {"odds": odds})
    for key, count in sorted(line.names.items()):
        if faces.party(key) is not None:
            found.append(
                ngettext("Names %(party)s once.", "Names %(party)s %(n)d times.", count)
                % {"party": _name(key, faces), "n": count}
            )
    if line.in_chorus_with:
        found.append(
            ngettext(
                "Speaks in chorus with %(n)d other source.",
                "Speaks in chorus with %(n)d other sources.",
                line.in_chorus_with,
            )
            % {"n": line.in_chorus_with}
        )
    return found or [_("Too little is known of it.")]
