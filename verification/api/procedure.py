"""The published procedure for machines: every version, exactly as it was published."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.parameters import CURSOR, LIMIT, list_of, listed
from reports.problems import NotFound
from verification.publication.register import procedures


class ProcedureLineOut(s.Serializer[Any]):
    """One published version; `fingerprint` is the SHA-256 of its content."""

    number = s.IntegerField()
    published_at = s.DateTimeField()
    fingerprint = s.CharField()


class ProcedureOut(ProcedureLineOut):
    """A version with its states, moves and time limits."""

    content = s.DictField()


@extend_schema(
    operation_id="list_procedures", parameters=[LIMIT, CURSOR], responses=list_of(ProcedureLineOut)
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def list_procedures(request: Request) -> Response:
    """Return every published version of the procedure, newest first."""
    return listed(request, procedures(), ProcedureLineOut)


@extend_schema(operation_id="read_procedure", responses=ProcedureOut)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def show_procedure(request: Request, number: int) -> Response:
    """Return one version of the procedure."""
    found = next((one for one in procedures() if one.number == number), None)
    if found is None:
        raise NotFound("There is no version with this number.")
    return Response(ProcedureOut(found).data)
