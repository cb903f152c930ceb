"""The standings page: what each party's record is, and why no order follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from reports.problems import NotFound
from verification.ledger.queries import log_status
from verification.pages.drawing import standing_rows
from verification.pages.links import incidents_url
from verification.publication.asking import REPORTS_ONLY
from verification.publication.faces import Standings
from verification.publication.filters import UNDECIDED
from verification.publication.queries import standings as standings_of
from verification.publication.wording import label
from verification.recommendations.queries import OVERDUE, PartyCounts
from verification.recommendations.states import RecommendationState
from verification.standing.queries import StandingLine


@dataclass(frozen=True, slots=True)
class StandingView:
    """One party's line with the address of the rows behind each number."""

    line: StandingLine
    links: dict[str, str]
    severities: tuple[tuple[str, int, str], ...]  # name, count, address
    recommended: tuple[tuple[str, int, str], ...]  # facts beside the record: the same
    url: str  # of its own page
    compared: str  # of the comparison
    rate: float | None  # decided breaches per `line.rate_days` covered days


@dataclass(frozen=True, slots=True)
class PartitionRow:
    """One class of the partition; reports outside any incident have no rows to show.

    `first` marks the first class that holds anything, with which the sum in words begins.
    """

    label: str
    count: int
    url: str
    first: bool


@require_safe
@answers_problems
def standings(request: HttpRequest) -> HttpResponse:
    """Show every party's record, how to read it, and the reason why no comparison is made."""
    at = timezone.now()
    seen = standings_of(current_agreement(request), at=at)
    context = {
        "as_of": at,
        "log": log_status(at=at),
        "agreement_title": seen.agreement.title,
        "agreement": seen.agreement,
        "zone": seen.agreement.timezone,
        "standings": seen,
        "rows": standing_rows(seen.lines),
        "views": standing_views(seen),
        "partition": partition_rows(seen),
    }
    return render(request, "verification/standings.html", context)


@require_safe
@answers_problems
def standing(request: HttpRequest, party: str) -> HttpResponse:
    """Show one party's record, line by line; the picture still holds all of them."""
    at = timezone.now()
    seen = standings_of(current_agreement(request), at=at)
    view = next((one for one in standing_views(seen) if one.line.party == party), None)
    if view is None:
        raise NotFound("There is no record of a party with this code.")
    listed = f"{reverse('standings')}?{urlencode({'agreement': seen.agreement.slug})}"
    context = {
        "as_of": at,
        "log": log_status(at=at),
        "agreement_title": seen.agreement.title,
        "agreement": seen.agreement,
        "zone": seen.agreement.timezone,
        "standings": seen,
        "rows": standing_rows(seen.lines),
        "view": view,
        "crumbs": [(listed, _("Standings"))],
    }
    return render(request, "verification/standing.html", context)


def standing_views(seen: Standings) -> list[StandingView]:
    """Return the lines with their links."""
    return [
        _view(line, seen.agreement.slug, seen.recommended.get(line.party, PartyCounts()))
        for line in seen.lines
    ]


def _recommended(counts: PartyCounts, slug: str, party: str) -> tuple[tuple[str, int, str], ...]:
    """Return how many recommendations it had, and what became of them, with their addresses."""

    def to(state: str = "") -> str:
        query = {"agreement": slug, "party": party} | ({"state": state} if state else {})
        return f"{reverse('recommendations')}?{urlencode(query)}"

    return (
        (_("Recommendations issued to it"), counts.issued, to()),
        (_("of these overdue"), counts.overdue, to(OVERDUE)),
        (_("complied with"), counts.complied, to(RecommendationState.COMPLIED)),
        (_("not complied with"), counts.not_complied, to(RecommendationState.NOT_COMPLIED)),
    )


def _view(line: StandingLine, slug: str, counts: PartyCounts) -> StandingView:
    def to(**wanted: str) -> str:
        return incidents_url(slug, counted="on", **wanted)

    query = urlencode({"agreement": slug})
    return StandingView(
        line=line,
        links={
            "decided": to(found=line.party, category="attributed"),
            "open": to(accused=line.party, category=UNDECIDED),
            "against": to(accused=line.party),
            "all": to(),
            "admitted": incidents_url(slug, reply=f"{line.party}-admits"),
            "denied": incidents_url(slug, reply=f"{line.party}-denies"),
            "silent": incidents_url(slug, reply=f"{line.party}-silent"),
        },
        severities=tuple(
            (label("severity", code), count, to(found=line.party, severity=code))
            for code, count in sorted(line.by_severity.items())
        ),
        recommended=_recommended(counts, slug, line.party),
        url=f"{reverse('standing', args=[line.party])}?{query}",
        compared=f"{reverse('comparison')}?{query}",
        rate=line.per_covered(line.decided),
    )


def partition_rows(seen: Standings) -> list[PartitionRow]:
    """Return the classes of reports, each with the incidents behind it where there are any."""
    slug = seen.agreement.slug
    first = next((line.key for line in seen.partition if line.count), "")
    return [
        PartitionRow(
            label=line.label,
            first=line.key == first,
            count=line.count,
            url=""
            if line.key in REPORTS_ONLY or not line.count
            else incidents_url(slug, category=line.key),
        )
        for line in seen.partition
    ]
