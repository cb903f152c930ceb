"""Partners' own endpoints by machine: where they are told, of what, and how the sending went."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Flag, Instant, Key, Strict, Text, read_body
from reports.api.parameters import CURSOR, LIMIT
from reports.api.reports import PROBLEMS
from reports.api.versions import check_version, etag, if_match
from reports.pages.choosing import current_agreement
from reports.problems import NotFound
from verification.api.pages import AGREEMENT, LISTED, page_of, paged
from verification.partners.actions.endpoints import (
    change_endpoint,
    register_endpoint,
    remove_endpoint,
    replay_deliveries,
    rotate_secret,
)
from verification.partners.queries import (
    DeliveryState,
    Endpoint,
    deliveries_to,
    endpoint_for,
    endpoints_of,
)
from verification.partners.rules import LONGEST, TOPICS

PARTNERS = keys_for("webhooks")
MOST_IDS = 200
ENDPOINT = if_match("endpoint")
STATE = OpenApiParameter("state", str, enum=DeliveryState.values, description="narrows")


class EndpointBody(Strict):
    """Where to be told, and of what."""

    url = Text(max_length=LONGEST)
    topics = s.ListField(child=Text(max_length=40), max_length=20, help_text=", ".join(TOPICS))


class ChangedBody(Strict):
    """What an endpoint is told from now on, and whether it rests."""

    topics = s.ListField(child=Text(max_length=40), max_length=20)
    paused = Flag()


class ReplayBody(Strict):
    """Which messages to send again: some by their ids, or all of a time."""

    ids = s.ListField(child=Key(), required=False, default=list, max_length=MOST_IDS)
    since = Instant(required=False, default=None)
    until = Instant(required=False, default=None)


class ReplayedOut(s.Serializer[Any]):
    """How many messages wait to be sent again."""

    queued = s.IntegerField()


class EndpointOut(s.Serializer[Any]):
    """One endpoint; its secret is never in it."""

    id = s.UUIDField()
    url = s.CharField()
    topics = s.ListField(child=s.CharField())
    state = s.CharField(help_text="active, paused, or stopped after the receiver answered 410")
    made_at = s.DateTimeField()
    earlier_secret_until = s.DateTimeField(source="earlier_until", allow_null=True)


class NewEndpointOut(EndpointOut):
    """One endpoint with its secret, this once."""

    secret = s.CharField()


class TryOut(s.Serializer[Any]):
    """One try; what the receiver answered is not kept beyond its status."""

    at = s.DateTimeField()
    outcome = s.CharField(
        help_text="delivered, refused, redirect, gone, timeout, tls, blocked, unreachable, "
        "not_allowed, not_active, failed"
    )
    status = s.IntegerField(allow_null=True)
    took_ms = s.IntegerField()


class DeliveryOut(s.Serializer[Any]):
    """One message: `id` is what its header webhook-id holds after msg_."""

    id = s.UUIDField()
    topic = s.CharField()
    about = s.CharField()
    queued_at = s.DateTimeField()
    state = s.CharField()
    next_at = s.SerializerMethodField(help_text="of the next try, null where none will follow")
    tries = TryOut(many=True)

    def get_next_at(self, row: Any) -> str | None:
        if row.state != DeliveryState.WAITING:
            return None
        return str(s.DateTimeField().to_representation(row.next_at))


@extend_schema(
    methods=["POST"],
    operation_id="register_webhook",
    summary="Register an endpoint; its secret is in the answer, this once",
    parameters=[AGREEMENT],
    request=EndpointBody,
    responses={201: NewEndpointOut, **PROBLEMS},
)
@extend_schema(
    methods=["GET"],
    operation_id="list_webhooks",
    summary="List your endpoints",
    parameters=LISTED,
    responses={200: page_of(EndpointOut), **PROBLEMS},
)
@api_view(["GET", "POST"])
@permission_classes(PARTNERS)
def webhooks(request: Request) -> Response:
    """List one's own endpoints, or register one: its secret is in the answer and never again."""
    at, user, agreement = timezone.now(), asker(request), current_agreement(request)
    if request.method == "POST":
        endpoints_of(user, agreement, at=at)  # who may not is told so before the body is read
        body = read_body(EndpointBody, request)
        endpoint, secret = register_endpoint(agreement=agreement, **body, by=user, at=at)
        return _with_secret(endpoint, secret, 201)
    rows = endpoints_of(user, agreement, at=at)
    return paged(request, {"as_of": at, "agreement": agreement.slug}, rows, EndpointOut)


