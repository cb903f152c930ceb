"""The comparison page: all parties on one scale, and the one rule by which they are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from verification.ledger.queries import log_status
from verification.pages.standings import StandingView, standing_views
from verification.publication.charts import StandingRow
from verification.publication.faces import Standings
from verification.publication.queries import standings as standings_of
from verification.standing.queries import RATE_DAYS, StandingLine
from verification.standing.rules import Condition

ASKED: Mapping[str, Any] = {
    "decided": gettext_lazy("Incidents decided, at least"),
    "open": gettext_lazy("Share of incidents still undecided, at most"),
    "covered": gettext_lazy("Share of the period that was watched, at least"),
    "audited": gettext_lazy("Decided incidents drawn by lot for audit, at least"),
}
SHARES = frozenset({"open", "covered"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One party's figure of a measure, with the address of what stands behind it."""

    value: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the comparison: the same measure for every party, in the same order."""

    name: str
    cells: tuple[Cell, ...]
    hint: str = ""


@require_safe
@answers_problems
def comparison(request: HttpRequest) -> HttpResponse:
    """Show all parties side by side, whether they may be compared, and by which rule."""
    at = timezone.now()
    seen = standings_of(current_agreement(request), at=at)
    views = standing_views(seen)
    context = {
        "as_of": at,
        "log": log_status(at=at),
        "agreement_title": seen.agreement.title,
        "agreement": seen.agreement,
        "zone": seen.agreement.timezone,
        "standings": seen,
        "views": views,
        "rates": rate_rows(seen.lines),
        "caveat": caveat_of(seen),
        "verdicts": verdicts_of(seen),
        "measures": measures_of(views),
        "conditions": [_condition(one) for one in seen.lines[0].conditions] if seen.lines else [],
        "crumbs": [(f"{reverse('standings')}?agreement={seen.agreement.slug}", _("Standings"))],
    }
    return render(request, "verification/comparison.html", context)


def rate_rows(lines: Sequence[StandingLine]) -> list[StandingRow]:
    """Return every party's rate over the same covered days; none where nobody watched."""
    rows = []
    for line in lines:
        decided, most = line.per_covered(line.decided), line.per_covered(line.bound_high)
        if decided is None or most is None:
            return []
        words = _("%(decided)s decided, at most %(most)s") % {"decided": decided, "most": most}
        shows = line.rate_low is not None and line.rate_days == RATE_DAYS
        if shows:
            words = _("%(words)s; 90 %% interval %(low)d to %(high)d") % {
                **{"words": words, "low": line.rate_low, "high": line.rate_high}
            }
        rows.append(
            StandingRow(
                letter=line.party,
                name=line.name,
                hue=line.colour,
                decided=decided,
                bound_low=decided,
                bound_high=most,
                numbers=words,
                expected=None if line.estimate is None else line.per_covered(line.estimate),
                low=line.rate_low if shows else None,
                high=line.rate_high if shows else None,
            )
        )
    return rows


def caveat_of(seen: Standings) -> str:
    """Return what must not be cropped off the picture."""
    if seen.refusal:
        words = _("No comparison between the parties is supported: %(why)s.") % {
            "why": seen.refusal
        }
    else:
        words = " ".join(verdicts_of(seen))
    return f"{words} " + _("What was not watched or not reported is in no rate.")


def verdicts_of(seen: Standings) -> list[str]:
    """Return how probable it is that one rate exceeds the other, for each pair, larger first."""
    if seen.refusal:
        return []
    names = {line.party: line.name for line in seen.lines}
    return [
        _("Probability that the rate of %(one)s exceeds that of %(other)s: %(p)s.")
        % {"one": line.name, "other": names[other], "p": f"{p:.2f}"}
        for line in seen.lines
        for other, p in sorted(line.p_rate_exceeds.items())
        if other in names and (p > 0.5 or (p == 0.5 and line.party < other))
    ]


def _condition(one: Condition) -> dict[str, Any]:
    def words(value: float) -> str:
        return f"{value * 100:.0f} %" if one.key in SHARES else f"{value:.0f}"

    return {
        "name": ASKED[one.key],
        "limit": words(one.limit),
        "value": words(one.value),
        "met": one.met,
    }


def measures_of(views: Sequence[StandingView]) -> list[Measure]:
    """Return every measure of the standings, one line each, all parties side by side."""

    def line(name: str, cell: Callable[[StandingView], Cell], hint: str = "") -> Measure:
        return Measure(name, tuple(cell(view) for view in views), hint)

    def counted(name: str, field: str, link: str, hint: str = "") -> Measure:
        return line(name, lambda v: Cell(str(getattr(v.line, field)), v.links[link]), hint)

    days = views[0].line.rate_days if views else RATE_DAYS
    return [
        counted(_("Breaches decided and attributed to it"), "decided", "decided"),
        *_severities(views),
        line(
            ngettext(
                "Decided breaches per covered day", "Decided breaches per %(n)d covered days", days
            )
            % {"n": days},
            lambda v: Cell(_known(v.line.per_covered(v.line.decided)), v.links["decided"]),
        ),
        line(_("Expected breaches"), _expected),
        line(_("Breaches estimated from the random audit, 90 % interval"), _audited),
        line(
            _("Rate per %(n)d covered days, 90 %% interval") % {"n": RATE_DAYS},
            lambda v: Cell(_span(v.line.rate_low, v.line.rate_high), "#reading"),
        ),
        counted(_("Undecided incidents that accuse it"), "open_against", "open"),
        counted(_("At least: if all undecided ones fell to others"), "bound_low", "decided"),
        counted(_("At most: if all that accuse it fell to it"), "bound_high", "against"),
        counted(_("Admitted by itself"), "admitted", "admitted"),
        counted(_("Denied"), "denied", "denied"),
        counted(_("Silent after the deadline"), "silent", "silent"),
        *(
            Measure(name, tuple(Cell(str(v.recommended[n][1]), v.recommended[n][2]) for v in views))
            for n, (name, _count, _url) in enumerate(views[0].recommended if views else ())
        ),
    ]


def _severities(views: Sequence[StandingView]) -> list[Measure]:
    """Return one line for each severity that was found of anybody."""
    found = dict.fromkeys(name for view in views for name, _count, _url in view.severities)
    by_party = [{name: (n, url) for name, n, url in view.severities} for view in views]
    return [
        Measure(
            _("of these: %(severity)s") % {"severity": severity},
            tuple(
                Cell(str(counts[severity][0]), counts[severity][1])
                if severity in counts
                else Cell("0", view.links["decided"])
                for view, counts in zip(views, by_party, strict=True)
            ),
        )
        for severity in found
    ]


def _expected(view: StandingView) -> Cell:
    if view.line.expected is None:
        return Cell(_("withheld"), "#expected")
    return Cell(str(view.line.expected), view.links["all"])


def _audited(view: StandingView) -> Cell:
    line = view.line
    if line.estimate is None:
        return Cell(_("none yet"), "#reading")
    words = f"{line.estimate} ({_span(line.interval_low, line.interval_high)})"
    return Cell(words, view.links["all"])


def _span(low: float | None, high: float | None) -> str:
    return _("none yet") if low is None or high is None else f"{low} – {high}"


def _known(value: float | None) -> str:
    return "–" if value is None else f"{value}"
