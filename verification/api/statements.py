"""Statements by machine: incidents a second person may speak on, and one's own word on one."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Day, Instant, Key, Strict, Text, read_body
from reports.api.parameters import answered, list_of, part_of
from reports.api.reports import PROBLEMS
from reports.identity import keys_behind, opaque
from reports.pages.choosing import current_agreement
from reports.people.queries import named_sources, source_by_id
from reports.problems import Invalid
from verification.api.answers import IncidentOut
from verification.api.pages import LISTED
from verification.corroboration.actions import StatementDraft, give_statement
from verification.corroboration.choices import Basis, Question, Says
from verification.corroboration.queries import (
    incident_for_witness,
    incidents_to_corroborate,
    own_statements,
    public_claims,
)
from verification.incidents.states import RECEIVING
from verification.publication.queries import incidents_by_codes

MINE = keys_for("statements")
SEEN = ("code", "state", "act", "window_from", "window_until")  # of an incident, by everybody


class StatementBody(Strict):
    """One answer to one question. `relays` is a claim on the file that one only repeats."""

    question = s.ChoiceField(choices=Question.choices)
    says = s.ChoiceField(choices=Says.choices)
    basis = s.ChoiceField(choices=Basis.choices)
    note = Text(max_length=5_000, help_text="what one knows, and how; never published")
    party = Text(required=False, allow_blank=True, default="", max_length=12)
    speaker = Key(required=False, allow_null=True, default=None, help_text="id from /speakers")
    publisher = Text(required=False, allow_blank=True, default="", max_length=200)
    url = Text(required=False, allow_blank=True, default="", max_length=1_000)
    published_on = Day(required=False, allow_null=True, default=None)
    relays = Text(required=False, allow_blank=True, default="", max_length=40)


class StatementOut(s.Serializer[Any]):
    """One's own statement on an incident; a later one takes its place."""

    question = s.CharField()
    party = s.CharField()
    says = s.CharField()
    basis = s.CharField()
    note = s.CharField()
    given_at = Instant()


class ClaimOut(s.Serializer[Any]):
    """A published claim on the file that a statement may relay."""

    relays = s.CharField()
    speaker = s.CharField()


class StatementsOut(s.Serializer[Any]):
    """Whether one may speak on an incident, what one said, and which claims one could relay."""

    incident = s.CharField()
    may_state = s.BooleanField()
    reason = s.CharField(help_text="why not; '' where one may")
    claims = ClaimOut(many=True)
    results = StatementOut(many=True)


class OpenIncidentOut(s.Serializer[Any]):
    """A living incident as the public may know it, and whether one spoke on it already."""

    code = s.CharField()
    state = s.CharField()
    act = s.CharField()
    window_from = s.DateTimeField()
    window_until = s.DateTimeField()
    has_stated = s.BooleanField()


@extend_schema(
    operation_id="list_open_incidents",
    parameters=LISTED,
    responses={200: list_of(OpenIncidentOut, "agreement"), **PROBLEMS},
)
@api_view(["GET"])
@permission_classes(MINE)
def open_incidents(request: Request) -> Response:
    """List the living incidents one may speak on as a second person, those not spoken on first."""
    at, agreement = timezone.now(), current_agreement(request)
    waiting = incidents_to_corroborate(agreement, asker(request), at=at)
    part = part_of(request, waiting)
    codes = [one.code for one in part.rows]
    found, _face = incidents_by_codes(agreement, codes, at=at)
    seen = {one.code: IncidentOut(one).data for one in found}
    rows = [
        {name: seen[one.code][name] for name in SEEN} | {"has_stated": one.has_stated}
        for one in part.rows
        if one.code in seen
    ]
    return answered(request, part, rows, agreement=agreement.slug)


@extend_schema(
    methods=["POST"],
    operation_id="give_statement",
    summary="State whether an incident happened, or who did it",
    request=StatementBody,
    responses={201: StatementOut, **PROBLEMS},
)
@extend_schema(
    methods=["GET"],
    operation_id="list_own_statements",
    summary="List one's own statements on an incident",
    responses={200: StatementsOut, **PROBLEMS},
)
@api_view(["GET", "POST"])
@permission_classes(MINE)
def statements(request: Request, code: str) -> Response:
    """State something on an incident one has not reported oneself, or list what one said of it."""
    at, user = timezone.now(), asker(request)
    incident, verdict = incident_for_witness(user, code, at=at)
    claims = {str(claim.origin_id): claim.source.name for claim in public_claims(incident)}
    if request.method == "POST":
        read = read_body(StatementBody, request)
        draft = _draft(read, claims)
        made = give_statement(incident=incident, draft=draft, by=user, at=at)
        return Response(_shown(made), status=201)
    may_state = bool(verdict) and incident.state in RECEIVING
    body = {
        "incident": incident.code,
        "may_state": may_state,
        "reason": "" if verdict else verdict.reason,
        "claims": [{"relays": opaque(key), "speaker": name} for key, name in claims.items()],
        "results": [_shown(row) for row in own_statements(incident, user)],
    }
    return Response(body)


def _draft(read: dict[str, Any], claims: dict[str, str]) -> StatementDraft:
    relays = keys_behind(claims).get(read["relays"], "")
    if read["relays"] and not relays:
        raise Invalid(errors={"relays": [_("This claim is not on the file.")]})
    speaker: uuid.UUID | None = read["speaker"]
    if speaker is not None and speaker not in {one.id for one in named_sources()}:
        raise Invalid(errors={"speaker": [_("This speaker is not known.")]})
    return StatementDraft(
        question=read["question"],
        says=read["says"],
        basis=read["basis"],
        note=read["note"],
        party_code=read["party"],
        speaker=source_by_id(speaker) if speaker is not None else None,
        url=read["url"].strip(),
        publisher=read["publisher"].strip(),
        published_on=read["published_on"],
        relays=relays,
    )


def _shown(row: Any) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in ("question", "says", "basis", "note", "given_at")}
    party = row.party.code if row.party is not None else ""
    return dict(StatementOut({**shown, "party": party}).data)
