"""How much a partner may ask for: counted by key, told in headers, refused with 429."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from reports.keys.actions import count_request
from reports.keys.rules import SECONDS, Spent, lane_of
from reports.people.queries import User
from reports.problems import Problem


class QuotaSpent(Problem):
    """Raised for a request beyond the quota of whoever asks."""

    code = "quota-exceeded"
    status = 429
    title = gettext_lazy("You asked for more than your quota holds; wait, then ask again")


class PartnerQuota(BaseThrottle):
    """Counts what comes with a key; people in a browser are not counted."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count a request. Errors: QuotaSpent."""
        if request.auth is not None and not hasattr(request._request, "quota"):
            count(request._request, request.auth.user)
        return True


def count(request: HttpRequest, user: User) -> None:
    """Count a machine's request, once, in a transaction of its own. Errors: QuotaSpent."""
    lane = lane_of(request.method or "")
    tell(request, count_request(user=user, lane=lane, at=timezone.now()))


def tell(request: HttpRequest, counts: Sequence[Spent]) -> None:
    """Keep the counts for the headers of the answer. Errors: QuotaSpent."""
    request.quota = counts  # type: ignore[attr-defined]
    over = [one for one in counts if one.over]
    if over:
        names = ", ".join(one.policy for one in over)
        raise QuotaSpent(f"Policy: {names}. Retry-After says how many seconds to wait.")


def quota_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Tell in every counted answer what the quotas are and what is left of them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        counts: Sequence[Spent] = getattr(request, "quota", ())
        if counts:
            response["RateLimit-Policy"] = policies(counts)
            response["RateLimit"] = limits(counts)
            over = [one.left_s for one in counts if one.over]
            if over and response.status_code == QuotaSpent.status:
                response["Retry-After"] = str(max(over))
        return response

    return middleware


def policies(counts: Sequence[Spent]) -> str:
    """Return the quotas as a structured list (draft-ietf-httpapi-ratelimit-headers-11)."""
    return ", ".join(f'"{one.policy}";q={one.quota};w={SECONDS[one.span]}' for one in counts)


def limits(counts: Sequence[Spent]) -> str:
    """Return what is left of each, and in how many seconds it begins anew."""
    return ", ".join(
        f'"{one.policy}";r={max(0, one.quota - one.used)};t={one.left_s}' for one in counts
    )
