"""Doors for machines: the terms and the lists a report answers from."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view, permission_classes, renderer_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from reports.agreement.queries import (
    Agreement,
    act_kinds,
    agreement_by_slug,
    agreements,
    parties_of,
    versions_of,
)
from reports.api.parameters import CURSOR, LIMIT, agreement_asked, list_of, listed
from reports.api.shown import (
    ActShown,
    AgreementLine,
    AgreementShown,
    ClauseLine,
    PartyShown,
    PlaceShown,
    SpeakerShown,
)
from reports.api.tables import renderers, shown_as, suffix
from reports.intake.rules import TEXT_MOST
from reports.people.queries import named_sources
from reports.places.queries import places_matching

AGREEMENT = OpenApiParameter("agreement", str, description="slug; without it the first agreement")


@extend_schema(
    operation_id="list_agreements", parameters=[LIMIT, CURSOR], responses=list_of(AgreementLine)
)
@api_view(["GET"])
@permission_classes([AllowAny])
def agreements_door(request: Request) -> Response:
    """List the agreements."""
    return listed(request, agreements(), AgreementLine)


@extend_schema(operation_id="read_agreement", responses=AgreementShown)
@api_view(["GET"])
@permission_classes([AllowAny])
def agreement_door(request: Request, slug: str) -> Response:
    """Read an agreement with its parties and the clauses of every version."""
    return Response(AgreementShown(_agreement(agreement_by_slug(slug))).data)


def _agreement(agreement: Agreement) -> dict[str, Any]:
    versions = [
        {
            "number": version.number,
            "in_force_from": version.in_force_from,
            "in_force_until": version.in_force_until,
            "source_url": version.source_url,
            "clauses": [
                {
                    "code": clause.code,
                    "titles": clause.titles,
                    "summaries": clause.summaries,
                    "severity": clause.severity,
                    "prohibits": [act.code for act in clause.prohibits.all()],
                    "zone": clause.zone,
                }
                for clause in version.clauses.all()
            ],
        }
        for version in versions_of(agreement.pk)
    ]
    return {
        "slug": agreement.slug,
        "titles": agreement.titles,
        "timezone": agreement.timezone,
        "area": agreement.area,
        "parties": parties_of(agreement.pk),
        "versions": versions,
    }


@extend_schema(
    operation_id="list_parties",
    parameters=[AGREEMENT, LIMIT, CURSOR],
    responses=list_of(PartyShown, "agreement"),
)
@api_view(["GET"])
@permission_classes([AllowAny])
def parties_door(request: Request) -> Response:
    """List the parties to an agreement."""
    agreement = agreement_asked(request)
    return listed(request, parties_of(agreement.pk), PartyShown, agreement=agreement.slug)


@extend_schema(
    operation_id="list_clauses",
    parameters=[AGREEMENT, LIMIT, CURSOR],
    responses=list_of(ClauseLine, "agreement"),
)
@api_view(["GET"])
@permission_classes([AllowAny])
def clauses_door(request: Request) -> Response:
    """List the clauses of an agreement, of every version of its text, latest version first."""
    agreement = agreement_asked(request)
    versions = sorted(_agreement(agreement)["versions"], key=lambda one: -one["number"])
    rows = [
        {**clause, "id": f"{version['number']}.{clause['code']}", "version": version["number"]}
        for version in versions
        for clause in version["clauses"]
    ]
    return listed(request, rows, ClauseLine, agreement=agreement.slug)


@extend_schema(operation_id="list_acts", parameters=[LIMIT, CURSOR], responses=list_of(ActShown))
@api_view(["GET"])
@permission_classes([AllowAny])
def acts_door(request: Request) -> Response:
    """List the kinds of act."""
    return listed(request, act_kinds(), ActShown)


PLACES_ASKED = [
    OpenApiParameter("q", str, required=True, description="a name, in any script"),
    LIMIT,
    CURSOR,
]
PLACES_SHOWN = renderers(PlaceShown, map_too=True)


@extend_schema(
    operation_id="find_places",
    parameters=PLACES_ASKED,
    responses=shown_as(list_of(PlaceShown), map_too=True),
)
@api_view(["GET"])
@renderer_classes(PLACES_SHOWN)
def places_door(request: Request) -> Response:
    """Find the places a name may mean, best match first. You choose: nothing is picked."""
    return _places(request)


@extend_schema(
    operation_id="find_places_as",
    summary="Find places, as a table or a map",
    parameters=[suffix("json", "csv", "geojson"), *PLACES_ASKED],
    responses=shown_as(list_of(PlaceShown), map_too=True, by_suffix=True),
)
@api_view(["GET"])
@renderer_classes(PLACES_SHOWN)
def places_as_door(request: Request, suffix: str) -> Response:
    """Find the places a name may mean, best match first, in the form the suffix names."""
    return _places(request)


def _places(request: Request) -> Response:
    found = places_matching(request.query_params.get("q", "")[:TEXT_MOST])
    return listed(request, [asdict(place) for place in found], PlaceShown)


@extend_schema(
    operation_id="list_speakers", parameters=[LIMIT, CURSOR], responses=list_of(SpeakerShown)
)
@api_view(["GET"])
def speakers_door(request: Request) -> Response:
    """List those whom a report may quote."""
    return listed(request, [asdict(one) for one in named_sources()], SpeakerShown)


@extend_schema(exclude=True)
@api_view(["GET", "POST", "PUT", "PATCH", "DELETE"])
@permission_classes([AllowAny])
def nothing_here(request: Request, rest: str = "") -> Response:
    """Answer for every address under /api/v1/ that does not exist."""
    raise Http404
