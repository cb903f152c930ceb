"""Reads of observations, for triage: which reports speak of the same, and of which nobody told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.agreement.models import Agreement
from reports.intake.models import Report
from reports.intake.states import ReportState
from reports.people.models import Source, SourceKind, User
from reports.people.permissions import require
from reports.places.geo import distance_m
from reports.sensors.models import Observation
from reports.sensors.rules import NEAR, speak_of_the_same

COUNTED = (ReportState.FILED, ReportState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Beside:
    """An observation and how many reports speak of its hour and place: none raises a question."""

    observation: Observation
    reports: int


def instrument_source(key: str) -> Source | None:
    """Return an instrument by its key, or None; nobody else is one."""
    return Source.objects.filter(key=key, kind=SourceKind.SENSOR).first()


def observations(agreement: Agreement, user: User, *, at: datetime, most: int) -> list[Beside]:
    """Return the latest observations of an agreement. Needs: report.triage."""
    require(user, "report.triage", at=at, agreement_id=agreement.pk)
    rows = Observation.objects.filter(agreement=agreement).select_related("source")
    found = list(rows.order_by("-observed_from", "-id")[:most])
    if not found:
        return []
    first = min(one.observed_from for one in found) - NEAR
    last = max(one.observed_until for one in found) + NEAR
    told = Report.objects.filter(
        agreement=agreement,
        state__in=COUNTED,
        lat__isnull=False,
        observed_from__lt=last,
        observed_until__gt=first,
    ).values_list("observed_from", "observed_until", "lat", "lon", "radius_m")
    reports = list(told)
    return [Beside(one, sum(_same(one, *row) for row in reports)) for one in found]


def _same(
    one: Observation,
    begins: datetime,
    ends: datetime,
    lat: float | None,
    lon: float | None,
    radius_m: float | None,
) -> bool:
    if one.lat is None or one.lon is None or one.radius_m is None:
        return False
    if lat is None or lon is None or radius_m is None:
        return False
    apart = distance_m(one.lat, one.lon, lat, lon)
    window = (one.observed_from, one.observed_until)
    return speak_of_the_same(window, (begins, ends), apart, one.radius_m + radius_m)
