"""The published procedure: every step a case can take, in words, version by version."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.pages.answers import answers_problems
from reports.problems import NotFound
from verification.caseload.procedure import LIMIT_WORDS, changes_between
from verification.caseload.queries import procedure_now
from verification.caseload.rules import Step
from verification.publication.register import procedures


@require_safe
@answers_problems
def procedure(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Show one version of the procedure, by default the newest; before the first, what will be."""
    versions = procedures()
    shown = versions[0] if versions and number is None else None
    if number is not None:
        shown = next((one for one in versions if one.number == number), None)
        if shown is None:
            raise NotFound("There is no version with this number.")
    content = shown.content if shown is not None else procedure_now()
    context = {
        "as_of": timezone.now(),
        "version": shown,
        "newest": versions[0] if versions else None,
        "versions": [
            {"number": one.number, "published_at": one.published_at, **_changes(one, before)}
            for one, before in zip_longest(versions, versions[1:])
        ],
        "records": [_record(record) for record in content["records"]],
        "limits": [_limit(row) for row in content["limits"]],
    }
    return render(request, "verification/procedure.html", context)


def _record(record: dict[str, Any]) -> dict[str, Any]:
    """Return a published table in the reader's language, as far as it is translated."""
    return {
        "key": record["key"],
        "title": _(record["title"]),
        "states": [
            {
                "label": _(state["label"]),
                "moves": [
                    {
                        "to": _(move["label"]),
                        "who": _(move["who"]) if move["who"] else "",
                        "needs": _(move["needs"]) if move["needs"] else "",
                        "within": str(Step(move["within"]).label) if move["within"] else "",
                    }
                    for move in state["moves"]
                ],
            }
            for state in record["states"]
        ],
    }


def _limit(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "agreement": row["agreement"],
        "version": row["version"],
        "since": datetime.fromisoformat(row["in_force_from"]),
        "steps": [
            (label, timedelta(hours=row["hours"][name]), since)
            for name, label, since in LIMIT_WORDS
            if name in row["hours"]
        ],
    }


def _changes(one: Any, before: Any) -> dict[str, list[str]]:
    if before is None:
        return {"added": [], "removed": []}
    changes = changes_between(before.content, one.content)
    return {
        kind: [f"{_(title)}: {_(old)} → {_(new)}" for title, old, new in steps]
        for kind, steps in changes.items()
    }
