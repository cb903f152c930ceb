"""The public log of corrections: what stood before, what stands now, and who asked for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.agreement.naming import localized
from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from verification.ledger.queries import log_status
from verification.pages.afterlife import request_view, side_by_side
from verification.pages.findings import agreement_of
from verification.publication.corrections import CorrectionEntry, correction_page
from verification.publication.wording import label


@require_safe
@answers_problems
def corrections(request: HttpRequest) -> HttpResponse:
    """Show an agreement's corrections, newest first, a page at a time."""
    agreement, at = current_agreement(request), timezone.now()
    page = correction_page(agreement, after=request.GET.get("after", ""))
    context = {
        "as_of": at,
        "log": log_status(at=at),
        "agreement": agreement,
        "agreement_title": agreement.title,
        "zone": agreement.timezone,
        "rows": [entry_view(entry) for entry in page.entries],
        "older": page.older,
        "begun": "after" not in request.GET,
    }
    return render(request, "verification/corrections.html", context)


def entry_view(entry: CorrectionEntry) -> dict[str, Any]:
    """Return one correction in words; only the answers that differ are set side by side."""
    face = agreement_of(entry.after)
    rows = side_by_side(entry.before, entry.after, face)
    asked = entry.correction.request
    return {
        "finding": entry.correction.finding,
        "corrects": entry.correction.corrects,
        "incident": entry.correction.incident,
        "at": entry.correction.published_at,
        "act": localized(entry.after["act_names"]),
        "place": entry.after["place"]["label"],
        "before": label("outcome", entry.outcomes[0]),
        "after": label("outcome", entry.outcomes[1]),
        "upheld": not entry.correction.changes,
        "changed": [row for row in rows if row["changed"]],
        "request": request_view(asked, face) if asked is not None else None,
    }
