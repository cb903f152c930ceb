"""Who asks by machine: an API key in the Authorization header, with its scopes."""

from __future__ import annotations

from typing import Any, cast

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request

from reports.keys.actions import note_key_use
from reports.keys.queries import key_in_hand
from reports.people.queries import User
from reports.people.rules import SCOPES

SCHEME = b"bearer"


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer` with a key (`<prefix>.<secret>`), or with a token it lent."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the person and key of a valid token; None where no token was sent.

        Of one request it is asked once: what does a POST once (reports/api/once.py) asks too.
        """
        known = getattr(request._request, "key_in_hand", None)
        if known is not None:
            return known.user, known.key
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != SCHEME:
            return None
        token = parts[1].decode("latin-1") if len(parts) == 2 else ""
        at = timezone.now()
        found = key_in_hand(token, at=at) if token.isprintable() else None
        if found is None:
            raise AuthenticationFailed(_("This key is not known, has expired or was revoked."))
        note_key_use(key=found.key, at=at)
        request._request.key_in_hand = found  # type: ignore[attr-defined]
        return found.user, found.key

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge that goes with a 401."""
        return 'Bearer realm="api"'


def asker(request: Request) -> User:
    """Return whoever asks; for doors that let nobody in without an account."""
    return cast(User, request.user)


class KeyAuthenticationInSchema(OpenApiAuthenticationExtension):
    """How the schema describes the key, and the tokens it lends by OAuth 2."""

    target_class = "reports.api.authentication.KeyAuthentication"
    name = ["apiKey", "clientCredentials"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        """Return the two schemes."""
        flow = {"tokenUrl": reverse("api-token"), "scopes": {scope: scope for scope in SCOPES}}
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "description": "A key as it was shown: `<prefix>.<secret>`.",
            },
            {
                "type": "oauth2",
                "description": "The key's prefix is the client_id, the rest its client_secret.",
                "flows": {"clientCredentials": flow},
            },
        ]


class HasScope(BasePermission):
    """A key does only what its scopes say; a person signed in does what their roles say."""

    room = "reports"

    def has_permission(self, request: Request, view: Any) -> bool:
        """Answer whether the key (if there is one) carries the scope of this request."""
        key: Any = request.auth
        if key is None:
            return True
        reads = request.method in ("GET", "HEAD", "OPTIONS")
        wanted = f"{self.room}:{'read' if reads else 'write'}"
        self.message = _("This key lacks the scope %(scope)s.") % {"scope": wanted}
        return wanted in key.scopes


def keys_for(room: str) -> list[type[BasePermission]]:
    """Return who passes the doors of a room: people signed in, and keys with its scopes."""
    return [IsAuthenticated, type("HasScope", (HasScope,), {"room": room})]
