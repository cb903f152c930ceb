"""The token endpoint of OAuth 2 client credentials (RFC 6749, 4.4): a key lends a short token.

The client is the key: its prefix is the client_id, what follows its dot the client_secret. So
there is one list of what was handed out, one way to revoke it, and no second kind of secret.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from oauthlib.oauth2 import BearerToken, ClientCredentialsGrant, RequestValidator, TokenEndpoint
from rest_framework import serializers as s
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    parser_classes,
    permission_classes,
)
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from reports.api.limits import tell
from reports.keys.actions import count_request, lend_token, note_key_use
from reports.keys.queries import key_in_hand
from reports.keys.rules import TOKEN_LIFETIME, QuotaLane

GRANT = "client_credentials"
BODY_MOST = 4096  # bytes
ADDRESS = "https://token.invalid/"  # what answers stands behind TLS; only the body is looked at


@dataclass(frozen=True, slots=True)
class Client:
    """A key in the part of an OAuth client."""

    client_id: str
    key: Any


class KeysAsClients(RequestValidator):
    """Answers the protocol's questions out of the keys, for one request."""

    def __init__(self, request: HttpRequest, at: datetime) -> None:
        super().__init__()
        self.request, self.at = request, at

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Answer whether the client is a good key; count it. Errors: QuotaSpent."""
        given = _basic(request.headers.get("Authorization", ""))
        given = given or (request.client_id or "", request.client_secret or "")
        token = ".".join(given)
        found = key_in_hand(token, at=self.at) if all(given) and token.isprintable() else None
        if found is None or found.key.prefix != given[0]:
            return False
        counts = count_request(user=found.user, lane=QuotaLane.TOKEN, at=self.at)
        tell(self.request, counts)
        note_key_use(key=found.key, at=self.at)
        request.client = Client(found.key.prefix, found.key)
        return True

    def validate_grant_type(self, client_id: str, grant_type: str, *args: Any, **_: Any) -> bool:
        """Answer that keys lend by this grant alone."""
        return grant_type == GRANT

    def get_default_scopes(self, client_id: str, request: Any, *args: Any, **_: Any) -> list[str]:
        """Return all that the key may."""
        return list(request.client.key.scopes)

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Any, request: Any, *args: Any, **_: Any
    ) -> bool:
        """Answer whether the key carries every scope that is asked for."""
        return bool(scopes) and set(scopes) <= set(client.key.scopes)

    def save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **_: Any) -> None:
        """Keep the token's hash."""
        lend_token(
            key=request.client.key,
            token=token["access_token"],
            scopes=request.scopes,
            lifetime=min(TOKEN_LIFETIME, request.client.key.expires_at - self.at),
            at=self.at,
        )

    def lives(self, request: Any) -> int:
        """Return the seconds a token lives: no longer than its key."""
        left = min(TOKEN_LIFETIME, request.client.key.expires_at - self.at)
        return int(left.total_seconds())


def _basic(header: str) -> tuple[str, str] | None:
    """Return client and secret of an Authorization header, as the RFC has them encoded."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(name), unquote_plus(secret)


class BoundedFormParser(FormParser):
    """A short form."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Return the form."""
        raw = stream.read(BODY_MOST + 1)
        if len(raw) > BODY_MOST:
            raise ParseError("The form is longer than 4 KB.")
        return super().parse(BytesIO(raw), media_type, parser_context)


class TokenBody(s.Serializer[Any]):
    """A request for a token; the client may also stand in the Authorization header (Basic)."""

    grant_type = s.ChoiceField(choices=[GRANT])
    client_id = s.CharField(required=False)
    client_secret = s.CharField(required=False)
    scope = s.CharField(required=False, help_text="with spaces between; all of the key's without")


class TokenOut(s.Serializer[Any]):
    """A token, as RFC 6749 has it."""

    access_token = s.CharField()
    token_type = s.CharField()
    expires_in = s.IntegerField(help_text="seconds; ten minutes at most")
    scope = s.CharField()


@extend_schema(
    operation_id="lend_token",
    summary="Borrow a short token from a key (OAuth 2 client credentials)",
    request={"application/x-www-form-urlencoded": TokenBody},
    responses={200: TokenOut, 401: OpenApiResponse(description="the client is not known")},
    examples=[
        OpenApiExample(
            "A token",
            value={
                "access_token": "pX3…",
                "token_type": "Bearer",
                "expires_in": 600,
                "scope": "reports:read",
            },
            response_only=True,
            status_codes=["200"],
        )
    ],
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
@parser_classes([BoundedFormParser])
def token_door(request: Request) -> HttpResponse:
    """Lend a token of ten minutes with the scopes of a key, or some of them."""
    sent, at = request._request, timezone.now()
    form = request.data or QueryDict()
    if not isinstance(form, QueryDict):
        raise UnsupportedMediaType(request.content_type)
    keys = KeysAsClients(sent, at)
    tokens = BearerToken(keys, lambda _request: secrets.token_urlsafe(32), keys.lives)
    endpoint = TokenEndpoint(GRANT, tokens, {GRANT: ClientCredentialsGrant(keys)})
    headers, body, status = endpoint.create_token_response(
        ADDRESS,
        body=form.urlencode(),
        headers={"Authorization": request.headers.get("Authorization", "")},
    )
    answer = HttpResponse(body, status=status, headers=headers)
    return answer if status == HTTPStatus.OK else _as_problem(answer, json.loads(body))


def _as_problem(answer: HttpResponse, said: dict[str, str]) -> HttpResponse:
    """Return a refusal as a problem document that holds what RFC 6749 wants in it, too."""
    problem = {
        "type": f"urn:cvr:problem:{said['error'].replace('_', '-')}",
        "title": "The token was not lent",
        "status": answer.status_code,
        "code": said["error"].replace("_", "-"),
        **said,
    }
    answer.content = json.dumps(problem).encode()
    answer["Content-Type"] = "application/problem+json"
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = 'Basic realm="api"'
    return answer
