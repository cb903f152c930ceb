"""Reads of reports; each checks who asks as it loads."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import radians

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement
from reports.intake.choices import Channel, LocationKind
from reports.intake.models import Report
from reports.intake.states import ReportState
from reports.people.models import User
from reports.people.permissions import may, require
from reports.places.geo import Corridor, Ellipse, Spot, between, corridor_ring, ellipse_ring
from reports.places.queries import PlaceChoice, place_choices
from reports.problems import NotFound


@dataclass(frozen=True, slots=True)
class IntakeCounts:
    """How many reports of an agreement are in each state; they add up to `received`.

    `filed_by_file` are those of the filed that came as rows of files.
    """

    received: int
    filed: int
    accepted: int
    rejected: int
    withdrawn: int
    filed_by_file: int


def _rows() -> QuerySet[Report]:
    return Report.objects.select_related(
        "agreement", "source__organisation", "act", "accused", "place", "origin__said_by"
    )


def own_reports(user: User) -> QuerySet[Report]:
    """Return a person's own reports, latest first (a queryset, for paging)."""
    return _rows().filter(filed_by=user).order_by("-received_at", "-id")


def own_report(user: User, receipt: str) -> Report:
    """Return one's own report by its receipt; NotFound for anybody else's."""
    found = _rows().filter(filed_by=user, receipt=receipt.strip().upper()).first()
    if found is None:
        raise NotFound("There is no report of yours with this receipt.")
    return found


# How a report came to triage: each way has a queue of its own, so that no flood hides the others.
WAYS: Mapping[str, Q] = {
    "people": ~Q(channel__in=(Channel.OPEN, Channel.FILE)),
    "open": Q(channel=Channel.OPEN),
    "files": Q(channel=Channel.FILE),
}


def inbox(
    agreement: Agreement, user: User, *, state: str, at: datetime, way: str = ""
) -> QuerySet[Report]:
    """Return the reports of an agreement in one state, oldest first, for triage.

    With `way` only those that came so: from people with an account, without one, or in files.
    """
    require(user, "report.triage", at=at, agreement_id=agreement.pk)
    found = _rows().filter(agreement=agreement, state=state)
    if way:
        found = found.filter(WAYS[way])
    return found.order_by("received_at", "id")


def way_of(report: Report) -> str:
    """Return how a report came to triage: a key of WAYS."""
    return {Channel.OPEN: "open", Channel.FILE: "files"}.get(Channel(report.channel), "people")


def report_for_triage(user: User, report_id: uuid.UUID | str, *, at: datetime) -> Report:
    """Return a report for a triage officer of its agreement; NotFound otherwise."""
    try:
        found = _rows().filter(pk=report_id).first()
    except (ValidationError, ValueError, TypeError) as error:
        raise NotFound() from error
    if found is None or not may(user, "report.triage", at=at, agreement_id=found.agreement_id):
        raise NotFound()
    return found


def intake_counts(agreement_id: uuid.UUID) -> IntakeCounts:
    """Return the partition of all reports received under an agreement."""
    counted = Report.objects.filter(agreement_id=agreement_id).aggregate(
        received=Count("id"),
        filed_by_file=Count("id", filter=Q(state=ReportState.FILED, channel=Channel.FILE)),
        **{
            str(state): Count("id", filter=Q(state=state))
            for state in (
                ReportState.FILED,
                ReportState.ACCEPTED,
                ReportState.REJECTED,
                ReportState.WITHDRAWN,
            )
        },
    )
    return IntakeCounts(**counted)


def spot_of(report: Report) -> Spot | None:
    """Return where a report places its event, or None if it could not be located."""
    if report.lat is None or report.lon is None or report.radius_m is None:
        return None
    return Spot(report.lat, report.lon, report.radius_m)


def ellipse_of(report: Report) -> Ellipse | None:
    """Return the error ellipse of a report seen by range and bearing (errors are stored)."""
    located = report.lat is not None and report.lon is not None
    if report.location_kind != LocationKind.BEARING or not located:
        return None
    across = (report.range_m or 0.0) * radians(report.bearing_error_deg or 0.0)
    return Ellipse(
        report.lat or 0.0,
        report.lon or 0.0,
        report.range_error_m or 0.0,
        across,
        report.bearing_deg or 0.0,
    )


Places = Mapping[uuid.UUID, PlaceChoice]
Ring = tuple[tuple[float, float], ...]


def place_ids(reports: Iterable[Report]) -> set[uuid.UUID]:
    """Return the ids of all places these reports name."""
    named = ((r.place_id, r.end_one_id, r.end_other_id) for r in reports)
    return {place_id for ids in named for place_id in ids if place_id}


def corridor_of(report: Report, places: Places) -> Corridor | None:
    """Return the corridor of a report between two places. `places` from place_ids()."""
    one = places.get(report.end_one_id) if report.end_one_id else None
    other = places.get(report.end_other_id) if report.end_other_id else None
    if one is None or other is None or report.radius_m is None:
        return None
    way = between(one.lat, one.lon, other.lat, other.lon, width_m=0.0)
    return replace(way, width_m=max(report.radius_m - way.half_m, 1.0))


def accuracy_of(report: Report) -> float | None:
    """Return how exact a location was said to be, in metres: of a point, or off the line between
    two places (what was taken where nothing was said). None for other forms."""
    if report.location_kind == LocationKind.POINT:
        return report.radius_m
    if report.location_kind != LocationKind.BETWEEN:
        return None  # no place needs to be looked up
    corridor = corridor_of(report, place_choices(place_ids([report])))
    return round(corridor.width_m, 3) if corridor is not None else None


def area_of(report: Report, places: Places) -> Ring:
    """Return the ring of an ellipse or a corridor; none where a location is a circle."""
    ellipse, corridor = ellipse_of(report), corridor_of(report, places)
    if ellipse is not None:
        return ellipse_ring(ellipse)
    return corridor_ring(corridor) if corridor is not None else ()


def where_words(report: Report, places: Places) -> str:
    """Return a location in words: the place, the two places, or the reporter's own words."""
    named = places.get(report.place_id) if report.place_id else None
    if named is not None:
        return named.label
    one = places.get(report.end_one_id) if report.end_one_id else None
    other = places.get(report.end_other_id) if report.end_other_id else None
    if one is None or other is None:
        return report.place_typed
    return _("Somewhere between %(one)s and %(other)s") % {"one": one.label, "other": other.label}


def reports_by_id(ids: Iterable[uuid.UUID]) -> list[Report]:
    """Return reports with what pages show of them, by time received. Callers check access."""
    return list(_rows().filter(pk__in=list(ids)).order_by("received_at", "id"))


def report_by_receipt(receipt: str) -> Report:
    """Return any report by its receipt; for commands of the operator. Errors: NotFound."""
    found = _rows().filter(receipt=receipt.strip().upper()).first()
    if found is None:
        raise NotFound("There is no report with this receipt.")
    return found


def report_by_client_uuid(client_uuid: uuid.UUID) -> Report | None:
    """Return the report filed under a client's id, or None."""
    return _rows().filter(client_uuid=client_uuid).first()


def own_reports_after(user: User, receipt: str | None, *, most: int) -> list[Report]:
    """Return the next of one's own reports after one of them, latest first."""
    found = own_reports(user)
    if receipt is not None:
        last = own_report(user, receipt)
        same_instant = Q(received_at=last.received_at, pk__lt=last.pk)
        found = found.filter(Q(received_at__lt=last.received_at) | same_instant)
    return list(found.select_related("supersedes")[:most])
