"""Coverage for machines: what was watched, by day and sector; never who, or when to the hour."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Day, Instant
from reports.api.parameters import UnknownParameter, agreement_asked
from reports.api.reports import PROBLEMS
from reports.coverage.queries import last_watch_day, sector_days
from reports.coverage.rules import settled_until
from reports.places.queries import place_choices

DAYS = 14


class CoverageDayShown(serializers.Serializer[Any]):
    """One day of one sector."""

    day = Day()
    watched = serializers.FloatField(
        allow_null=True, help_text="share of the day by quarters; null while it is not told yet"
    )
    out_of_service = serializers.BooleanField()
    denied = serializers.BooleanField()
    denied_by = serializers.ListField(child=serializers.CharField(), help_text="codes of parties")


class SectorShown(serializers.Serializer[Any]):
    """One sector: a district, or a place that stands for itself."""

    place = serializers.UUIDField(allow_null=True, help_text="null where a district stands for it")
    name = serializers.CharField()
    district = serializers.CharField()
    days = CoverageDayShown(many=True)


class CoverageShown(serializers.Serializer[Any]):
    """What was watched; days are those of the agreement's own zone."""

    agreement = serializers.CharField()
    timezone = serializers.CharField()
    settled_until = Instant(help_text="later watches are not told yet")
    sectors = SectorShown(many=True)


@extend_schema(
    operation_id="read_coverage",
    parameters=[
        OpenApiParameter("agreement", str, description="slug; without it the first agreement"),
        OpenApiParameter("until", OpenApiTypes.DATE, description="last of the fourteen days"),
    ],
    responses={200: CoverageShown, **PROBLEMS},
)
@api_view(["GET"])
@permission_classes(keys_for("reports"))
def coverage_door(request: Request) -> Response:
    """Read how much of each day each sector was watched, over fourteen days."""
    at, agreement = timezone.now(), agreement_asked(request)
    zone = ZoneInfo(agreement.timezone)
    final = _asked(request)
    if final is None:
        last = last_watch_day(agreement.pk, at=at) or at
        final = (last - timedelta(microseconds=1)).astimezone(zone).date()
    days = [final - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    edges = [_midnight(day, zone) for day in (*days, final + timedelta(days=1))]
    sectors = sector_days(asker(request), agreement.pk, edges, at=at)
    places = place_choices(sector.place_id for sector in sectors)
    settled = settled_until(at)
    shown = [
        {
            # Which place of a district was watched is where somebody stood.
            "place": None if sector.district else sector.place_id,
            "name": sector.district or places[sector.place_id].label,
            "district": sector.district,
            "days": [
                {
                    "day": day,
                    "watched": one.watched if begins < settled else None,
                    "out_of_service": one.out_of_service,
                    "denied": one.denied,
                    "denied_by": list(one.denied_by),
                }
                for day, begins, one in zip(days, edges[:-1], sector.days, strict=True)
            ],
        }
        for sector in sectors
    ]
    body = {"agreement": agreement.slug, "timezone": agreement.timezone, "sectors": shown}
    return Response(CoverageShown({**body, "settled_until": settled}).data)


def _asked(request: Request) -> date | None:
    given = request.query_params.get("until")
    if given is None:
        return None
    try:
        day = date.fromisoformat(given)
        if date(1900, 1, 1) <= day <= date(2200, 1, 1):
            return day
    except ValueError:
        pass
    words = _("Write a date as year-month-day, such as 2020-10-11.")
    raise UnknownParameter(errors={"until": [words]})


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
