"""What a partner may see of reports beyond the public, under ids of their own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.reports import PROBLEMS
from reports.pages.choosing import current_agreement
from reports.people.rules import FIELDS
from verification.api.pages import AGREEMENT
from verification.partners.disclosed import disclosed_reports, fields_for

PARTNERS = keys_for("disclosures")


class FieldsOut(s.Serializer[Any]):
    """Which fields of reports whoever asks may see."""

    agreement = s.CharField()
    fields = s.ListField(child=s.ChoiceField(FIELDS))  # type: ignore[assignment]


class DisclosedReport(s.Serializer[Any]):
    """A report: the fields that were granted and that the key's scopes name, no others."""

    report = s.CharField(required=False, help_text="an id of this partner's own")
    source = s.CharField(required=False, help_text="an id of this partner's own")  # type: ignore[assignment]
    source_kind = s.CharField(required=False)
    stance = s.CharField(required=False)
    means = s.CharField(required=False)
    received_on = s.DateField(required=False)


class DisclosedOut(s.Serializer[Any]):
    """The reports of one incident, in no order that tells anything."""

    incident = s.CharField()
    results = DisclosedReport(many=True)


@extend_schema(
    operation_id="read_disclosed_fields",
    summary="Read which fields of reports you may see",
    parameters=[AGREEMENT],
    responses={200: FieldsOut, **PROBLEMS},
    examples=[
        OpenApiExample(
            "Two fields",
            value={"agreement": "nk2020", "fields": ["report", "source_kind"]},
            response_only=True,
        )
    ],
)
@api_view(["GET"])
@permission_classes(PARTNERS)
def disclosed_fields(request: Request) -> Response:
    """Return the fields that were granted to a partner, as far as the key's scopes name them."""
    agreement = current_agreement(request)
    fields = fields_for(asker(request), agreement, at=timezone.now(), scopes=_scopes(request))
    return Response({"agreement": agreement.slug, "fields": fields})


@extend_schema(
    operation_id="read_disclosed_reports",
    summary="Read the reports of a published incident, as far as they were disclosed to you",
    responses={200: DisclosedOut, **PROBLEMS},
    examples=[
        OpenApiExample(
            "One report",
            value={
                "incident": "INC-2020-0007",
                "results": [{"report": "rpt_mfrggzdfmztwq2lknnwg23tp", "source_kind": "monitor"}],
            },
            response_only=True,
        )
    ],
)
@api_view(["GET"])
@permission_classes(PARTNERS)
def disclosed_of_incident(request: Request, code: str) -> Response:
    """Return the reports of an incident with a published finding; 404 wherever nothing is shown."""
    found = disclosed_reports(asker(request), code, at=timezone.now(), scopes=_scopes(request))
    answer = {"incident": code, "results": found}
    return Response(answer, headers={"Cache-Control": "private, no-store"})


def _scopes(request: Request) -> Collection[str] | None:
    """Return the scopes of the key that asks; None for a person in a browser."""
    key: Any = request.auth
    return None if key is None else key.scopes
