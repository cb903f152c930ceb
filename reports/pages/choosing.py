"""Which agreement a page speaks of."""

from __future__ import annotations

from django.http import HttpRequest

from reports.agreement.queries import Agreement, agreement_or_first


def current_agreement(request: HttpRequest) -> Agreement:
    """Return the agreement the address names (?agreement=slug), else the first by slug."""
    return agreement_or_first(request.GET.get("agreement") or request.POST.get("agreement"))
