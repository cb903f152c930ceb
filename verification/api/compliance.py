"""Work on a recommendation by machine: the addressee answers, the mechanism assesses."""

from __future__ import annotations

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
from reports.api.bodies import Strict, Text
from reports.api.reports import PROBLEMS
from reports.api.versions import check_version, etag, if_match
from reports.problems import Invalid
from verification.recommendations.actions import (
    answer_recommendation,
    assess_recommendation,
    report_compliance,
    withdraw_recommendation,
)
from verification.recommendations.queries import (
    Recommendation,
    may_answer,
    recommendation_for,
)
from verification.recommendations.rules import Evidence
from verification.recommendations.states import ANSWERS, ASSESSED, MOVES, RecommendationState

MINE = keys_for("recommendations")
OF_PARTY = ANSWERS | {RecommendationState.REPORTED}
OF_CHAIR = ASSESSED | {RecommendationState.WITHDRAWN}


class EvidenceBody(Strict):
    """One item: one's own report, an incident on record, or a published page; one of the three."""

    receipt = Text(required=False, allow_blank=True, default="", max_length=16)
    incident = Text(required=False, allow_blank=True, default="", max_length=20)
    url = Text(required=False, allow_blank=True, default="", max_length=1_000)
    note = Text(required=False, allow_blank=True, default="", max_length=300)


class SayBody(Strict):
    """The state a recommendation is moved to, with words that are published, and evidence."""

    to = s.ChoiceField(choices=sorted(str(state) for state in OF_PARTY | OF_CHAIR))
    text = Text(max_length=10_000)
    evidence = EvidenceBody(many=True, required=False)


class WorkOut(s.Serializer[Any]):
    """Where a recommendation stands, and what one may say of it now. `version` is the ETag."""

    code = s.CharField()
    state = s.CharField()
    version = s.IntegerField()
    due_at = s.DateTimeField()
    may_say = s.ListField(child=s.CharField())


@extend_schema(
    operation_id="say_on_recommendation",
    summary="Answer or assess a recommendation",
    methods=["POST"],
    request=SayBody,
    parameters=[if_match("recommendation")],
    responses={200: WorkOut, **PROBLEMS},
)
@extend_schema(
    operation_id="read_recommendation_work",
    summary="Read what one may say of a recommendation",
    methods=["GET"],
    responses={200: WorkOut, **PROBLEMS},
)
@api_view(["GET", "POST"])
@permission_classes(MINE)
def work(request: Request, code: str) -> Response:
    """Read what one may say of a recommendation, as its addressee or as the chair; say it."""
    at, user = timezone.now(), asker(request)
    row = recommendation_for(user, code, at=at)
    if request.method == "POST":
        check_version(request, row.version)
        body = SayBody(data=request.data)
        body.is_valid(raise_exception=True)
        _say(row, body.validated_data, user, at)
    return Response(
        WorkOut(
            {
                "code": row.code,
                "state": row.state,
                "version": row.version,
                "due_at": row.due_at,
                "may_say": _may_say(row, user, at),
            }
        ).data,
        headers=etag(row.version),
    )


def _may_say(row: Recommendation, user: Any, at: datetime) -> list[str]:
    own = OF_PARTY if may_answer(user, row, at=at) else OF_CHAIR
    return sorted(str(state) for state in own if state in MOVES[row.state])


def _say(row: Recommendation, read: dict[str, Any], user: Any, at: datetime) -> None:
    given: dict[str, Any] = {"recommendation": row, "text": read["text"], "by": user, "at": at}
    evidence = tuple(Evidence(**one) for one in read.get("evidence") or ())
    to = read["to"]
    if evidence and to in (*ANSWERS, RecommendationState.WITHDRAWN):
        raise Invalid(errors={"evidence": [_("Evidence goes with compliance alone.")]})
    if to in ANSWERS:
        answer_recommendation(**given, answer=to)
    elif to == RecommendationState.REPORTED:
        report_compliance(**given, evidence=evidence)
    elif to == RecommendationState.WITHDRAWN:
        withdraw_recommendation(**given)
    else:
        assess_recommendation(**given, verdict=to, evidence=evidence)
