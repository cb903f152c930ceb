"""A partner's own keys by machine: what there is, what this one may, rotate, revoke."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.reports import PROBLEMS
from reports.keys.actions import rotate_api_key
from reports.keys.queries import key_for, own_keys, use_of
from reports.keys.rules import SECONDS
from reports.people.actions import revoke_api_key
from reports.problems import NotFound

OWN = keys_for("keys")
MOST = 100  # keys of one answer: the latest


class KeyOut(s.Serializer[Any]):
    """One key; what opens a door is never in it."""

    prefix = s.CharField(help_text="what the key begins with, up to its dot")
    label = s.CharField()  # type: ignore[assignment]
    scopes = s.ListField(child=s.CharField())
    issued_at = s.DateTimeField()
    expires_at = s.DateTimeField()
    rotated_at = s.DateTimeField(allow_null=True)
    revoked_at = s.DateTimeField(allow_null=True)
    last_used_on = s.DateField(allow_null=True, help_text="the day (UTC); from where is not kept")


class NewKeyOut(KeyOut):
    """One key with what opens the doors, this once."""

    token = s.CharField()


class QuotaOut(s.Serializer[Any]):
    """One quota and how much of it is used."""

    policy = s.CharField(help_text="as in the headers RateLimit-Policy and RateLimit")
    quota = s.IntegerField()
    window_s = s.SerializerMethodField()
    used = s.IntegerField()
    resets_in_s = s.IntegerField(source="left_s")

    def get_window_s(self, one: Any) -> int:
        return SECONDS[one.span]


class CurrentKeyOut(KeyOut):
    """The key that asks, and the quotas it counts against."""

    quotas = QuotaOut(many=True)


class KeysOut(s.Serializer[Any]):
    """One's own keys, latest first."""

    results = KeyOut(many=True)


AN_EXAMPLE = OpenApiExample(
    "A key",
    value={
        "prefix": "cvr1f2e3d4c",
        "label": "nightly pull",
        "scopes": ["reports:read"],
        "issued_at": "2026-11-01T08:00:00Z",
        "expires_at": "2027-01-30T08:00:00Z",
        "rotated_at": None,
        "revoked_at": None,
        "last_used_on": "2026-11-22",
    },
    response_only=True,
)


@extend_schema(
    operation_id="list_keys",
    summary="List your own keys",
    responses={200: KeysOut, **PROBLEMS},
)
@api_view(["GET"])
@permission_classes(OWN)
def keys_door(request: Request) -> Response:
    """List one's own keys, latest first."""
    rows = own_keys(asker(request), at=timezone.now())[:MOST]
    return Response({"results": KeyOut(rows, many=True).data})


@extend_schema(
    operation_id="read_current_key",
    summary="Read what the key that asks may do, and its quotas",
    responses={200: CurrentKeyOut, **PROBLEMS},
)
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def current_key_door(request: Request) -> Response:
    """Tell a machine which key it holds; every key may ask this."""
    if request.auth is None:
        raise NotFound("No key came with this request.")
    quotas = use_of(asker(request), at=timezone.now())
    body = KeyOut(request.auth).data
    return Response({**body, "quotas": QuotaOut(quotas, many=True).data})


@extend_schema(
    operation_id="rotate_key",
    summary="Make a key's successor; the old one goes on for a day",
    request=None,
    responses={201: NewKeyOut, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(OWN)
def key_rotation_door(request: Request, prefix: str) -> Response:
    """Rotate the key in hand: same scopes, same end; a lent token rotates none.

    What opens the doors is in the answer, this once. A person signed in rotates any of their own.
    """
    at, user = timezone.now(), asker(request)
    key = key_for(user, prefix, at=at, own=True)
    in_hand: Any = request.auth
    made, token = rotate_api_key(key=key, renew=False, by=user, at=at, in_hand=in_hand)
    body = {**KeyOut(made).data, "token": token}
    return Response(body, status=201, headers={"Cache-Control": "no-store"})


@extend_schema(
    operation_id="revoke_key",
    summary="Revoke a key at once",
    request=None,
    responses={200: KeyOut, **PROBLEMS},
    examples=[AN_EXAMPLE],
)
@api_view(["POST"])
@permission_classes(OWN)
def key_revocation_door(request: Request, prefix: str) -> Response:
    """Revoke a key and every token it lent; the next request by them is a 401."""
    at, user = timezone.now(), asker(request)
    key = revoke_api_key(key=key_for(user, prefix, at=at), by=user, at=at)
    return Response(KeyOut(key).data)
