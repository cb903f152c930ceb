"""Doors for machines: how a partner's files are read."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from reports.agreement.queries import agreement_by_slug
from reports.api.authentication import asker, keys_for
from reports.api.bodies import Instant, Key, ProblemShown, Strict, Text, read_body
from reports.api.versions import check_version, etag, if_match
from reports.imports.actions.mappings import MappingDraft, save_mapping
from reports.imports.choices import Shape
from reports.imports.queries import (
    ColumnMapping,
    mapping_for,
    own_mappings,
    source_that_may_speak,
)
from reports.people.permissions import require

PROBLEMS = {("4XX", "application/problem+json"): ProblemShown}


class Words(serializers.DictField):
    """Texts by name."""

    child = serializers.CharField(max_length=200, trim_whitespace=False)


class MappingBody(Strict):
    """How files are read, and as whose statements."""

    agreement = Text(max_length=40)
    name = Text(max_length=80)
    shape = serializers.ChoiceField(Shape.choices)
    source = Key(  # type: ignore[assignment] # our word
        help_text="a source of your own organisation"
    )
    licence = Text(max_length=200, help_text="the terms under which you hold the rows")
    columns = Words(required=False, default=dict, help_text="our field: your column")
    values = serializers.DictField(
        child=Words(), required=False, default=dict, help_text="our field: {your value: ours}"
    )
    fixed = Words(required=False, default=dict, help_text="our field: what every row says")


class MappingShown(serializers.Serializer[Any]):
    """A mapping as it is kept."""

    id = serializers.UUIDField()
    agreement = serializers.CharField(source="agreement.slug")
    name = serializers.CharField()
    shape = serializers.CharField()
    source = serializers.UUIDField(source="source_id")  # type: ignore[assignment] # our word
    licence = serializers.CharField()
    columns = Words()
    values = serializers.DictField(child=Words())
    fixed = Words()
    version = serializers.IntegerField()
    saved_at = Instant()


class MappingsShown(serializers.Serializer[Any]):
    """All mappings of one's organisation, by name."""

    results = MappingShown(many=True)


@extend_schema(
    methods=["GET"],
    operation_id="list_mappings",
    summary="List how one’s files are read",
    responses={200: MappingsShown, **PROBLEMS},
)
@extend_schema(
    methods=["POST"],
    operation_id="save_mapping",
    summary="Say how one’s files are read",
    request=MappingBody,
    responses={201: MappingShown, **PROBLEMS},
)
@api_view(["GET", "POST"])
@permission_classes(keys_for("imports"))
def mappings_door(request: Request) -> Response:
    """List the mappings of one's organisation, or save one."""
    at = timezone.now()
    require(request.user, "report.import", at=at)
    if request.method == "GET":
        rows = own_mappings(asker(request), at=at)
        return Response(MappingsShown({"results": rows}).data)
    mapping = save_mapping(draft=_draft(request), by=asker(request), at=at)
    headers = {
        "Location": reverse("api-mapping", args=[mapping.pk], request=request),
        **etag(mapping.version),
    }
    return Response(MappingShown(mapping).data, status=201, headers=headers)


@extend_schema(
    methods=["GET"],
    operation_id="read_mapping",
    summary="Read how files are read",
    responses={200: MappingShown, **PROBLEMS},
)
@extend_schema(
    methods=["PUT"],
    operation_id="replace_mapping",
    summary="Change how files are read",
    description="Send If-Match with the ETag of what was read. Imports that are under way go on "
    "as they began.",
    parameters=[if_match("mapping")],
    request=MappingBody,
    responses={200: MappingShown, **PROBLEMS},
)
@api_view(["GET", "PUT"])
@permission_classes(keys_for("imports"))
def mapping_door(request: Request, mapping_id: uuid.UUID) -> Response:
    """Read or replace one mapping."""
    at = timezone.now()
    mapping: ColumnMapping = mapping_for(asker(request), mapping_id, at=at)
    if request.method == "PUT":
        check_version(request, mapping.version)
        mapping = save_mapping(
            draft=_draft(request),
            by=asker(request),
            at=at,
            replaces=mapping,
            seen=mapping.version,
        )
    return Response(MappingShown(mapping).data, headers=etag(mapping.version))


def _draft(request: Request) -> MappingDraft:
    read = read_body(MappingBody, request)
    return MappingDraft(
        **{
            **read,
            "agreement": agreement_by_slug(read["agreement"]),
            "source": source_that_may_speak(asker(request), read["source"]),
        }
    )
