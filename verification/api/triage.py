"""Triage's doors: what may belong together, with its reasons; confirm, refuse, and undo each."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Key, NothingBody, Strict, Text, read_body
from reports.api.reports import PROBLEMS
from reports.intake.queries import Report, report_for_triage, reports_by_id
from reports.pages.choosing import current_agreement
from reports.problems import Invalid
from verification.api.pages import AGREEMENT
from verification.incidents.actions import (
    link_report,
    merge_incidents,
    undo_merge,
    unlink_report,
)
from verification.incidents.queries import (
    accepted_without_incident,
    incident_for_triage,
    incidents_of,
    link_for_triage,
    merge_for_triage,
    require_triage,
)
from verification.incidents.states import IncidentState
from verification.linking.actions import refuse_suggestion, undo_refusal
from verification.linking.queries import (
    Incident,
    Suggestion,
    link_suggestions,
    merge_suggestions_of,
    refusal_for_triage,
)

MINE = keys_for("triage")
PAGES = [
    OpenApiParameter(name, {"type": "integer", "minimum": 1}, description=f"which page of {name}")
    for name in ("reports", "incidents")
]
REPORTS, INCIDENTS = 10, 20  # looked at for one answer
WHY_MOST = 500  # characters


class SuggestedOut(s.Serializer[Any]):
    """An incident something may belong to: how well it fits (0 to 1), and why."""

    incident = s.CharField(source="incident.code")
    strength = s.FloatField(source="match.strength")
    reasons = s.ListField(child=s.CharField(), source="match.reasons")


class LinksOut(s.Serializer[Any]):
    """A report that belongs to no incident yet, with those it may belong to, best first."""

    report = s.UUIDField(source="report.pk")
    receipt = s.CharField(source="report.receipt")
    act = s.CharField(source="report.act_id")
    observed_from = s.DateTimeField(source="report.observed_from")
    observed_until = s.DateTimeField(source="report.observed_until")
    narrative = s.CharField(source="report.narrative")
    suggested = SuggestedOut(many=True)


class MergesOut(s.Serializer[Any]):
    """An open incident with the open ones that may be the same event, best first."""

    incident = s.CharField(source="incident.code")
    suggested = SuggestedOut(many=True)


class SuggestionsOut(s.Serializer[Any]):
    """One page of reports and one of incidents; `more` says which have a following page."""

    links = LinksOut(many=True)
    merges = MergesOut(many=True)
    more_reports = s.BooleanField()
    more_incidents = s.BooleanField()


class PairBody(Strict):
    """An incident, and the report or other incident that belongs (or does not belong) to it."""

    incident = Text(max_length=20)
    report = Key(required=False, allow_null=True, default=None)
    other = Text(required=False, allow_blank=True, default="", max_length=20)


class ConfirmBody(PairBody):
    """A pair that belongs together, and why. Of two incidents `incident` is kept."""

    why = Text(max_length=WHY_MOST)


class WhyBody(Strict):
    """Why something is undone."""

    why = Text(max_length=WHY_MOST)


class DoneOut(s.Serializer[Any]):
    """What was made, by the key that undoes it."""

    kind = s.CharField(help_text="link, merge, refusal, split, tie or reopening")
    id = s.UUIDField()


@extend_schema(
    operation_id="list_suggestions",
    parameters=[AGREEMENT, *PAGES],
    responses={200: SuggestionsOut, **PROBLEMS},
)
@api_view(["GET"])
@permission_classes(MINE)
def suggestions(request: Request) -> Response:
    """List what may belong together; `?reports=2`, `?incidents=2` for the following pages."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    require_triage(user, agreement, at=at)
    waiting = accepted_without_incident(agreement, user, at=at)
    reports = Paginator(waiting, REPORTS).get_page(request.GET.get("reports"))
    living = incidents_of(agreement, states=[IncidentState.OPEN])
    incidents = Paginator(living, INCIDENTS).get_page(request.GET.get("incidents"))
    body = {
        "links": _links(agreement.pk, reports_by_id(reports.object_list)),
        "merges": _merges(agreement.pk, list(incidents.object_list)),
        "more_reports": reports.has_next(),
        "more_incidents": incidents.has_next(),
    }
    return Response(SuggestionsOut(body).data)