@extend_schema(
    methods=["PUT"],
    operation_id="change_webhook",
    summary="Choose what an endpoint is told, pause it or let it go on",
    parameters=[ENDPOINT],
    request=ChangedBody,
    responses={200: EndpointOut, **PROBLEMS},
)
@extend_schema(
    methods=["DELETE"],
    operation_id="remove_webhook",
    summary="Remove an endpoint and destroy its secrets",
    parameters=[ENDPOINT],
    responses={204: None, **PROBLEMS},
)
@extend_schema(
    methods=["GET"],
    operation_id="read_webhook",
    summary="Read one of your endpoints",
    responses={200: EndpointOut, **PROBLEMS},
)
@api_view(["GET", "PUT", "DELETE"])
@permission_classes(PARTNERS)
def webhook(request: Request, endpoint_id: uuid.UUID) -> Response:
    """Read, change, pause or remove one of one's endpoints; writes name the version read."""
    at, user = timezone.now(), asker(request)
    endpoint = endpoint_for(user, endpoint_id, at=at)
    if request.method == "PUT":
        check_version(request, endpoint.version)
        body = read_body(ChangedBody, request)
        endpoint = change_endpoint(endpoint=endpoint, **body, by=user, at=at)
    elif request.method == "DELETE":
        check_version(request, endpoint.version)
        remove_endpoint(endpoint=endpoint, by=user, at=at)
        return Response(status=204)
    return Response(EndpointOut(endpoint).data, headers=etag(endpoint.version))


@extend_schema(
    operation_id="rotate_webhook_secret",
    summary="Make a new secret; for a day both sign",
    request=None,
    responses={200: NewEndpointOut, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(PARTNERS)
def webhook_secret(request: Request, endpoint_id: uuid.UUID) -> Response:
    """Make a new secret; for a day messages carry a signature by each of the two."""
    at, user = timezone.now(), asker(request)
    endpoint = endpoint_for(user, endpoint_id, at=at)
    return _with_secret(*rotate_secret(endpoint=endpoint, by=user, at=at), 200)


@extend_schema(
    operation_id="list_webhook_deliveries",
    summary="List the messages to an endpoint, with every try",
    parameters=[LIMIT, CURSOR, STATE],
    responses={200: page_of(DeliveryOut), **PROBLEMS},
)
@api_view(["GET"])
@permission_classes(PARTNERS)
def webhook_deliveries(request: Request, endpoint_id: uuid.UUID) -> Response:
    """List the messages to an endpoint, latest first, with every try; `?state=` narrows."""
    at = timezone.now()
    endpoint = endpoint_for(asker(request), endpoint_id, at=at)
    state = request.GET.get("state", "")
    if state and state not in DeliveryState.values:
        raise NotFound("There is no such state.")
    body = {"as_of": at, "agreement": endpoint.agreement.slug}
    return paged(request, body, deliveries_to(endpoint, state=state), DeliveryOut)


@extend_schema(
    operation_id="replay_webhook",
    summary="Send messages again, by id or by the time they were queued",
    request=ReplayBody,
    responses={200: ReplayedOut, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(PARTNERS)
def webhook_replay(request: Request, endpoint_id: uuid.UUID) -> Response:
    """Send messages again under their old ids: those named, or those queued in a time."""
    at, user = timezone.now(), asker(request)
    endpoint = endpoint_for(user, endpoint_id, at=at)
    body = read_body(ReplayBody, request)
    return Response({"queued": replay_deliveries(endpoint=endpoint, **body, by=user, at=at)})


def _with_secret(endpoint: Endpoint, secret: str, status: int) -> Response:
    body = {**EndpointOut(endpoint).data, "secret": secret}
    headers = {**etag(endpoint.version), "Cache-Control": "no-store"}
    return Response(body, status=status, headers=headers)
