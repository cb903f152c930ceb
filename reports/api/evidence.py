"""Doors for machines: add a file to one's own report, and list what was added."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker
from reports.api.bodies import Instant, ProblemShown, Strict
from reports.evidence.actions import add_item
from reports.evidence.choices import EvidenceKind, Sensitivity
from reports.evidence.drafts import ItemDraft
from reports.evidence.queries import Item, items_of, reading_of
from reports.evidence.refusals import why_refused
from reports.evidence.uploads import is_too_large
from reports.intake.queries import own_report
from reports.people.permissions import require
from reports.problems import Invalid

PROBLEMS = {("4XX", "application/problem+json"): ProblemShown}


class FileBody(Strict):
    """A file and what is said of it, as multipart/form-data. Its name is not kept."""

    file = serializers.FileField(allow_empty_file=True)
    kind = serializers.ChoiceField(
        EvidenceKind.choices, required=False, allow_blank=True, default=""
    )
    sensitivity = serializers.ChoiceField(
        Sensitivity.choices, required=False, default=Sensitivity.ORDINARY
    )
    caption = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    claimed_at = Instant(required=False, default=None)
    lat = serializers.FloatField(required=False, default=None, min_value=-90, max_value=90)
    lon = serializers.FloatField(required=False, default=None, min_value=-180, max_value=180)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the read body; half a position says nothing."""
        if (attrs["lat"] is None) != (attrs["lon"] is None):
            raise serializers.ValidationError({"lat": [_("Give both lat and lon, or neither.")]})
        return attrs


class EvidenceShown(serializers.Serializer[Any]):
    """One file of one's own report."""

    code = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="bytes")
    type = serializers.CharField(help_text="as detected")
    kind = serializers.CharField()
    sensitivity = serializers.CharField()
    state = serializers.CharField(help_text="waiting, copied, sealed or unreadable")


class EvidenceListShown(serializers.Serializer[Any]):
    """All files of one's own report, in the order they came."""

    results = EvidenceShown(many=True)


@extend_schema(
    methods=["POST"],
    operation_id="add_evidence",
    summary="Add a file to one's own report",
    description="201 for a new file; 200 where the report has the same file already.",
    request={"multipart/form-data": FileBody},
    responses={200: EvidenceShown, 201: EvidenceShown, **PROBLEMS},
)
@extend_schema(
    methods=["GET"],
    operation_id="list_own_evidence",
    summary="List the files of one's own report",
    responses={200: EvidenceListShown, **PROBLEMS},
)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser])
def evidence_door(request: Request, receipt: str) -> Response:
    """Add one file to one's own report, or list what was added."""
    at = timezone.now()
    report = own_report(asker(request), receipt)
    if request.method != "POST":
        rows = [_shown(item) for item in items_of([report.pk])]
        return Response(EvidenceListShown({"results": rows}).data)
    require(request.user, "report.file", at=at, agreement_id=report.agreement_id)
    body = FileBody(data=request.data)
    body.is_valid(raise_exception=True)
    read = body.validated_data
    if is_too_large(read["file"]):
        raise Invalid(errors={"file": [why_refused("too_large")]})
    draft = ItemDraft(
        kind=read["kind"],
        sensitivity=read["sensitivity"],
        caption=read["caption"],
        claimed_at=read["claimed_at"],
        claimed_lat=read["lat"],
        claimed_lon=read["lon"],
    )
    done = add_item(report=report, draft=draft, file=read["file"], by=asker(request), at=at)
    return Response(EvidenceShown(_shown(done.item)).data, status=201 if done.created else 200)


def _shown(item: Item) -> dict[str, Any]:
    reading = reading_of(item)
    return {
        "code": item.code,
        "sha256": item.sha256,
        "size": item.size,
        "type": item.detected,
        "kind": item.kind,
        "sensitivity": item.sensitivity,
        "state": str(reading.outcome) if reading is not None else "waiting",
    }
