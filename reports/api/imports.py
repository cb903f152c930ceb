"""Doors for machines: hand a file of reports in, follow it, stop it, read what was wrong."""

from __future__ import annotations

import uuid
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Instant, Key, ProblemShown, Strict
from reports.api.versions import etag
from reports.evidence.uploads import is_too_large
from reports.imports.actions.requests import Handed, cancel_import, request_import
from reports.imports.choices import Format
from reports.imports.files import pieces_of
from reports.imports.queries import (
    Import,
    import_for,
    imports_after,
    mapping_for,
    problem_lines,
    problems_of,
)
from reports.imports.states import ImportState
from reports.people.permissions import require
from reports.problems import Invalid

PAGE_SIZE = 50
FIRST_PROBLEMS = 20
PROBLEMS = {("4XX", "application/problem+json"): ProblemShown}


class FileOfReports(Strict):
    """A file and how it is to be read, as multipart/form-data. Its name is not kept."""

    id = Key(help_text="the client’s own: handing the same in twice is safe")
    mapping = Key(help_text="id from /mappings")
    format = serializers.ChoiceField(Format.choices)
    dry_run = serializers.BooleanField(default=False, help_text="read it all, file nothing")
    file = serializers.FileField(allow_empty_file=True)


class RowProblemShown(serializers.Serializer[Any]):
    """What is wrong with a row, and what to do. The contents of cells are never repeated."""

    row = serializers.IntegerField(help_text="as a spreadsheet counts")
    field = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    reason = serializers.CharField()
    what_to_do = serializers.CharField(source="advice")


class ImportCounts(serializers.Serializer[Any]):
    """Rows by what became of them; they add up to `read`."""

    read = serializers.IntegerField(source="n_read")
    filed = serializers.IntegerField(source="n_filed")
    corrected = serializers.IntegerField(source="n_corrected")
    unchanged = serializers.IntegerField(source="n_unchanged")
    refused = serializers.IntegerField(source="n_refused")


class ImportShown(serializers.Serializer[Any]):
    """How far an import is."""

    id = serializers.UUIDField()
    client_id = serializers.UUIDField(source="client_uuid")
    mapping = serializers.UUIDField(source="mapping_id")
    agreement = serializers.CharField(source="mapping.agreement.slug")
    format = serializers.CharField()
    dry_run = serializers.BooleanField()
    sha256 = serializers.CharField(help_text="of the file as it came")
    state = serializers.ChoiceField(ImportState.choices)
    state_reason = serializers.CharField(help_text="role-ended, file-lost, or empty")
    progress = serializers.FloatField(help_text="share of the file that was read, 0 to 1")
    rows = ImportCounts(source="*")
    requested_at = Instant()
    ended_at = Instant(allow_null=True)
    problems = serializers.URLField(help_text="all of them, as CSV")


class ImportWhole(ImportShown):
    """The same with the first of what is wrong."""

    first_problems = RowProblemShown(many=True)


class ImportsShown(serializers.Serializer[Any]):
    """One page of imports, latest first; `next` leads to the following one."""

    results = ImportShown(many=True)
    next = serializers.CharField(allow_null=True)


def _body(job: Import, request: Request) -> dict[str, Any]:
    said = {field.attname: getattr(job, field.attname) for field in job._meta.concrete_fields}
    return {
        **said,
        "mapping": {"agreement": job.mapping.agreement},
        "progress": job.progress,
        "problems": reverse("api-import-problems", args=[job.pk], request=request),
    }


HANDED_IN = OpenApiExample(
    "Handed in",
    response_only=True,
    status_codes=["202"],
    value={
        "id": "01900000-0000-7000-8000-000000000001",
        "client_id": "01900000-0000-7000-8000-000000000002",
        "mapping": "01900000-0000-7000-8000-000000000003",
        "agreement": "nk2020",
        "format": "csv",
        "dry_run": True,
        "sha256": "ab" * 32,
        "state": "queued",
        "state_reason": "",
        "progress": 0.0,
        "rows": {"read": 0, "filed": 0, "corrected": 0, "unchanged": 0, "refused": 0},
        "requested_at": "2020-10-12T08:00:00+00:00",
        "ended_at": None,
        "problems": "https://example.org/api/v1/imports/01900000-0000-7000-8000-000000000001"
        "/problems.csv",
        "first_problems": [],
    },
)


