"""The public interface: read-only, open to everybody, the same dataclasses as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    permission_classes,
    renderer_classes,
)
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.parameters import UnknownParameter, asked_expansions, expansions
from reports.api.tables import Form, renderers, shown_as, suffix
from reports.pages.choosing import current_agreement
from verification.api.answers import (
    FindingWholeOut,
    IncidentWholeOut,
    ListedFindingOut,
    ListedIncidentOut,
    StandingOut,
    StandingsOut,
    WithFindingOut,
    WithIncidentOut,
)
from verification.api.corrections import afterlife_answer
from verification.api.pages import (
    AGREEMENT,
    BY_PLACE,
    asked_cursor,
    asked_limit,
    by_cursor,
    page_of,
)
from verification.publication.asking import CLASS_CODES, asked_for
from verification.publication.corrections import afterlife_of
from verification.publication.queries import (
    SEVERITY_CODES,
    filter_words,
    finding_by_code,
    finding_lines,
    findings_of,
    incident_page,
    one_snapshot,
    public_incident,
    public_incidents_by_codes,
    standings,
)
from verification.publication.shapes import ALLEGATION, CONTESTED, FINDING

FILTERS = [  # those of the page (verification/publication/asking.py)
    OpenApiParameter("act", str, description="code of a kind of act"),
    OpenApiParameter("accused", str, description="code of a party"),
    OpenApiParameter("class", str, enum=CLASS_CODES, description="of the partition of reports"),
    OpenApiParameter("from", OpenApiTypes.DATE, description="first day"),
    OpenApiParameter("until", OpenApiTypes.DATE, description="last day"),
    OpenApiParameter("shape", str, enum=[ALLEGATION, CONTESTED, FINDING]),
    OpenApiParameter("found", str, description="code of the party it was attributed to"),
    OpenApiParameter("severity", str, enum=SEVERITY_CODES, description="severity found"),
    OpenApiParameter("reply", str, description="party and its answer, as AZE-denies"),
    OpenApiParameter("area", str, description="code of an area of the standings"),
    OpenApiParameter("counted", bool, description="only what the standings count"),
]


FINDINGS = renderers(ListedFindingOut)
INCIDENTS = renderers(ListedIncidentOut, map_too=True)
STANDINGS = renderers(StandingOut, rows="standings")


@extend_schema(
    operation_id="list_findings",
    parameters=[*BY_PLACE, expansions("incident")],
    responses=shown_as(page_of(ListedFindingOut)),
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes(FINDINGS)
def list_findings(request: Request) -> Response:
    """Return an agreement's current findings, latest first, a page at a time."""
    return _findings(request)


