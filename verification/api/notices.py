"""A liaison's doors: the notices to their party, what is alleged, and the party's answer."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Strict, Text, Whole
from reports.api.reports import PROBLEMS
from reports.api.versions import check_version, etag, if_match
from reports.pages.choosing import current_agreement
from reports.problems import Invalid
from verification.api.answers import IncidentWholeOut
from verification.api.pages import LISTED, page_of, paged
from verification.corroboration.actions import answer_notice
from verification.corroboration.choices import Position, PositionReason
from verification.corroboration.queries import PartyPosition, notice_for, notices_for
from verification.corroboration.replies import (
    DESCRIPTION_MOST,
    DOCUMENTS_MOST,
    HARMS,
    TEXT_MOST,
    Answer,
    Document,
    toll_names,
)
from verification.publication.queries import known_of

MINE = keys_for("notices")


class NoticeOut(s.Serializer[Any]):
    """A notice with its clock, and the party's answer once it was given."""

    id = s.UUIDField()
    incident = s.CharField(source="incident.code")
    party = s.CharField(source="party.code")
    state = s.CharField()
    version = s.IntegerField(help_text="the ETag; goes into If-Match of an answer")
    notified_at = s.DateTimeField()
    due_at = s.DateTimeField()
    first_due_at = s.DateTimeField(allow_null=True, help_text="where the chair gave more time")
    answered_at = s.DateTimeField(allow_null=True)
    lapsed_at = s.DateTimeField(allow_null=True)
    position = s.CharField()
    reason_code = s.CharField()
    text = s.CharField()
    documents = s.ListField(child=s.DictField())


class DocumentBody(Strict):
    """A document the party points to, and what it shows."""

    url = Text(max_length=2_000)
    description = Text(max_length=DESCRIPTION_MOST)


class PersonsBody(Strict):
    """Persons harmed, by the party's own count."""

    least = Whole(required=False, allow_null=True, default=None)
    best = Whole(required=False, allow_null=True, default=None)
    most = Whole(required=False, allow_null=True, default=None)


class AnswerBody(Strict):
    """A party's answer, published word for word; it is given once."""

    position = s.ChoiceField(choices=Position.choices)
    reason_code = s.ChoiceField(
        choices=PositionReason.choices, required=False, allow_blank=True, default=""
    )
    text = Text(required=False, allow_blank=True, default="", max_length=TEXT_MOST)
    killed = PersonsBody(required=False)
    injured = PersonsBody(required=False)
    documents = DocumentBody(many=True, required=False)


@extend_schema(
    operation_id="list_notices", parameters=LISTED, responses={200: page_of(NoticeOut), **PROBLEMS}
)
@api_view(["GET"])
@permission_classes(MINE)
def list_notices(request: Request) -> Response:
    """List the notices to the party one speaks for, awaited ones by deadline first."""
    at = timezone.now()
    agreement = current_agreement(request)
    rows = notices_for(asker(request), agreement, at=at)
    return paged(request, {"as_of": at, "agreement": agreement.slug}, rows, NoticeOut)


@extend_schema(operation_id="read_notice", responses={200: NoticeOut, **PROBLEMS})
@api_view(["GET"])
@permission_classes(MINE)
def show_notice(request: Request, position_id: uuid.UUID) -> Response:
    """Read one notice with what is alleged: exactly what the public may know."""
    at = timezone.now()
    position = notice_for(asker(request), position_id, at=at)
    alleged, _agreement = known_of(position.incident, at=at)
    body = {**NoticeOut(position).data, "alleged": IncidentWholeOut(alleged).data}
    return Response(body, headers=etag(position.version))


@extend_schema(
    operation_id="answer_notice",
    request=AnswerBody,
    parameters=[if_match("notice")],
    responses={200: NoticeOut, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def answer(request: Request, position_id: uuid.UUID) -> Response:
    """Give the party's answer: it is public from then on, and the panel reads it."""
    at, user = timezone.now(), asker(request)
    position = notice_for(user, position_id, at=at)
    check_version(request, position.version)
    body = AnswerBody(data=request.data)
    body.is_valid(raise_exception=True)
    try:
        said = _answer(body.validated_data)
        answered = answer_notice(position=position, answer=said, by=user, at=at)
    except Invalid as problem:
        raise _pointed(problem) from problem
    return _shown(answered)


def _shown(position: PartyPosition) -> Response:
    return Response(NoticeOut(position).data, headers=etag(position.version))


def _answer(read: dict[str, Any]) -> Answer:
    figures = {
        name: (read.get(harm) or {}).get(part)
        for harm in HARMS
        for name, part in zip(toll_names(harm), ("least", "best", "most"), strict=True)
    }
    return Answer(
        position=read["position"],
        reason_code=read["reason_code"],
        text=read["text"],
        documents=tuple(Document(**one) for one in read.get("documents") or ()),
        **figures,
    )


def _pointed(problem: Invalid) -> Invalid:
    """Return the same problem, its errors named by the place in the body they speak of."""
    known = {
        name: f"/{harm}/{part}"
        for harm in HARMS
        for name, part in zip(toll_names(harm), ("least", "best", "most"), strict=True)
    }
    for number in range(DOCUMENTS_MOST):
        known[f"document_url_{number + 1}"] = f"/documents/{number}/url"
        known[f"document_description_{number + 1}"] = f"/documents/{number}/description"
    errors = {known.get(name, name): texts for name, texts in problem.errors.items()}
    return Invalid(problem.detail, errors=errors)
