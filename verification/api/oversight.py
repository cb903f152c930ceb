"""What a chair answers for, by machine: more time, recommendations, what is late, how panels vote.

Reviewers read the whole of the panels' figures, and of the reviewers their own row alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.agreement.queries import parties_of
from reports.api.authentication import asker, keys_for
from reports.api.bodies import Instant, Strict, Text, read_body
from reports.api.reports import PROBLEMS
from reports.api.versions import check_version, etag, if_match
from reports.pages.choosing import current_agreement
from reports.people.permissions import may
from reports.people.queries import User
from reports.problems import Invalid
from verification.adjudication.concordance import Alpha
from verification.adjudication.measures import (
    alphas_by_month,
    alphas_by_pair,
    ballots_cast,
    drift_for,
)
from verification.adjudication.queries import incident_for_chair
from verification.api.pages import AGREEMENT
from verification.caseload.queries import overdue_for
from verification.caseload.rules import Clock
from verification.corroboration.actions import extend_deadline
from verification.corroboration.queries import PartyPosition, position_for_chair
from verification.corroboration.rules import longest_extension, may_extend
from verification.corroboration.states import PositionState
from verification.recommendations.actions import issue_recommendation


class ExtensionBody(Strict):
    """The new deadline, and why the party gets more time: it and the public read it."""

    until = Instant()
    reason = Text(max_length=500)


class IssueBody(Strict):
    """To whom, what, by when; published word for word."""

    party = Text(max_length=12)
    text = Text(max_length=10_000)
    due_at = Instant()


@extend_schema(
    operation_id="extend_deadline",
    summary="Give a party more time, once",
    methods=["POST"],
    request=ExtensionBody,
    parameters=[if_match("notice")],
    responses={200: dict, **PROBLEMS},
)
@extend_schema(
    operation_id="read_deadline",
    summary="Read a notice's clock",
    methods=["GET"],
    responses={200: dict, **PROBLEMS},
)
@api_view(["GET", "POST"])
@permission_classes(keys_for("chair"))
def extension(request: Request, position_id: uuid.UUID) -> Response:
    """Read a notice's clock; give the party more time, once."""
    at, user = timezone.now(), asker(request)
    found = position_for_chair(user, position_id, at=at)
    if request.method == "POST":
        check_version(request, found.version)
        read = read_body(ExtensionBody, request)
        found = extend_deadline(
            position=found, until=read["until"], reason=read["reason"], by=user, at=at
        )
    return _clock(found, at)


def _clock(found: PartyPosition, at: Any) -> Response:
    times = {"notified_at": found.notified_at, "due_at": found.due_at}
    verdict = may_extend(
        awaited=found.state == PositionState.AWAITED,
        extended=found.first_due_at is not None,
        at=at,
        **times,
    )
    body = {
        "id": found.pk,
        "incident": found.incident.code,
        "party": found.party.code,
        "state": found.state,
        "version": found.version,
        **times,
        "first_due_at": found.first_due_at,
        "extension_reason": found.extension_reason,
        "latest": longest_extension(**times),
        "may_extend": bool(verdict),
        "reason": verdict.reason,
    }
    return Response(body, headers=etag(found.version))


@extend_schema(
    operation_id="issue_recommendation", request=IssueBody, responses={201: dict, **PROBLEMS}
)
@api_view(["POST"])
@permission_classes(keys_for("chair"))
def recommend(request: Request, code: str) -> Response:
    """Recommend something to a party after a decision."""
    at, user = timezone.now(), asker(request)
    incident = incident_for_chair(user, code, at=at)
    read = read_body(IssueBody, request)
    parties = {party.code: party for party in parties_of(incident.agreement_id)}
    if read["party"] not in parties:
        raise Invalid(errors={"party": [_("Choose a party.")]})
    made = issue_recommendation(
        incident=incident,
        party=parties[read["party"]],
        text=read["text"],
        due_at=read["due_at"],
        by=user,
        at=at,
    )
    body = {"code": made.code, "state": made.state, "version": made.version, "due_at": made.due_at}
    return Response(body, status=201, headers=etag(made.version))


@extend_schema(
    operation_id="list_overdue", parameters=[AGREEMENT], responses={200: dict, **PROBLEMS}
)
@api_view(["GET"])
@permission_classes(keys_for("chair"))
def overdue(request: Request) -> Response:
    """List what was not done in its time: for the chair all of it, for triage its own."""
    at = timezone.now()
    agreement = current_agreement(request)
    seen = overdue_for(asker(request), agreement, at=at)
    reports = [
        {"report": report.pk, "receipt": report.receipt, "due_at": clock.due_at}
        for report, clock in seen.reports or ()
    ]
    body = {
        "as_of": at,
        "agreement": agreement.slug,
        "incidents": [
            {"incident": line.incident.code, "steps": list(map(_late, line.clocks))}
            for line in seen.incidents
        ],
        "reports": None if seen.reports is None else reports,
        "n_reports": seen.n_reports,
        "oldest_report": seen.oldest_report,
    }
    return Response(body)


def _late(clock: Clock) -> dict[str, Any]:
    return {
        "step": str(clock.step),
        "since": clock.since,
        "due_at": clock.due_at,
        "party": clock.party,
    }


@extend_schema(
    operation_id="read_panel_figures", parameters=[AGREEMENT], responses={200: dict, **PROBLEMS}
)
@api_view(["GET"])
@permission_classes(keys_for("review"))
def panels(request: Request) -> Response:
    """Read how far panels agree beyond chance, by month; how oneself votes; the chair, everybody.

    Pairs of reviewers are for the chair alone.
    """
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    cast = ballots_cast(agreement)
    rows = drift_for(user, agreement, at=at, cast=cast)  # refuses whoever may not read it
    chairs = bool(may(user, "case.decide", at=at, agreement_id=agreement.pk))
    pairs = alphas_by_pair(user, agreement, at=at, cast=cast) if chairs else []
    body = {
        "as_of": at,
        "agreement": agreement.slug,
        "periods": [
            {"month": row.month, "cases": row.cases, "alpha": _alphas(row.by_question)}
            for row in alphas_by_month(agreement, cast)
        ],
        "pairs": [
            {
                "reviewers": [_name(row.first), _name(row.second)],
                "cases": row.cases,
                "alpha": _alphas(row.by_question),
            }
            for row in pairs
        ],
        "reviewers": [{"name": _name(row.reviewer), **asdict(row.drift)} for row in rows],
    }
    return Response(body)


def _alphas(by_question: Mapping[str, Alpha]) -> dict[str, Any]:
    return {name: asdict(alpha) for name, alpha in by_question.items()}


def _name(user: User) -> str:
    return user.display_name or user.username
