"""The operator's page: does the machinery run, and does any work wait or hang?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reports.agreement.queries import agreements
from reports.evidence.queries import originals_not_whole, orphans_removed, unread_since
from reports.evidence.rules import READ_WITHIN
from reports.journal.doorbell import is_heard
from reports.journal.queries import pending_work, quarantined_jobs
from reports.pages.answers import signed_in
from reports.people.permissions import require
from reports.uploads.queries import unfinished
from verification.pages.asker import asker
from verification.scoring.queries import fit_line

LATE_S = 60  # seconds: beat looks every few seconds, so older work means nobody is at work


@never_cache
@require_safe
@signed_in
def health(request: HttpRequest) -> HttpResponse:
    """Show pending work and whether the broker answers; no address, key or error text."""
    at = timezone.now()
    require(asker(request), "health.read", at=at)
    backlog = pending_work()
    waited = (at - backlog.oldest).total_seconds() if backlog.oldest else 0.0
    context = {
        "as_of": at,
        "backlog": backlog,
        "not_whole": originals_not_whole(),
        "orphans": orphans_removed(),
        "under_way": unfinished(),
        "unread": unread_since(before=at - 3 * READ_WITHIN),
        "late": waited > LATE_S,
        "broker": is_heard(),
        "fits": [(one.title, fit_line(one.pk, at=at)) for one in agreements()],
        "quarantined": quarantined_jobs() if backlog.quarantined else [],
    }
    return render(request, "verification/health.html", context)
