"""Requests to look at a decision again, by machine: ask, read, withdraw, answer, agree."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Strict, Text
from reports.api.reports import PROBLEMS
from reports.api.versions import check_version, etag, if_match
from reports.pages.choosing import current_agreement
from verification.api.case_shown import answers_shown
from verification.api.pages import AGREEMENT, LISTED, page_of, paged
from verification.reopening.actions import (
    Request as Asked,
)
from verification.reopening.actions import (
    admit_reopening,
    ask_reopening,
    propose_answer,
    refuse_reopening,
    return_proposal,
    withdraw_reopening,
)
from verification.reopening.choices import Ground, Proposal
from verification.reopening.queries import (
    Reopening,
    powers_over,
    question_for,
    reopening_for,
    reopenings_for,
)

MINE = keys_for("reopenings")
DEEDS = ("answer", "agree", "return", "withdraw")


class ReopeningOut(s.Serializer[Any]):
    """A request in short: a party is named, a person never. `version` is the ETag."""

    id = s.UUIDField()
    number = s.IntegerField()
    incident = s.CharField(source="incident.code")
    asker = s.CharField(help_text="party, reviewer or rule")
    party = s.CharField(source="party.code", default="")
    ground = s.CharField()
    state = s.CharField()
    version = s.IntegerField()
    asked_at = s.DateTimeField()
    answered_at = s.DateTimeField(allow_null=True)


class ReopeningWholeOut(ReopeningOut):
    """A request with its text, what was proposed, and the reasons it was answered with."""

    text = s.CharField()
    proposal = s.CharField()
    proposed_at = s.DateTimeField(allow_null=True)
    reason = s.CharField()


class AskBody(Strict):
    """Of which incident, on which ground, and why it holds."""

    incident = Text(max_length=20)
    ground = s.ChoiceField(choices=Ground.choices)
    text = Text(max_length=10_000)


class MoveBody(Strict):
    """What is done with a request; an answer says which one, with reasons that are published."""

    do = s.ChoiceField(choices=DEEDS)
    proposal = s.ChoiceField(choices=Proposal.choices, required=False, allow_blank=True, default="")
    reason = Text(required=False, allow_blank=True, default="", max_length=10_000)


@extend_schema(
    operation_id="ask_reopening",
    parameters=[AGREEMENT],
    summary="Ask for a decision to be reopened",
    methods=["POST"],
    request=AskBody,
    responses={201: ReopeningWholeOut, **PROBLEMS},
)
@extend_schema(
    operation_id="list_reopenings",
    parameters=LISTED,
    summary="List requests to reopen",
    methods=["GET"],
    responses={200: page_of(ReopeningOut), **PROBLEMS},
)
@api_view(["GET", "POST"])
@permission_classes(MINE)
def reopenings(request: Request) -> Response:
    """List the requests one asked, may answer or may second; ask for a decision to be reopened."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    rows = reopenings_for(user, agreement, at=at)
    if request.method != "POST":
        return paged(request, {"as_of": at, "agreement": agreement.slug}, rows, ReopeningOut)
    body = AskBody(data=request.data)
    body.is_valid(raise_exception=True)
    read = body.validated_data
    incident, _decision = question_for(user, read["incident"], at=at)
    asked = Asked(ground=read["ground"], text=read["text"])
    made = ask_reopening(incident=incident, request=asked, by=user, at=at)
    return Response(ReopeningWholeOut(made).data, status=201, headers=etag(made.version))


@extend_schema(operation_id="read_reopening", responses={200: dict, **PROBLEMS})
@api_view(["GET"])
@permission_classes(MINE)
def reopening(request: Request, reopening_id: uuid.UUID) -> Response:
    """Read one request with the decision in question and what one may do with it."""
    at, user = timezone.now(), asker(request)
    found = reopening_for(user, reopening_id, at=at)
    powers = powers_over(user, found, at=at)
    may = {
        "answer": bool(powers.answer) or bool(powers.propose),
        "agree": bool(powers.second),
        "return": bool(powers.second),
        "withdraw": bool(powers.withdraw),
    }
    body = {
        **ReopeningWholeOut(found).data,
        "decision": {
            "decided_at": found.decision.decided_at,
            **answers_shown(found.decision.answers()),
            "reasons": found.decision.reasons,
        },
        "may": [deed for deed in DEEDS if may[deed]],
    }
    return Response(body, headers=etag(found.version))


@extend_schema(
    operation_id="move_reopening",
    request=MoveBody,
    parameters=[if_match("request")],
    responses={200: ReopeningWholeOut, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def moves(request: Request, reopening_id: uuid.UUID) -> Response:
    """Answer a request, agree with a proposed answer or return it, or withdraw one's own."""
    at, user = timezone.now(), asker(request)
    found = reopening_for(user, reopening_id, at=at)
    check_version(request, found.version)
    body = MoveBody(data=request.data)
    body.is_valid(raise_exception=True)
    _move(found, body.validated_data, user, at)
    return Response(ReopeningWholeOut(found).data, headers=etag(found.version))


def _move(found: Reopening, read: dict[str, Any], user: Any, at: datetime) -> None:
    given: dict[str, Any] = {"reopening": found, "by": user, "at": at}
    if read["do"] == "withdraw":
        withdraw_reopening(**given)
    elif read["do"] == "return":
        return_proposal(**given)
    elif read["do"] == "agree":
        _admit_or_refuse(given, found.proposal, "")
    elif not powers_over(user, found, at=at).answer or not read["proposal"]:
        propose_answer(**given, proposal=read["proposal"], reason=read["reason"])
    else:
        _admit_or_refuse(given, read["proposal"], read["reason"])


def _admit_or_refuse(given: dict[str, Any], proposal: str, reason: str) -> None:
    if proposal == Proposal.ADMIT:
        admit_reopening(**given, reason=reason)
    else:
        refuse_reopening(**given, reason=reason)
