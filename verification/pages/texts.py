"""The pages that explain: how findings are made, and what the words mean."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from verification.pages.words import GROUPS, event_words
from verification.publication.wording import LISTS, STANDARDS


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """Show how attribution is computed, what is blind, and every step that is possible."""
    context = {
        "standards": [str(words) for words in STANDARDS.values()],
        "likelihoods": list(LISTS["likelihood"].items()),
    }
    return render(request, "verification/method.html", context)


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Show every word of the house with its meaning, and every kind of event."""
    context = {"groups": GROUPS, "events": event_words()}
    return render(request, "verification/glossary.html", context)
