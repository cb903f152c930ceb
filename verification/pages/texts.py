"""The pages that explain: how findings are made, and what the words mean."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language_bidi, gettext, ngettext
from django.views.decorators.http import require_safe

from reports.agreement.queries import agreements
from verification.pages.words import GROUPS, event_words
from verification.publication.calibration import calibration_plot
from verification.publication.register import calibration, lottery_of
from verification.publication.wording import LISTS, STANDARDS
from verification.standing.queries import Lottery


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """Show how attribution is computed, what is blind, and every step that is possible."""
    context = {
        "standards": [str(words) for words in STANDARDS.values()],
        "likelihoods": list(LISTS["likelihood"].items()),
        "calibration": _calibration(),
        "lotteries": _lotteries(),
    }
    return render(request, "verification/method.html", context)


def _lotteries() -> list[tuple[str, Lottery]]:
    """Return each agreement's audit lottery, with what the public may know of its seed."""
    at = timezone.now()
    rows = [(one.title, lottery_of(one.pk, at=at)) for one in agreements()]
    return [(title, lottery) for title, lottery in rows if lottery is not None]


def _calibration() -> dict[str, Any]:
    """Return how often the scores of this site were right, and the picture of it."""
    found = calibration()
    if not found.bins:
        return {"found": found, "plot": ""}
    plot = calibration_plot(
        found,
        title=gettext("How often the scores were right"),
        desc=ngettext(
            "%(count)d decided incident.", "%(count)d decided incidents.", found.n_decided
        )
        % {"count": found.n_decided},
        across=gettext("probability the score gave"),
        up=gettext("share decided so"),
        rtl=get_language_bidi(),
    )
    return {"found": found, "plot": plot}


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Show every word of the house with its meaning, and every kind of event."""
    context = {"groups": GROUPS, "events": event_words()}
    return render(request, "verification/glossary.html", context)
