"""The change feed: what became of public records, in one order, to be read on from anywhere."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.parameters import UnknownParameter
from reports.pages.choosing import current_agreement
from verification.api.answers import FindingWholeOut, IncidentOut
from verification.partners.queries import MOST, SCHEMA, ChangeLine, changes_after

OBJECTS: dict[str, type[s.Serializer[Any]]] = {
    "incident": IncidentOut,
    "finding": FindingWholeOut,
}
ADDRESSES = {  # of a record, by its kind: the name of its door
    "incident": "api-incident",
    "finding": "api-finding",
    "correction": "api-finding",  # the finding that took the other's place tells of it
    "recommendation": "api-recommendation",
    "bulletin": "bulletin",
}


class FeedRowOut(s.Serializer[Any]):
    """One change. The same may come twice: what counts is the last of each type and id."""

    schema = s.IntegerField(help_text="version of the shape of this row")
    type = s.ChoiceField(
        ["incident", "finding", "correction", "recommendation", "bulletin", "standings"]
    )
    id = s.CharField()
    change = s.ChoiceField(["added", "changed", "removed"])
    at = s.DateTimeField(help_text="when it was told; of incidents the hour alone")
    url = s.CharField(allow_null=True, help_text="null once it is removed")
    cursor = s.CharField(help_text="to read on from this row")
    object = s.JSONField(required=False, allow_null=True, help_text="with expand=1")


class FeedOut(s.Serializer[Any]):
    """A part of the feed. `next` is always there: ask it again later for what comes."""

    agreement = s.CharField()
    results = FeedRowOut(many=True)
    cursor = s.CharField()
    more = s.BooleanField(help_text="whether there is more by now")
    next = s.CharField()


@extend_schema(
    operation_id="list_changes",
    parameters=[
        OpenApiParameter("agreement", str, description="slug; the first agreement without it"),
        OpenApiParameter("after", str, description="a cursor of this feed"),
        OpenApiParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MOST},
            description="rows of one answer",
        ),
        OpenApiParameter("expand", str, enum=["0", "1"], description="1: with the records"),
    ],
    responses=FeedOut,
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def list_changes(request: Request) -> Response:
    """Return what changed in public after a cursor, oldest first; 304 where nothing did."""
    asked = request.GET
    most, whole = _checked(asked)
    agreement = current_agreement(request)
    page = changes_after(agreement, asked.get("after", ""), most=most, whole=whole)
    onward = asked.copy()
    onward["after"] = page.cursor
    address = request.build_absolute_uri(f"{request.path}?{onward.urlencode()}")
    body = {
        "agreement": agreement.slug,
        "results": [_row(request, line, agreement.slug, whole) for line in page.lines],
        "cursor": page.cursor,
        "more": page.more,
        "next": address,
    }
    raw = json.dumps(body, default=str, sort_keys=True).encode()
    tag = f'"{hashlib.sha256(raw).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Link": f'<{address}>; rel="next"', "Cache-Control": "no-cache"}
    if {tag, "*"} & set(parse_etags(request.headers.get("If-None-Match", ""))):
        return Response(status=304, headers=headers)
    return Response(body, headers=headers)


def _checked(asked: QueryDict) -> tuple[int, bool]:
    """Return how many rows are asked for, and whether with the records."""
    limit, expand = asked.get("limit", str(MOST)), asked.get("expand", "0")
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= MOST):
        words = _("Give a number from 1 to %(most)s.") % {"most": MOST}
        raise UnknownParameter(errors={"limit": [words]})
    if expand not in ("0", "1"):
        raise UnknownParameter(errors={"expand": [_("Give 0 or 1.")]})
    return int(limit), expand == "1"


def _row(request: Request, line: ChangeLine, slug: str, whole: bool) -> dict[str, Any]:
    form = OBJECTS.get(line.what)
    seen = {"object": None if line.object is None or form is None else form(line.object).data}
    return {
        "schema": SCHEMA,
        "type": line.what,
        "id": line.code,
        "change": line.step,
        "at": s.DateTimeField().to_representation(line.at),
        "url": None if line.step == "removed" else _address(request, line, slug),
        "cursor": line.cursor,
        **(seen if whole else {}),
    }


def _address(request: Request, line: ChangeLine, slug: str) -> str:
    if line.what in ADDRESSES:
        return request.build_absolute_uri(reverse(ADDRESSES[line.what], args=[line.code]))
    return request.build_absolute_uri(f"{reverse('api-standings')}?agreement={slug}")
