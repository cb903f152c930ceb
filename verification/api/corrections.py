"""The public list of corrections: what changed in a finding, when and why."""

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
from verification.publication.corrections import Afterlife, corrections_of


class RequestOut(s.Serializer[Any]):
    """A request to reopen: a party is named, a reviewer never."""

    number = s.IntegerField()
    asker = s.CharField(help_text="party | reviewer | rule")
    party = s.CharField()
    ground = s.CharField()
    state = s.CharField()
    asked_at = s.DateTimeField(allow_null=True)
    answered_at = s.DateTimeField(allow_null=True)
    reason = s.CharField(help_text="of whoever answered, as published")


class ChangeOut(s.Serializer[Any]):
    """One answer that differs, in codes."""

    question = s.CharField()
    before = s.JSONField()
    after = s.JSONField()


class CorrectionOut(s.Serializer[Any]):
    """A finding that took the place of another; without changes it was upheld."""

    finding = s.CharField()
    corrects = s.CharField()
    incident = s.CharField()
    published_at = s.DateTimeField()
    changes = ChangeOut(many=True)
    request = RequestOut(allow_null=True)


@extend_schema(operation_id="list_corrections", parameters=LISTED, responses=page_of(CorrectionOut))
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def list_corrections(request: Request) -> Response:
    """Return an agreement's corrections, latest first, a page at a time."""
    agreement = current_agreement(request)
    body = {"as_of": timezone.now(), "agreement": agreement.slug}
    return paged(request, body, corrections_of(agreement), CorrectionOut)


def afterlife_answer(found: Afterlife) -> dict[str, Any]:
    """Return what happened to a finding since, as the interface answers it."""
    return {
        "in_question": found.in_question,
        "corrects": CorrectionOut(found.corrects).data if found.corrects else None,
        "corrected_by": CorrectionOut(found.corrected_by).data if found.corrected_by else None,
        "requests": RequestOut(found.requests, many=True).data,
    }
