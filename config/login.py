"""How people come in: by invitation, with a second factor, without their address being kept."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.people.queries import needs_second_factor

OPEN_WITHOUT = ("/accounts/", "/static/", "/healthz", "/readyz")  # where enrolling happens


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Accounts are made by an operator; the sign-up page is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: nobody signs up by themselves."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return today's keyed fingerprint of the caller's address, for rate limits only.

        The limits live in the cache for minutes. They need to tell callers apart, not to
        know them, so the address itself is never handed on.
        """
        day = datetime.now(UTC).date().isoformat()
        address = super().get_client_ip(request)
        key = f"{settings.SECRET_KEY}:{day}".encode()
        return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()[:32]

    def get_http_user_agent(self, request: HttpRequest) -> str:
        """Return nothing: it is never kept."""
        return ""


def second_factor(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Send those who can change a finding to enrol a second factor before anything else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not settings.SECOND_FACTOR_REQUIRED or request.path.startswith(OPEN_WITHOUT):
            return get_response(request)
        user = request.user
        if not user.is_authenticated or is_mfa_enabled(user):
            return get_response(request)
        if not needs_second_factor(user, at=timezone.now()):
            return get_response(request)
        text = _("Your role needs a second factor. Set it up now; it takes two minutes.")
        if request.path.startswith("/api/"):
            return JsonResponse(
                {"code": "second-factor-needed", "status": 403, "title": text},
                status=403,
                content_type="application/problem+json",
            )
        messages.warning(request, text)
        return redirect("mfa_activate_totp")

    return middleware


def nothing_left_behind(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Tell the browser of whoever signs out to forget all it kept of this site."""

    def middleware(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        match = request.resolver_match
        signs_out = request.method == "POST" and match and match.url_name == "account_logout"
        # Only once it is done: a form from elsewhere is refused, and must not wipe what waits.
        if signs_out and answer.status_code == HTTPStatus.FOUND:
            answer["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    return middleware
