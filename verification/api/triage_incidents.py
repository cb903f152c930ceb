"""An incident's file at triage, by machine: read it, split it, tie it, rule it out, question it."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Key, NothingBody, Strict, Text, read_body
from reports.api.reports import PROBLEMS
from reports.api.versions import check_version, etag, if_match
from verification.api.triage import DoneOut, WhyBody, done
from verification.incidents.actions import rule_inadmissible
from verification.incidents.queries import (
    Incident,
    active_links,
    ended_links,
    incident_for_triage,
    link_for_triage,
    merges_of,
    root_of,
)
from verification.linking.actions import split_incident, tie_incidents, undo_split, undo_tie
from verification.linking.queries import (
    exchange_of,
    split_for_triage,
    splits_of,
    tie_for_triage,
    ties_of,
)
from verification.reopening.actions import Request as Asked
from verification.reopening.actions import ask_reopening
from verification.scoring.chains import Timed, chain_of

MINE = keys_for("triage")
WHY_MOST, TEXT_MOST = 500, 10_000  # characters


class SplitBody(Strict):
    """The links of the reports to take out into a new incident, and why."""

    links = s.ListField(child=Key(), max_length=500)
    why = Text(max_length=WHY_MOST)


class TieBody(Strict):
    """Another incident of the same exchange, and why."""

    other = Text(max_length=20)
    why = Text(max_length=WHY_MOST)


class RulingBody(Strict):
    """Why an incident lies outside the agreement; published word for word."""

    ruling = Text(max_length=TEXT_MOST)


@extend_schema(operation_id="read_file_at_triage", responses={200: dict, **PROBLEMS})
@api_view(["GET"])
@permission_classes(MINE)
def incident(request: Request, code: str) -> Response:
    """Read an incident's links, merges, splits and ties, and the likely order of its exchange."""
    return _shown(incident_for_triage(asker(request), code, at=timezone.now()))


def _shown(found: Incident) -> Response:
    body = {
        "code": found.code,
        "state": found.state,
        "version": found.version,
        "act": found.act_id,
        "window_from": found.window_from,
        "window_until": found.window_until,
        "admissibility": found.admissibility,
        "links": [
            {
                "id": link.pk,
                "report": link.report_id,
                "receipt": link.report.receipt,
                "origin": link.report.origin_id,
                "why": link.why,
                "by_rule": link.linked_by_id is None,
                "linked_at": link.linked_at,
            }
            for link in active_links(found)
        ],
        "unlinked": [
            {"report": link.report_id, "at": link.unlinked_at, "why": link.unlink_why}
            for link in ended_links(found)
        ],
        "merges": [_undone(row, row.absorbed, row.merged_at) for row in merges_of(found)],
        "splits": [_undone(row, row.created, row.split_at) for row in splits_of(found)],
        "ties": [
            _undone(row, row.other if row.one_id == found.pk else row.one, row.tied_at)
            for row in ties_of(found)
        ],
        "order": _order(found),
    }
    return Response(body, headers=etag(found.version))


def _undone(row: Any, other: Incident, at: Any) -> dict[str, Any]:
    """Return a deed that can be undone, by its key, with the other incident."""
    return {"id": row.pk, "incident": other.code, "at": at, "why": row.why}


def _order(found: Incident) -> dict[str, Any] | None:
    """Return which of the tied incidents probably came first, as far as their windows tell."""
    tied = [Timed(i.code, i.window_from, i.window_until) for i in exchange_of(found)]
    chain = chain_of(tied)
    if chain is None:
        return None
    return {
        "codes": list(chain.codes),
        "p_order": chain.p_order,
        "p_first": dict(chain.first),
        "steps": [asdict(step) for step in chain.steps],
    }


@extend_schema(
    operation_id="split_incident", request=SplitBody, responses={201: DoneOut, **PROBLEMS}
)
@api_view(["POST"])
@permission_classes(MINE)
def splits(request: Request, code: str) -> Response:
    """Take some reports out of an open incident into a new one."""
    at, user = timezone.now(), asker(request)
    found = incident_for_triage(user, code, at=at)
    read = read_body(SplitBody, request)
    made = split_incident(incident=found, links=read["links"], why=read["why"], by=user, at=at)
    return done("split", made)


@extend_schema(operation_id="undo_split", request=NothingBody, responses={204: None, **PROBLEMS})
@api_view(["POST"])
@permission_classes(MINE)
def undo_a_split(request: Request, split_id: uuid.UUID) -> Response:
    """Put the reports of a split back where they were."""
    at, user = timezone.now(), asker(request)
    found = split_for_triage(user, split_id, at=at)
    read_body(NothingBody, request)
    undo_split(split=found, by=user, at=at)
    return Response(status=204)


@extend_schema(operation_id="tie_incidents", request=TieBody, responses={201: DoneOut, **PROBLEMS})
@api_view(["POST"])
@permission_classes(MINE)
def ties(request: Request, code: str) -> Response:
    """Tie two incidents as parts of one exchange; they stay two."""
    at, user = timezone.now(), asker(request)
    found = incident_for_triage(user, code, at=at)
    read = read_body(TieBody, request)
    other = incident_for_triage(user, read["other"], at=at)
    return done("tie", tie_incidents(incident=found, other=other, why=read["why"], by=user, at=at))


@extend_schema(operation_id="undo_tie", request=NothingBody, responses={204: None, **PROBLEMS})
@api_view(["POST"])
@permission_classes(MINE)
def undo_a_tie(request: Request, tie_id: uuid.UUID) -> Response:
    """Undo a tie."""
    at, user = timezone.now(), asker(request)
    found = tie_for_triage(user, tie_id, at=at)
    read_body(NothingBody, request)
    undo_tie(tie=found, by=user, at=at)
    return Response(status=204)


@extend_schema(
    operation_id="rule_inadmissible",
    request=RulingBody,
    parameters=[if_match("incident")],
    responses={200: dict, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def ruling(request: Request, code: str) -> Response:
    """Rule that an incident lies outside the agreement: no panel judges it."""
    at, user = timezone.now(), asker(request)
    found = incident_for_triage(user, code, at=at)
    check_version(request, found.version)
    read = read_body(RulingBody, request)
    return _shown(rule_inadmissible(incident=found, ruling=read["ruling"], by=user, at=at))


@extend_schema(
    operation_id="question_report", request=WhyBody, responses={201: DoneOut, **PROBLEMS}
)
@api_view(["POST"])
@permission_classes(MINE)
def question(request: Request, link_id: uuid.UUID) -> Response:
    """Ask the chair whether a report belongs to a decided file at all."""
    at, user = timezone.now(), asker(request)
    link = link_for_triage(user, link_id, at=at)
    read = read_body(WhyBody, request)
    asked = Asked("wrong_report", read["why"], link)
    made = ask_reopening(incident=root_of(link.incident), request=asked, by=user, at=at)
    return done("reopening", made)
