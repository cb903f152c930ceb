"""Which agreement a page speaks of."""

from __future__ import annotations

from django.http import HttpRequest

from reports.agreement.queries import Agreement, agreement_by_slug, agreements
from reports.problems import NotFound


def current_agreement(request: HttpRequest) -> Agreement:
    """Return the agreement the address names (?agreement=slug), else the first by slug."""
    slug = request.GET.get("agreement") or request.POST.get("agreement")
    if slug:
        return agreement_by_slug(slug)
    known = agreements()
    if not known:
        raise NotFound("No agreement has been recorded yet.")
    return known[0]
