"""After the ballots are open, by machine: confirm one's own, or change it, with a dated second."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Flag, Text, read_body
from reports.api.reports import PROBLEMS
from reports.api.versions import no_version
from reports.problems import Invalid, MoveRefused
from verification.adjudication.actions.ballots import BallotDraft
from verification.adjudication.actions.second_ballots import change_ballot
from verification.adjudication.queries import case_for_reviewer, may_vote_again, own_standing
from verification.api.case_shown import ballot_shown, second_shown
from verification.api.review import UNDECLARED
from verification.api.review_bodies import AnswersBody, ballot_from, with_cites

MINE = keys_for("review")


class SecondBody(AnswersBody):
    """A whole ballot and what changed one's mind; or `confirms` alone, and why one's own stands."""

    confirms = Flag(required=False, default=False)
    why = Text(max_length=5_000)


@extend_schema(
    operation_id="seal_second_ballot",
    extensions=no_version("a second ballot is added, nothing is replaced"),
    summary="Seal a second, dated ballot",
    methods=["POST"],
    request=SecondBody,
    responses={201: dict, **PROBLEMS},
)
@extend_schema(
    operation_id="read_second_ballot",
    summary="Read whether one may vote again",
    methods=["GET"],
    responses={200: dict, **UNDECLARED},
)
@api_view(["GET", "POST"])
@permission_classes(MINE)
def second_ballot(request: Request, case_id: uuid.UUID) -> Response:
    """Read whether one may look again and what one sealed last; seal a second, dated ballot."""
    user = asker(request)
    file = case_for_reviewer(user, case_id)
    verdict, last = may_vote_again(user, file.case), own_standing(file)
    if request.method != "POST":
        shown = ballot_shown(last) if last is not None else None
        return Response({"may": bool(verdict), "reason": verdict.reason, "last": shown})
    if not verdict or last is None:
        raise MoveRefused(verdict.reason)
    read = read_body(SecondBody, request)
    why, confirms = read.pop("why"), read.pop("confirms")
    draft = _confirmed(last, request) if confirms else ballot_from(read, file)
    try:
        made = change_ballot(case=file.case, draft=draft, why=why, by=user, at=timezone.now())
    except Invalid as problem:
        raise with_cites(problem) from problem
    return Response(second_shown(made), status=201)


def _confirmed(last: Any, request: Request) -> BallotDraft:
    """Return what one sealed last, to be sealed again; answers sent beside that are refused."""
    beside = sorted(set(request.data) - {"confirms", "why"})
    if beside:
        words = _("Leave this out: a ballot that is confirmed stays as it is.")
        raise Invalid(errors={name: [words] for name in beside})
    return BallotDraft(last.answers(), last.reasons, tuple(str(key) for key in last.cited_reports))
