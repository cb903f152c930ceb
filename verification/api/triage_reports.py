"""Reports at triage, by machine: the inbox, one report, taking it in, and opening an incident."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Key, Strict, Text, read_body
from reports.api.parameters import UnknownParameter
from reports.api.reports import PROBLEMS
from reports.api.versions import check_version, etag, if_match
from reports.intake.actions import accept_report, reinstate_report, reject_report
from reports.intake.queries import Report, inbox, report_for_triage
from reports.intake.states import ReportState
from reports.pages.choosing import current_agreement
from reports.people.queries import User
from reports.problems import Invalid
from verification.api.case_shown import speaker_shown
from verification.api.pages import AGREEMENT, LISTED, page_of, paged
from verification.incidents.actions import open_incident
from verification.incidents.queries import links_of_report, require_triage

MINE = keys_for("triage")
STATES = (ReportState.FILED, ReportState.ACCEPTED, ReportState.REJECTED)
STATE = OpenApiParameter("state", str, enum=[str(one) for one in STATES])
WHY_MOST = 500  # characters
DEEDS = ("accept", "reject", "reinstate")


class TriageReportOut(s.Serializer[Any]):
    """A report as triage reads it: who speaks by house and side of work, a person never by name."""

    id = s.UUIDField(source="pk")
    receipt = s.CharField()
    state = s.CharField()
    version = s.IntegerField(help_text="the ETag")
    state_reason = s.CharField()
    received_at = s.DateTimeField()
    act = s.CharField(source="act_id")
    stance = s.CharField()
    means = s.CharField()
    accused = s.CharField(source="accused.code", default="")
    observed_from = s.DateTimeField()
    observed_until = s.DateTimeField()
    time_precision = s.CharField()
    place_typed = s.CharField()
    lat = s.FloatField(allow_null=True)
    lon = s.FloatField(allow_null=True)
    radius_m = s.FloatField(allow_null=True)
    narrative = s.CharField()
    language = s.CharField()
    speaker = s.SerializerMethodField()

    def get_speaker(self, report: Report) -> dict[str, Any]:
        """Return who speaks."""
        return speaker_shown(report.source, {})


class ReportMoveBody(Strict):
    """What is done with a report; a rejection says why, and its author reads it."""

    do = s.ChoiceField(choices=DEEDS)
    reason = Text(required=False, allow_blank=True, default="", max_length=WHY_MOST)


class OpenBody(Strict):
    """An accepted report that belongs to no incident on record, and why."""

    report = Key()
    why = Text(max_length=WHY_MOST)


class OpenedOut(s.Serializer[Any]):
    """The incident that was opened."""

    code = s.CharField()
    version = s.IntegerField()


@extend_schema(
    operation_id="list_inbox",
    parameters=[*LISTED, STATE],
    responses={200: page_of(TriageReportOut, "state"), **PROBLEMS},
)
@api_view(["GET"])
@permission_classes(MINE)
def received(request: Request) -> Response:
    """List the reports of an agreement in one state (`?state=filed`), oldest first."""
    at = timezone.now()
    agreement = current_agreement(request)
    require_triage(asker(request), agreement, at=at)
    state = request.GET.get("state", ReportState.FILED)
    if state not in STATES:
        words = _("Choose one of: %(names)s.") % {"names": ", ".join(STATES)}
        raise UnknownParameter(words, errors={"state": [words]})
    rows = inbox(agreement, asker(request), state=state, at=at)
    body = {"as_of": at, "agreement": agreement.slug, "state": state}
    return paged(request, body, rows, TriageReportOut)


@extend_schema(operation_id="read_inbox_report", responses={200: dict, **PROBLEMS})
@api_view(["GET"])
@permission_classes(MINE)
def report(request: Request, report_id: uuid.UUID) -> Response:
    """Read one report with the incidents it is linked to."""
    return _shown(report_for_triage(asker(request), report_id, at=timezone.now()))


@extend_schema(
    operation_id="move_report",
    request=ReportMoveBody,
    parameters=[if_match("report")],
    responses={200: dict, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def moves(request: Request, report_id: uuid.UUID) -> Response:
    """Accept a report, reject it with a reason, or undo a rejection."""
    at, user = timezone.now(), asker(request)
    found = report_for_triage(user, report_id, at=at)
    check_version(request, found.version)
    return _shown(_move(found, read_body(ReportMoveBody, request), user, at))


def _move(found: Report, read: dict[str, Any], user: User, at: datetime) -> Report:
    if read["do"] == "reject":
        return reject_report(report=found, reason=read["reason"], by=user, at=at)
    if read["reason"]:
        raise Invalid(errors={"reason": [_("A reason goes with a rejection alone.")]})
    if read["do"] == "accept":
        return accept_report(report=found, by=user, at=at)
    return reinstate_report(report=found, by=user, at=at)


def _shown(found: Report) -> Response:
    linked = [link.incident.code for link in links_of_report(found)]
    body = {**TriageReportOut(found).data, "incidents": linked}
    return Response(body, headers=etag(found.version))


@extend_schema(
    operation_id="open_incident",
    parameters=[AGREEMENT],
    request=OpenBody,
    responses={201: OpenedOut, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def incidents(request: Request) -> Response:
    """Open an incident on an accepted report that belongs to none on record."""
    at, user = timezone.now(), asker(request)
    require_triage(user, current_agreement(request), at=at)
    read = read_body(OpenBody, request)
    found = report_for_triage(user, read["report"], at=at)
    made = open_incident(report=found, why=read["why"], by=user, at=at)
    return Response(OpenedOut(made).data, status=201, headers=etag(made.version))
