"""A reviewer's own doors: the queue, the file of a case, a draft, the ballot, the declaration.

Each is the page's: the same query decides what is in a file, the same action takes a ballot.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import ProblemShown
from reports.api.parameters import list_of, listed
from reports.api.reports import PROBLEMS
from reports.api.versions import FIRST_ONE, NONE_YET, VersionPassed, etag, if_match, version_seen
from reports.identity import opaque
from reports.pages.choosing import current_agreement
from reports.people.permissions import require
from reports.problems import Invalid, MoveRefused, Problem
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.drafts import DraftConflict, save_draft
from verification.adjudication.actions.panels import declare_interest, recuse_reviewer
from verification.adjudication.drafting import ANSWERS
from verification.adjudication.eligible import concerned_parties
from verification.adjudication.queries import (
    CaseFile,
    DraftBallot,
    awaits_declaration,
    case_for_reviewer,
    review_queue,
)
from verification.api.case_shown import ballot_shown, case_shown
from verification.api.pages import LISTED
from verification.api.review_bodies import (
    AnswersBody,
    InterestBody,
    ballot_from,
    typed_from,
    with_cites,
)

MINE = keys_for("review")


class DeclarationNeeded(Problem):
    """Raised before a file opens: its reviewer says first whether anything ties them to it."""

    code = "declaration-needed"
    status = 409
    title = gettext_lazy("Declare first whether anything ties you to this case")


class CaseLineOut(s.Serializer[Any]):
    """A case one sits on."""

    id = s.UUIDField()
    incident = s.CharField()
    state = s.CharField()
    seat = s.IntegerField()
    ballots_due_at = s.DateTimeField()
    declared = s.BooleanField()
    sealed_mine = s.BooleanField()
    has_draft = s.BooleanField()


UNDECLARED: dict[Any, Any] = {
    409: ProblemShown,
    **PROBLEMS,
}  # also of who has not declared an interest yet


class DraftOut(AnswersBody):
    """A draft, read by its author alone; `version` is the ETag."""

    version = s.IntegerField()
    saved_at = s.DateTimeField(allow_null=True)


@extend_schema(
    operation_id="list_my_cases",
    parameters=LISTED,
    responses={200: list_of(CaseLineOut), **PROBLEMS},
)
@api_view(["GET"])
@permission_classes(MINE)
def my_cases(request: Request) -> Response:
    """List the cases one sits on, those awaiting one's ballot first, by deadline."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    require(user, "case.review", at=at, agreement_id=agreement.pk)
    rows = [
        {
            "id": case.pk,
            "incident": case.incident.code,
            "state": case.state,
            "seat": seat.number,
            "ballots_due_at": case.ballots_due_at,
            "declared": seat.declared_at is not None,
            "sealed_mine": seat.has_voted,  # type: ignore[attr-defined]
            "has_draft": seat.has_draft,  # type: ignore[attr-defined]
        }
        for case, seat in review_queue(user, at=at)
        if case.incident.agreement_id == agreement.pk
    ]
    return listed(request, rows, CaseLineOut)


@extend_schema(operation_id="read_my_case", responses={200: dict, **UNDECLARED})
@api_view(["GET"])
@permission_classes(MINE)
def my_case(request: Request, case_id: uuid.UUID) -> Response:
    """Read the file of a case one sits on; `score` and `ballots` are null while they are hidden."""
    file = _opened(request, case_id)
    return Response(case_shown(file, at=timezone.now()))


