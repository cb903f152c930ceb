"""The public list of incidents, and the public page of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.intake.rules import REASON_TEXTS
from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from verification.ledger.queries import log_status
from verification.pages.clocks import clock_rows
from verification.pages.drawing import map_features
from verification.pages.exchange import order_view
from verification.pages.links import cursor_in, neighbour
from verification.pages.replies import reply_words
from verification.publication.asking import asked_for
from verification.publication.faces import AgreementFace
from verification.publication.order import order_by_code
from verification.publication.queries import filter_words, incident_list, public_incident
from verification.publication.register import public_on_incident
from verification.publication.wording import label, toll_words


@require_safe
@answers_problems
def incidents(request: HttpRequest) -> HttpResponse:
    """Show the incidents a reader asked for, a page at a time."""
    at = timezone.now()
    agreement = current_agreement(request)
    asked = asked_for(request.GET, filter_words(agreement))
    seen = incident_list(agreement, at=at, wanted=asked.wanted, cursor=cursor_in(request))
    context = {
        "as_of": at,
        "agreement": seen.agreement,
        "agreement_title": seen.agreement.title,
        "zone": seen.agreement.timezone,
        "asked": asked,
        "found": seen,
        "previous_url": neighbour(request, seen.newer),
        "next_url": neighbour(request, seen.older),
    }
    return render(request, "verification/incidents.html", context)


@require_safe
@answers_problems
def incident(request: HttpRequest, code: str) -> HttpResponse:
    """Show one incident: what is alleged by whom, what the accused say, how far the case is."""
    at = timezone.now()
    seen, agreement = public_incident(code, at=at)
    if seen.code != code:
        return redirect("incident", code=seen.code)
    context = {
        "as_of": at,
        "log": log_status(at=at),
        "agreement": agreement,
        "agreement_title": agreement.title,
        "zone": agreement.timezone,
        "incident": seen,
        "category": label("class", seen.category),
        "reasons": reason_rows(seen.reasons),
        "origins": origin_groups(seen.statements, agreement),
        "positions": position_views(seen.positions, agreement),
        "history": [{"at": line.at, "title": line.label} for line in seen.history],
        "order": order_view(order_by_code(seen.code)),
        "features": map_features([seen], agreement.timezone),
        "clocks": clock_rows(seen.clocks, parties={p.code: p for p in agreement.parties}, at=at),
        "recommended": public_on_incident(seen.code, at=at),
        "now": at,
    }
    return render(request, "verification/incident.html", context)


def reason_rows(reasons: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Return the tests of admissibility with their sentences."""
    return [{**r, "text": str(REASON_TEXTS.get(r["code"], r["code"]))} for r in reasons]


def origin_groups(
    statements: Sequence[dict[str, Any]], agreement: AgreementFace
) -> list[list[dict[str, Any]]]:
    """Return the public statements grouped by independent origin, the first of each first."""
    ordered = sorted(statements, key=lambda s: s["origin"])
    return [
        [statement_view(s, agreement) for s in group]
        for _number, group in groupby(ordered, key=lambda s: s["origin"])
    ]


def statement_view(statement: dict[str, Any], agreement: AgreementFace) -> dict[str, Any]:
    """Return a public statement with its codes in words."""
    accused = {party.code: party for party in agreement.parties}.get(statement["accused"])
    return {
        **statement,
        "stance_words": label("stance", statement["stance"]),
        "speaker_words": label("source", statement["speaker_kind"]),
        "accused_party": accused,
        "accused_words": "" if accused else label("accused", statement["accused"]),
        "published_day": date.fromisoformat(day) if (day := statement["published_on"]) else None,
        "toll_words": toll_words(statement["tolls"]),
    }


def position_views(
    positions: Sequence[dict[str, Any]], agreement: AgreementFace
) -> list[dict[str, Any]]:
    """Return the parties' answers with their codes in words and their instants as instants."""
    return [
        {
            **position,
            **reply_words(position),
            "party": agreement.party(position["party"]),
            "position_words": label("position", position["position"]),
            "reason_words": label("position_reason", position["reason_code"]),
            **instants(position, "notified_at", "due_at", "answered_at", "first_due_at"),
        }
        for position in positions
    ]


def instants(record: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return the named fields of a published record as instants; None where there is none."""
    found = {name: record.get(name) for name in names}  # older findings lack newer fields
    return {name: datetime.fromisoformat(at) if at else None for name, at in found.items()}