@extend_schema(
    operation_id="list_findings_as",
    summary="List findings, as a table",
    parameters=[suffix("json", "csv"), *BY_PLACE],
    responses=shown_as(page_of(ListedFindingOut), by_suffix=True),
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes(FINDINGS)
def list_findings_as(request: Request, suffix: str) -> Response:
    """Return an agreement's current findings in the form the suffix names, a page at a time."""
    return _findings(request)


def _findings(request: Request) -> Response:
    agreement = current_agreement(request)
    wanted = asked_expansions(request, "incident")
    body = {"as_of": timezone.now(), "agreement": agreement.slug}
    cursor, size, found = asked_cursor(request), asked_limit(request), {}
    with one_snapshot():
        seen = findings_of(agreement, cursor=cursor, size=size)
        if wanted:
            found = public_incidents_by_codes(agreement, [one.incident for one in seen.findings])
    beside = None
    if wanted:
        beside = [{"incident": found.get(one.incident)} for one in seen.findings]
    rows = _expanded(seen.findings, ListedFindingOut, beside, WithIncidentOut)
    return by_cursor(request, body, rows, count=seen.n_all, older=seen.older)


def _expanded(
    rows: Sequence[Any], form: Form, beside: Sequence[dict[str, Any]] | None, brought: Form
) -> list[dict[str, Any]]:
    """Return rows as they are shown, each with what was brought along, if anything was."""
    shown = [dict(one) for one in form(rows, many=True).data]
    for one, more in zip(shown, beside or (), strict=False):
        one["expanded"] = brought(more).data
    return shown


@extend_schema(operation_id="read_finding", responses=FindingWholeOut)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def show_finding(request: Request, code: str) -> Response:
    """Return a finding exactly as published, with its versions, newest first."""
    with one_snapshot():
        seen = finding_by_code(code)
        since = afterlife_of(seen.line.code)
    body = {"as_of": timezone.now(), **FindingWholeOut(seen.line).data}
    versions = [{"code": name, "published_at": at} for name, at in seen.versions]
    body |= {"versions": versions, "superseded_by": seen.newer}
    return Response({**body, **afterlife_answer(since)})


@extend_schema(
    operation_id="list_incidents",
    parameters=[*BY_PLACE, *FILTERS, expansions("finding")],
    responses=shown_as(page_of(ListedIncidentOut, bounded=True), map_too=True),
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes(INCIDENTS)
def list_incidents(request: Request) -> Response:
    """Return the incidents asked for, latest first; the filters are those of the page."""
    return _incidents(request)


@extend_schema(
    operation_id="list_incidents_as",
    summary="List incidents, as a table or a map",
    parameters=[suffix("json", "csv", "geojson"), *BY_PLACE, *FILTERS],
    responses=shown_as(page_of(ListedIncidentOut, bounded=True), map_too=True, by_suffix=True),
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes(INCIDENTS)
def list_incidents_as(request: Request, suffix: str) -> Response:
    """Return the incidents asked for in the form the suffix names; `Link` leads to the next."""
    return _incidents(request)


def _incidents(request: Request) -> Response:
    at = timezone.now()
    wanted = asked_expansions(request, "finding")
    agreement = current_agreement(request)
    asked = asked_for(request.GET, filter_words(agreement))
    if asked.ignored:
        raise UnknownParameter(
            _("Some filters hold a value that is not known here."),
            errors={name: [_("This value is not known here.")] for name in asked.wrong},
        )
    cursor, size, found = asked_cursor(request), asked_limit(request), {}
    with one_snapshot():
        seen, count, is_all = incident_page(
            agreement, wanted=asked.wanted, cursor=cursor, size=size
        )
        if wanted:
            found = finding_lines({one.finding_code for one in seen.incidents} - {""})
    beside = None
    if wanted:
        beside = [{"finding": found.get(one.finding_code)} for one in seen.incidents]
    return by_cursor(
        request,
        {"as_of": at, "agreement": agreement.slug},
        _expanded(seen.incidents, ListedIncidentOut, beside, WithFindingOut),
        count=count,
        is_all=is_all,
        newer=str(seen.newer or ""),
        older=str(seen.older or ""),
    )


@extend_schema(operation_id="read_incident", responses=IncidentWholeOut)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def show_incident(request: Request, code: str) -> Response:
    """Return one incident; of a merged one its successor, under the successor's code."""
    at = timezone.now()
    seen, agreement = public_incident(code, at=at)
    body = {"as_of": at, "agreement": agreement.slug}
    return Response({**body, **IncidentWholeOut(seen).data})


@extend_schema(
    operation_id="read_standings", parameters=[AGREEMENT], responses=shown_as(StandingsOut())
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes(STANDINGS)
def show_standings(request: Request) -> Response:
    """Return every party's record under an agreement, with the sums it has to agree with."""
    return _standings(request)


@extend_schema(
    operation_id="read_standings_as",
    summary="Read the standings, as a table",
    parameters=[suffix("json", "csv"), AGREEMENT],
    responses=shown_as(StandingsOut(), by_suffix=True),
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes(STANDINGS)
def show_standings_as(request: Request, suffix: str) -> Response:
    """Return every party's record in the form the suffix names: of a table, one line a party."""
    return _standings(request)


def _standings(request: Request) -> Response:
    return Response(StandingsOut(standings(current_agreement(request), at=timezone.now())).data)
