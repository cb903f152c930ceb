"""Bulletins for machines: as they were released, with what was corrected since."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.bodies import Day, Instant
from reports.api.parameters import answered, list_of, part_of
from reports.pages.choosing import current_agreement
from verification.api.pages import LISTED
from verification.bulletins.queries import (
    bulletin_by_code,
    corrected_since,
    line_of,
    public_bulletins_of,
)


class BulletinOut(s.Serializer[Any]):
    """A released bulletin in a list; `sha256` is of its content as it stands in the log."""

    code = s.CharField()
    number = s.IntegerField()
    day = Day()
    cut_off = Instant()
    released_at = Instant(allow_null=True)
    findings = s.IntegerField(source="n_findings")
    corrections = s.IntegerField(source="n_corrections")
    sha256 = s.CharField()
    languages = s.ListField(child=s.CharField())


class SinceOut(s.Serializer[Any]):
    """A finding of the bulletin that another took the place of since."""

    finding = s.CharField()
    by = s.CharField()


class PaperOut(s.Serializer[Any]):
    """The bulletin on paper, in one language."""

    language = s.CharField()
    url = s.CharField()


class BulletinWholeOut(BulletinOut):
    """A bulletin with its content, exactly as it was released."""

    content = s.DictField()
    corrected_since = SinceOut(many=True)
    papers = PaperOut(many=True)


@extend_schema(
    operation_id="list_bulletins", parameters=LISTED, responses=list_of(BulletinOut, "agreement")
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def list_bulletins(request: Request) -> Response:
    """List an agreement's released bulletins, latest first."""
    agreement = current_agreement(request)
    part = part_of(request, public_bulletins_of(agreement))
    shown = BulletinOut([line_of(row) for row in part.rows], many=True).data
    return answered(request, part, shown, agreement=agreement.slug)


@extend_schema(operation_id="read_bulletin", responses=BulletinWholeOut)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def show_bulletin(request: Request, code: str) -> Response:
    """Read a bulletin exactly as it was released, with what was corrected since."""
    line = bulletin_by_code(code)
    papers = [
        {
            "language": one,
            "url": request.build_absolute_uri(reverse("bulletin-pdf", args=[line.code, one])),
        }
        for one in line.languages
    ]
    since = [{"finding": old, "by": new} for old, new in corrected_since(line)]
    body = {**BulletinOut(line).data, "content": line.content}
    return Response({**body, "corrected_since": since, "papers": papers})