@extend_schema(
    operation_id="declare_interest",
    summary="Declare whether anything ties one to a case",
    methods=["POST"],
    request=InterestBody,
    responses={204: None, **PROBLEMS},
)
@extend_schema(
    operation_id="read_interest",
    summary="Read whom a case concerns",
    methods=["GET"],
    responses={200: dict, **PROBLEMS},
)
@api_view(["GET", "POST"])
@permission_classes(MINE)
def my_interest(request: Request, case_id: uuid.UUID) -> Response:
    """Read whom a case concerns; declare that nothing ties one to it, or give up the seat."""
    at, user = timezone.now(), asker(request)
    file = case_for_reviewer(user, case_id)
    if request.method != "POST":
        named = {r.source.name for r in file.reports if r.source.user_id is None}
        return Response(
            {
                "incident": file.incident.code,
                "declared": not awaits_declaration(file),
                "parties": sorted(concerned_parties(file.incident, at=at)),
                "speakers": sorted(named),
            }
        )
    body = InterestBody(data=request.data)
    body.is_valid(raise_exception=True)
    if body.validated_data["conflict"]:
        recuse_reviewer(case=file.case, reason=body.validated_data["reason"], by=user, at=at)
    else:
        declare_interest(case=file.case, by=user, at=at)
    return Response(status=204)


@extend_schema(
    operation_id="save_my_draft",
    summary="Keep the draft of one's ballot",
    methods=["PUT"],
    request=AnswersBody,
    parameters=[if_match("draft", needed=False), FIRST_ONE],
    responses={200: DraftOut, **PROBLEMS},
)
@extend_schema(
    operation_id="read_my_draft",
    summary="Read the draft of one's ballot",
    methods=["GET"],
    responses={200: DraftOut, **UNDECLARED},
)
@api_view(["GET", "PUT"])
@permission_classes(MINE)
def my_draft(request: Request, case_id: uuid.UUID) -> Response:
    """Read or keep the draft of one's ballot; nobody else can read it, and it leaves no trace."""
    file = _opened(request, case_id)
    if request.method == "GET":
        return _draft(file.draft)
    seen = version_seen(request)
    body = AnswersBody(data=request.data)
    body.is_valid(raise_exception=True)
    typed = typed_from(body.validated_data, file)
    try:
        at = timezone.now()
        kept = save_draft(case=file.case, typed=typed, seen=seen, by=asker(request), at=at)
    except DraftConflict as problem:
        raise VersionPassed(problem.detail) from problem
    except Invalid as problem:
        raise with_cites(problem) from problem
    return _draft(kept)


def _draft(kept: DraftBallot | None) -> Response:
    if kept is None:
        empty = AnswersBody(data={})
        empty.is_valid(raise_exception=True)
        body = {**empty.validated_data, "version": NONE_YET, "saved_at": None}
        return Response(body, headers=etag(NONE_YET))
    typed = kept.typed()
    body = {
        **{name: typed.answer(name) for name in ANSWERS},
        "parties": list(typed.parties),
        "reasons": typed.reasons,
        "cites": [opaque(key) for key in typed.cited],
        "version": kept.version,
        "saved_at": kept.saved_at,
    }
    return Response(body, headers=etag(kept.version))


@extend_schema(
    operation_id="seal_my_ballot",
    request=AnswersBody,
    parameters=[if_match('draft (`"0"` if there is none)', needed=False), FIRST_ONE],
    responses={201: dict, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def my_ballot(request: Request, case_id: uuid.UUID) -> Response:
    """Seal one's ballot: it cannot be changed, and the score shows from then on."""
    file = _opened(request, case_id)
    if file.own_ballot is not None:
        raise MoveRefused(_("Your ballot is sealed already."))
    seen = version_seen(request)
    body = AnswersBody(data=request.data)
    body.is_valid(raise_exception=True)
    draft = ballot_from(body.validated_data, file)
    try:
        at = timezone.now()
        ballot = seal_ballot(case=file.case, draft=draft, by=asker(request), at=at, seen_draft=seen)
    except DraftConflict as problem:
        raise VersionPassed(problem.detail) from problem
    except Invalid as problem:
        raise with_cites(problem) from problem
    return Response(ballot_shown(ballot), status=201)


def _opened(request: Request, case_id: uuid.UUID) -> CaseFile:
    """Return a case one sits on and has declared for."""
    file = case_for_reviewer(asker(request), case_id)
    if awaits_declaration(file):
        raise DeclarationNeeded()
    return file
