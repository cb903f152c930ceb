"""How people come in: by invitation, and without their address being kept."""

import hashlib
import hmac
from datetime import UTC, datetime

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


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
