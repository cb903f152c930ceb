"""The register of recommendations for machines: read-only, the same dataclasses as the pages."""

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
from verification.api.pages import LISTED, page_of, paged
from verification.publication.register import recommendation_by_code, recommendations_of


class EvidenceOut(s.Serializer[Any]):
    """What was pointed to; of a report only that it is on file."""

    kind = s.CharField(help_text="report, incident or link")
    code = s.CharField()
    url = s.CharField()
    words = s.CharField()


class NoteOut(s.Serializer[Any]):
    """What was said at one move, by the party or by the mechanism."""

    to_state = s.CharField()
    by_party = s.BooleanField()
    text = s.CharField()
    given_at = s.DateTimeField()
    evidence = EvidenceOut(many=True)


class RecommendationOut(s.Serializer[Any]):
    """A recommendation in a list. `overdue` is a fact of the clock, not a state."""

    code = s.CharField()
    incident = s.CharField()
    party = s.CharField()
    text = s.CharField()
    issued_at = s.DateTimeField()
    due_at = s.DateTimeField()
    state = s.CharField()
    overdue = s.BooleanField()


class RecommendationWholeOut(RecommendationOut):
    """One recommendation with all that was said on it."""

    replaced = s.BooleanField(help_text="the decision it rests on was overridden by a later one")
    notes = NoteOut(many=True)


@extend_schema(
    operation_id="list_recommendations", parameters=LISTED, responses=page_of(RecommendationOut)
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def list_recommendations(request: Request) -> Response:
    """Return an agreement's recommendations, overdue ones first, a page at a time."""
    at = timezone.now()
    agreement = current_agreement(request)
    body = {"as_of": at, "agreement": agreement.slug}
    return paged(request, body, recommendations_of(agreement, at=at), RecommendationOut)


@extend_schema(operation_id="read_recommendation", responses=RecommendationWholeOut)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def show_recommendation(request: Request, code: str) -> Response:
    """Return one recommendation with what the party and the mechanism said."""
    at = timezone.now()
    seen = recommendation_by_code(code, at=at)
    body = {"as_of": at, "agreement": seen.agreement}
    return Response({**body, **RecommendationWholeOut(seen).data})