@extend_schema(
    methods=["POST"],
    operation_id="hand_in_file",
    summary="Hand in a file of reports",
    description="202: its rows are taken in from now on, each once. 200 where the same file was "
    "handed in under this id already. Location is where to follow it.",
    request={"multipart/form-data": FileOfReports},
    responses={200: ImportWhole, 202: ImportWhole, **PROBLEMS},
    examples=[HANDED_IN],
)
@extend_schema(
    methods=["GET"],
    operation_id="list_imports",
    summary="List the imports of one’s organisation",
    parameters=[OpenApiParameter("cursor", str, description="as given in `next`")],
    responses={200: ImportsShown, **PROBLEMS},
)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser])
@permission_classes(keys_for("imports"))
def imports_door(request: Request) -> Response:
    """Hand a file in, or list what was handed in, latest first."""
    require(request.user, "report.import", at=timezone.now())
    return _hand_in(request) if request.method == "POST" else _list(request)


def _hand_in(request: Request) -> Response:
    at = timezone.now()
    body = FileOfReports(data=request.data)
    body.is_valid(raise_exception=True)
    read = body.validated_data
    if is_too_large(read["file"]):
        raise Invalid(errors={"file": ["This file is too large for this door."]})
    handed = Handed(
        client_uuid=read["id"],
        mapping=mapping_for(asker(request), read["mapping"], at=at),
        format=read["format"],
        pieces=pieces_of(read["file"]),
        dry_run=read["dry_run"],
    )
    job, created = request_import(handed=handed, by=asker(request), at=at)
    address = reverse("api-import", args=[job.pk], request=request)
    whole = _whole(import_for(asker(request), job.pk, at=at), request)
    headers = {"Location": address, **etag(job.version)}
    return Response(whole, status=202 if created else 200, headers=headers)


def _list(request: Request) -> Response:
    at, after = timezone.now(), request.query_params.get("cursor")
    found = imports_after(asker(request), after, most=PAGE_SIZE + 1, at=at)
    rows = found[:PAGE_SIZE]
    onward = None
    if len(found) > PAGE_SIZE:
        onward = f"{reverse('api-imports', request=request)}?cursor={rows[-1].pk}"
    shown = {"results": [_body(job, request) for job in rows], "next": onward}
    return Response(ImportsShown(shown).data)


@extend_schema(
    operation_id="read_import",
    summary="Read how far an import is",
    responses={200: ImportWhole, **PROBLEMS},
)
@api_view(["GET"])
@permission_classes(keys_for("imports"))
def import_door(request: Request, import_id: uuid.UUID) -> Response:
    """Read how far an import is, with the first of what is wrong with its rows."""
    job = import_for(asker(request), import_id, at=timezone.now())
    return Response(_whole(job, request), headers=etag(job.version))


@extend_schema(
    operation_id="cancel_import",
    summary="Stop an import where it is",
    description="Rows that are in stay. 409 once it is over.",
    request=None,
    responses={200: ImportWhole, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(keys_for("imports"))
def import_cancel_door(request: Request, import_id: uuid.UUID) -> Response:
    """Stop an import where it is."""
    at = timezone.now()
    job = import_for(asker(request), import_id, at=at)
    cancel_import(job=job, by=asker(request), at=at)
    return Response(_whole(import_for(asker(request), import_id, at=at), request))


@extend_schema(
    operation_id="read_import_problems",
    summary="Read what is wrong with the rows of an import",
    description="CSV: row, field, code, reason, what_to_do. Cells are never repeated.",
    responses={(200, "text/csv"): OpenApiTypes.STR, **PROBLEMS},
)
@api_view(["GET"])
@permission_classes(keys_for("imports"))
def import_problems_door(request: Request, import_id: uuid.UUID) -> Any:  # a stream
    """Answer all that is wrong with the rows of an import, as CSV."""
    job = import_for(asker(request), import_id, at=timezone.now())
    answer = StreamingHttpResponse(problem_lines(job), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="problems.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _whole(job: Import, request: Request) -> dict[str, Any]:
    first = list(islice(problems_of(job), FIRST_PROBLEMS))
    return ImportWhole({**_body(job, request), "first_problems": first}).data