def _links(agreement_id: uuid.UUID, reports: Sequence[Report]) -> list[dict[str, Any]]:
    found: dict[uuid.UUID, list[Suggestion]] = link_suggestions(agreement_id, reports)
    return [{"report": one, "suggested": found[one.pk]} for one in reports if found[one.pk]]


def _merges(agreement_id: uuid.UUID, incidents: Sequence[Incident]) -> list[dict[str, Any]]:
    found = merge_suggestions_of(agreement_id, incidents)
    return [{"incident": one, "suggested": found[one.pk]} for one in incidents if found[one.pk]]


@extend_schema(
    operation_id="confirm_suggestion",
    parameters=[AGREEMENT],
    request=ConfirmBody,
    responses={201: DoneOut, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def confirm(request: Request) -> Response:
    """Link a report to an incident, or merge two incidents."""
    at, user = timezone.now(), asker(request)
    require_triage(user, current_agreement(request), at=at)
    read = read_body(ConfirmBody, request)
    incident, of = _pair(request, read, at)
    if isinstance(of, Report):
        link = link_report(report=of, incident=incident, why=read["why"], by=user, at=at)
        return done("link", link)
    merge = merge_incidents(kept=incident, absorbed=of, why=read["why"], by=user, at=at)
    return done("merge", merge)


@extend_schema(
    operation_id="refuse_suggestion",
    parameters=[AGREEMENT],
    request=PairBody,
    responses={201: DoneOut, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def refuse(request: Request) -> Response:
    """Refuse a suggestion: it is not made again until that is undone."""
    at, user = timezone.now(), asker(request)
    require_triage(user, current_agreement(request), at=at)
    incident, of = _pair(request, read_body(PairBody, request), at)
    return done("refusal", refuse_suggestion(incident=incident, of=of, by=user, at=at))


@extend_schema(operation_id="undo_link", request=WhyBody, responses={204: None, **PROBLEMS})
@api_view(["POST"])
@permission_classes(MINE)
def undo_link(request: Request, link_id: uuid.UUID) -> Response:
    """Unlink a report; that it was linked stays on record."""
    at, user = timezone.now(), asker(request)
    link = link_for_triage(user, link_id, at=at)
    unlink_report(link=link, why=read_body(WhyBody, request)["why"], by=user, at=at)
    return Response(status=204)


@extend_schema(operation_id="undo_merge", request=NothingBody, responses={204: None, **PROBLEMS})
@api_view(["POST"])
@permission_classes(MINE)
def undo_a_merge(request: Request, merge_id: uuid.UUID) -> Response:
    """Part two incidents that were merged, on both sides."""
    at, user = timezone.now(), asker(request)
    merge = merge_for_triage(user, merge_id, at=at)
    read_body(NothingBody, request)
    undo_merge(merge=merge, by=user, at=at)
    return Response(status=204)


@extend_schema(operation_id="undo_refusal", request=NothingBody, responses={204: None, **PROBLEMS})
@api_view(["POST"])
@permission_classes(MINE)
def undo_a_refusal(request: Request, refusal_id: uuid.UUID) -> Response:
    """Let a refused suggestion be made again."""
    at, user = timezone.now(), asker(request)
    refusal = refusal_for_triage(user, refusal_id, at=at)
    read_body(NothingBody, request)
    undo_refusal(refusal=refusal, by=user, at=at)
    return Response(status=204)


def _pair(
    request: Request, read: dict[str, Any], at: datetime
) -> tuple[Incident, Report | Incident]:
    """Return the two records of a pair, as far as this officer may handle them."""
    if bool(read["report"]) == bool(read["other"]):
        raise Invalid(errors={"report": [_("Name a report or another incident, one of them.")]})
    user = asker(request)
    incident = incident_for_triage(user, read["incident"], at=at)
    if read["report"]:
        return incident, report_for_triage(user, read["report"], at=at)
    return incident, incident_for_triage(user, read["other"], at=at)


def done(kind: str, row: Any) -> Response:
    """Return what a deed made, by the key that undoes it."""
    return Response(DoneOut({"kind": kind, "id": row.pk}).data, status=201)
