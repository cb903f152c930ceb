"""The chair's doors: cases by deadline, one case with what it lacks, its panel, its decision."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import NothingBody, Strict, Text, read_body
from reports.api.parameters import answered, list_of, part_of
from reports.api.reports import PROBLEMS
from reports.api.versions import check_version, etag, if_match
from reports.pages.choosing import current_agreement
from reports.problems import Invalid
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.panels import open_case, override_seat, replace_reviewer
from verification.adjudication.answers import outcome_of, panel_answers
from verification.adjudication.eligible import why_vacated
from verification.adjudication.queries import (
    CaseFile,
    case_for_chair,
    cases_for_chair,
    incident_for_chair,
    incidents_without_case,
    seats_of,
)
from verification.adjudication.readiness import readiness
from verification.api.case_shown import answers_shown, case_shown
from verification.api.pages import LISTED, page_of, paged
from verification.corroboration.queries import positions_by_incident

MINE = keys_for("chair")


class CaseOut(s.Serializer[Any]):
    """A case with its clock and how many ballots are sealed."""

    id = s.UUIDField(source="pk")
    incident = s.CharField(source="incident.code")
    state = s.CharField()
    round = s.IntegerField()
    opened_at = s.DateTimeField()
    ballots_due_at = s.DateTimeField()
    seats = s.IntegerField(source="n_seats")
    sealed = s.IntegerField(source="n_ballots")


class OpenableOut(s.Serializer[Any]):
    """An incident a case could be opened on, with what the accused said so far."""

    code = s.CharField(source="incident.code")
    state = s.CharField(source="incident.state")
    version = s.IntegerField(source="incident.version", help_text="goes into If-Match")
    admissibility = s.CharField(source="incident.admissibility")
    opened_at = s.DateTimeField(source="incident.opened_at")
    notices = s.ListField(child=s.DictField())


class DecideBody(Strict):
    """The reasons of the decision, published word for word; the ballots say the rest."""

    reasons = Text(max_length=50_000)


class VacateBody(Strict):
    """How a seat is vacated: by a rule that applies, or by the chair's override with a reason."""

    how = s.ChoiceField(choices=("rule", "override"))
    reason = Text(required=False, allow_blank=True, default="", max_length=500)


@extend_schema(
    operation_id="list_cases", parameters=LISTED, responses={200: page_of(CaseOut), **PROBLEMS}
)
@api_view(["GET"])
@permission_classes(MINE)
def cases(request: Request) -> Response:
    """List an agreement's cases, open ones by deadline first."""
    at = timezone.now()
    agreement = current_agreement(request)
    rows = cases_for_chair(asker(request), agreement, at=at)
    return paged(request, {"as_of": at, "agreement": agreement.slug}, rows, CaseOut)


@extend_schema(
    operation_id="list_openable",
    parameters=LISTED,
    responses={200: list_of(OpenableOut), **PROBLEMS},
)
@api_view(["GET"])
@permission_classes(MINE)
def openable(request: Request) -> Response:
    """List the incidents a case could be opened on, with the notices to the accused."""
    agreement = current_agreement(request)
    waiting = incidents_without_case(asker(request), agreement, at=timezone.now())
    part = part_of(request, waiting)
    found = part.rows
    positions = positions_by_incident(found)
    rows = [{"incident": one, "notices": list(map(_notice, positions[one.pk]))} for one in found]
    return answered(request, part, OpenableOut(rows, many=True).data)


def _notice(position: Any) -> dict[str, Any]:
    return {
        "id": position.pk,
        "party": position.party.code,
        "state": position.state,
        "due_at": position.due_at,
    }


@extend_schema(
    operation_id="open_case",
    request=NothingBody,
    parameters=[if_match("incident")],
    responses={201: dict, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def opening(request: Request, code: str) -> Response:
    """Open a case; its panel is seated by rule."""
    at, user = timezone.now(), asker(request)
    incident = incident_for_chair(user, code, at=at)
    check_version(request, incident.version)
    read_body(NothingBody, request)
    made = open_case(incident=incident, by=user, at=at)
    return _shown(case_for_chair(user, made.pk, at=at), at, status=201)


@extend_schema(operation_id="read_case", responses={200: dict, **PROBLEMS})
@api_view(["GET"])
@permission_classes(MINE)
def case(request: Request, case_id: uuid.UUID) -> Response:
    """Read a case with its seats, its draws and what a decision still lacks."""
    at = timezone.now()
    return _shown(case_for_chair(asker(request), case_id, at=at), at)


def _shown(file: CaseFile, at: datetime, *, status: int = 200) -> Response:
    state = readiness(file.case, at=at)
    names = ("quorum", "ballots", "heard", "second_look", "unconflicted")
    panel = panel_answers([one.answers() for one in file.standing]) if file.standing else None
    body = {
        **case_shown(file, at=at),
        "version": file.case.version,
        "ready": bool(state),
        "preconditions": [
            {"name": name, "holds": bool(verdict), "reason": verdict.reason}
            for name, verdict in zip(names, state.verdicts(), strict=True)
        ],
        "panel_seats": _seats(file, at),
        "draws": [draw.record() for draw in file.case.draws.all()],
        "panel": None if panel is None else answers_shown(panel),
        "outcome": "" if panel is None else outcome_of(panel),
    }
    return Response(body, status=status, headers=etag(file.case.version))


def _seats(file: CaseFile, at: datetime) -> list[dict[str, Any]]:
    open_still = file.case.state == "balloting"
    vacated = why_vacated(file.case, at=at) if open_still else {}
    return [
        {
            "number": seat.number,
            "organisation": seat.reviewer.organisation.name
            if seat.reviewer.organisation is not None
            else "",
            "side": seat.alignment,
            "sealed": seat.has_voted,  # type: ignore[attr-defined]
            "declared_at": seat.declared_at,
            "recused_at": seat.recused_at,
            "recusal_reason": seat.recusal_reason,
            "rule_vacates": vacated.get(seat.number, "") if seat.recused_at is None else "",
        }
        for seat in seats_of(file.case)
    ]


@extend_schema(
    operation_id="decide_case",
    request=DecideBody,
    parameters=[if_match("case")],
    responses={200: dict, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def decision(request: Request, case_id: uuid.UUID) -> Response:
    """Seal the panel's decision with its reasons; it is published and never edited."""
    at, user = timezone.now(), asker(request)
    file = case_for_chair(user, case_id, at=at)
    check_version(request, file.case.version)
    decide_case(case=file.case, reasons=read_body(DecideBody, request)["reasons"], by=user, at=at)
    return _shown(case_for_chair(user, case_id, at=at), at)


@extend_schema(
    operation_id="vacate_seat",
    request=VacateBody,
    parameters=[if_match("case")],
    responses={200: dict, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def vacate(request: Request, case_id: uuid.UUID, number: int) -> Response:
    """Vacate a seat, by a rule or by an override with its reason; the rules seat somebody else."""
    at, user = timezone.now(), asker(request)
    file = case_for_chair(user, case_id, at=at)
    check_version(request, file.case.version)
    read = read_body(VacateBody, request)
    given: dict[str, Any] = {"case": file.case, "seat_number": number, "by": user, "at": at}
    if read["how"] == "override":
        override_seat(**given, reason=read["reason"])
    elif read["reason"]:
        raise Invalid(errors={"reason": [_("A rule has its own reason; leave this empty.")]})
    else:
        replace_reviewer(**given)
    return _shown(case_for_chair(user, case_id, at=at), at)
