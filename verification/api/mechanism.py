"""The mechanism's own figures for machines: the same dataclasses as the page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from reports.pages.choosing import current_agreement
from verification.api.pages import AGREEMENT
from verification.scrutiny.queries import scrutiny


class FigureOut(s.Serializer[Any]):
    """One figure: null where it is withheld; a bound is null where it is not known."""

    group = s.CharField(help_text="all, accused:CODE, accusing:CODE or accusing:none")
    withheld = s.BooleanField()
    n = s.SerializerMethodField()
    hits = s.SerializerMethodField(help_text="of a rate; of a median: how many have ended")
    value = s.FloatField(source="estimate.value", allow_null=True)
    low = s.FloatField(source="estimate.low", allow_null=True)
    high = s.FloatField(source="estimate.high", allow_null=True)

    def get_n(self, figure: Any) -> int | None:
        return None if figure.withheld else figure.n

    def get_hits(self, figure: Any) -> int | None:
        return None if figure.withheld else figure.hits


class MeasureOut(s.Serializer[Any]):
    """One measure with a figure for every group."""

    key = s.CharField()
    unit = s.CharField(help_text="rate (0 to 1), hours or alpha")
    figures = FigureOut(many=True)


class MechanismOut(s.Serializer[Any]):
    """All figures of an agreement; every interval is one of 95 %."""

    as_of = s.DateTimeField()
    measures = MeasureOut(many=True)


@extend_schema(operation_id="read_mechanism", parameters=[AGREEMENT], responses=MechanismOut)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def show_mechanism(request: Request) -> Response:
    """Return how long steps take, how often they were reversed and how far reviewers agree."""
    agreement = current_agreement(request)
    seen = MechanismOut(scrutiny(agreement, at=timezone.now())).data
    return Response({"agreement": agreement.slug, **seen})
