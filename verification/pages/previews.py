"""The picture that a link to a finding, a bulletin or the standings shows elsewhere.

It says what the page says first and nothing that the page does not say; the same content gives
the same picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.agreement.naming import day_words, localized
from reports.agreement.queries import agreement_by_slug
from reports.pages.answers import answers_problems
from reports.problems import NotFound
from verification.bulletins.printing import can_print, pictured
from verification.bulletins.queries import bulletin_by_code
from verification.publication.queries import finding_by_code, standings
from verification.publication.wording import label

LONGEST = 110  # characters of a title


@dataclass(frozen=True, slots=True)
class Card:
    """What a picture says, in the reader's language."""

    agreement: str
    title: str
    said: str
    lines: tuple[str, ...]
    foot: str


@require_safe
@answers_problems
def preview(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Answer a picture of a public page, as PNG."""
    if kind not in CARDS or not can_print():
        raise NotFound("There is no picture of this.")
    card = CARDS[kind](code)
    context = {
        "card": card,
        "demo": bool(getattr(settings, "DEMO", False)),
        "language": get_language(),
        "rtl": get_language_bidi(),
    }
    body = pictured(render_to_string("verification/preview.html", context))
    return HttpResponse(body, content_type="image/png")


def _finding(code: str) -> Card:
    seen = finding_by_code(code)
    line, content = seen.line, seen.line.content
    said = line.outcome_name
    named = ", ".join(party.name for party in line.attributed)
    lines = []
    if decision := content["decision"]:
        lines.append(_sure(_("That it happened"), decision, "occurrence"))
        if named:
            lines.append(_sure(_("That the party named did it"), decision, "attribution"))
    if seen.newer:
        lines.insert(0, _("Superseded by %(code)s.") % {"code": seen.newer})
    where = f", {line.place_name}" if line.place_name else ""
    return Card(
        agreement=localized(content["agreement_titles"]),
        title=f"{line.act_name}{where}"[:LONGEST],
        said=f"{said}: {named}" if named else said,
        lines=tuple(lines),
        foot=_("Finding %(code)s, published %(day)s")
        % {"code": line.code, "day": day_words(line.published_at)},
    )


def _sure(what: str, decision: Mapping[str, str], answer: str) -> str:
    likelihood = label("likelihood", decision[f"{answer}_likelihood"])
    confidence = label("confidence", decision[f"{answer}_confidence"])
    return f"{what}: {likelihood}, {confidence}"


def _bulletin(code: str) -> Card:
    line = bulletin_by_code(code)
    content = line.content
    return Card(
        agreement=localized(content["agreement_titles"]),
        title=_("Daily bulletin No. %(number)s, %(day)s")
        % {"number": line.number, "day": day_words(line.day)},
        said=_("%(n)d reports received") % {"n": content["received"]["period"]},
        lines=(
            _("Findings published: %(n)d") % {"n": line.n_findings},
            _("Corrections: %(n)d") % {"n": line.n_corrections},
        ),
        foot=_("%(code)s, as of its cut-off. A report is no finding.") % {"code": line.code},
    )


def _standing(code: str) -> Card:
    agreement = agreement_by_slug(code)
    seen = standings(agreement, at=timezone.now())
    if not seen.lines or seen.computed_at is None:
        raise NotFound("There is no standing yet.")
    lines = tuple(
        _("%(name)s: %(decided)d decided, at most %(most)d")
        % {"name": line.name, "decided": line.decided, "most": line.bound_high}
        for line in seen.lines
    )
    said = _("Numbers follow what was watched and reported.")
    if seen.refusal:
        said = _("No comparison between the parties is supported: %(why)s.") % {"why": seen.refusal}
    return Card(
        agreement=agreement.title,
        title=_("Each party’s record"),
        said=said,
        lines=lines,
        foot=_("As of %(day)s") % {"day": day_words(seen.computed_at)},
    )


CARDS: Mapping[str, Callable[[str], Card]] = {
    "finding": _finding,
    "bulletin": _bulletin,
    "standing": _standing,
}
