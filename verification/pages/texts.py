"""The pages that explain: how findings are made, and what the words mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from reports.intake import states as report_states
from verification.adjudication import states as case_states
from verification.corroboration import states as position_states
from verification.incidents import states as incident_states
from verification.pages.words import GROUPS, event_words
from verification.publication.wording import LISTS, STANDARDS

TABLES: tuple[tuple[object, type[Any], Mapping[Any, Any]], ...] = (
    (_("A report"), report_states.ReportState, report_states.MOVES),
    (_("An incident"), incident_states.IncidentState, incident_states.MOVES),
    (_("A party’s position"), position_states.PositionState, position_states.MOVES),
    (_("A case before a panel"), case_states.CaseState, case_states.MOVES),
)


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """Show how attribution is computed, what is blind, and every step that is possible."""
    context = {
        "standards": [str(words) for words in STANDARDS.values()],
        "likelihoods": list(LISTS["likelihood"].items()),
        "tables": [_table(title, states, moves) for title, states, moves in TABLES],
    }
    return render(request, "verification/method.html", context)


def _table(title: object, states: type[Any], moves: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "title": title,
        "moves": [
            (state.label, [target.label for target in states if target in moves[state]])
            for state in states
        ],
    }


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Show every word of the house with its meaning, and every kind of event."""
    context = {"groups": GROUPS, "events": event_words()}
    return render(request, "verification/glossary.html", context)
