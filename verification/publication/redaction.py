"""What becomes public: built field by field, so that what is not named here stays inside.

A person's own report shows as one more observation and nothing else: no words, no exact time, no
place finer than an area of several, no receipt. A named speaker's published statement shows with
its speaker, publisher and link, since it was public before it came here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reports.agreement.models import Party
from reports.intake.choices import Channel
from reports.intake.models import Report
from reports.people.models import Source
from reports.places.blur import Areas
from reports.places.models import PlaceKind
from verification.adjudication.models import Case, Decision, RecusalKind, SecondBallot
from verification.corroboration.models import PartyPosition, Statement
from verification.corroboration.rules import Provenance, independent_groups
from verification.corroboration.states import PositionState
from verification.incidents.models import Incident

# Kinds of place whose name is coarse enough to stand in public.
PUBLIC_PLACE_KINDS = frozenset(
    {
        PlaceKind.CITY,
        PlaceKind.TOWN,
        PlaceKind.VILLAGE,
        PlaceKind.DISTRICT,
        PlaceKind.REGION,
        PlaceKind.SECTOR,
        PlaceKind.LINE,
    }
)


def is_public_source(source: Source) -> bool:
    """Answer whether a source spoke in public: a named speaker, not a person with an account."""
    return source.user_id is None


def is_public_statement(report: Report) -> bool:
    """Answer whether a report may be shown: said in public by somebody named.

    Rows of another record keeper's file are counted, and never shown: they are under its licence,
    and what it says of others it did not say to the public here.
    """
    return is_public_source(report.source) and report.channel != Channel.FILE


def public_window(incident: Incident, reports: Sequence[Report]) -> tuple[datetime, datetime, str]:
    """Return (from, until, precision) as the public may know it.

    The exact window if a public statement gave it, else widened to whole days of local time.
    """
    begins, ends = incident.window_from, incident.window_until
    exact = any(
        is_public_statement(r)
        and r.observed_from <= begins
        and r.observed_until >= ends
        and r.observed_until - r.observed_from <= ends - begins
        for r in reports
    )
    if exact or incident.time_precision in ("day", "days"):
        return begins, ends, incident.time_precision
    zone = ZoneInfo(incident.agreement.timezone)
    first = begins.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    last = (ends.astimezone(zone) - timedelta(microseconds=1)).replace(
        hour=0, minute=0, second=0, microsecond=0
    ) + timedelta(days=1)
    return first.astimezone(UTC), last.astimezone(UTC), "day"


def public_place(incident: Incident, reports: Sequence[Report], areas: Areas) -> dict[str, Any]:
    """Return where an incident was, as the public may know it: a named place or an area.

    The place is shown only if a public statement named that place; where only observers say
    where it was, it is shown as the area of several places that holds it.
    """
    named = any(
        is_public_statement(r) and r.place_id == incident.place_id and r.place_id for r in reports
    )
    place = incident.place
    if place is not None and named and place.kind in PUBLIC_PLACE_KINDS:
        # A gazetteer's centre is a public fact; the area is its own, not that of the event.
        own = areas.at(place.lat, place.lon)
        return {
            "place_id": str(place.pk),
            "cell": own.cell if own is not None else "",
            "lat": place.lat,
            "lon": place.lon,
            "radius_m": place.radius_m,
            "ring": [],
        }
    empty: dict[str, Any] = {
        "place_id": "",
        "cell": "",
        "lat": None,
        "lon": None,
        "radius_m": None,
        "ring": [],
    }
    if incident.lat is None or incident.lon is None:
        return empty
    area = areas.at(incident.lat, incident.lon)
    if area is None:
        return empty
    ring = [list(corner) for corner in area.ring]
    return empty | {"cell": area.cell, "lat": area.lat, "lon": area.lon, "ring": ring}


def independent_origins(reports: Sequence[Report]) -> list[int]:
    """Return for each report the number of its independent origin among these, from 0."""
    return independent_groups(
        [
            Provenance(str(r.source_id), str(r.source.organisation_id or ""), str(r.origin_id))
            for r in reports
        ]
    )


def public_statements(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Return the named speakers' published statements, each with the number of its origin.

    Numbers run from 1 over the public statements alone; the record's own keys tell when somebody
    filed, so they stay inside.
    """
    shown: dict[int, int] = {}
    found = []
    for report, origin in zip(reports, independent_origins(reports), strict=True):
        if is_public_statement(report):
            number = shown.setdefault(origin, len(shown) + 1)
            found.append({**public_statement(report), "origin": number})
    return found


def public_statement(report: Report) -> dict[str, Any]:
    """Return a named speaker's published statement."""
    return {
        "speaker": report.source.name,
        "speaker_kind": report.source.kind,
        "stance": report.stance,
        "accused": report.accused.code if report.accused is not None else report.accused_kind,
        "act": report.act_id,
        "publisher": report.publisher,
        "url": report.source_url,
        "published_on": report.origin.published_on.isoformat()
        if report.origin.published_on
        else "",
        "tolls": report.tolls,
        "weapon": report.weapon,
        "narrative": report.narrative,
    }


def public_position(position: PartyPosition) -> dict[str, Any]:
    """Return what an accused party answered, or that it was silent."""
    silent = position.state == PositionState.LAPSED
    return {
        "party": position.party.code,
        "hearing": position.hearing,
        "state": position.state,
        "position": "" if silent else position.position,
        "reason_code": position.reason_code,
        "text": position.text,
        "conceded_killed_least": position.conceded_killed_least,
        "conceded_killed": position.conceded_killed,
        "conceded_killed_most": position.conceded_killed_most,
        "conceded_injured_least": position.conceded_injured_least,
        "conceded_injured": position.conceded_injured,
        "conceded_injured_most": position.conceded_injured_most,
        "documents": [
            {"url": d["url"], "description": d["description"]} for d in position.documents
        ],
        "notified_at": position.notified_at.isoformat(),
        "due_at": position.due_at.isoformat(),
        "first_due_at": position.first_due_at.isoformat() if position.first_due_at else "",
        "extension_reason": position.extension_reason,
        "answered_at": position.answered_at.isoformat() if position.answered_at else "",
    }


def public_parties(parties: Sequence[Party]) -> dict[str, dict[str, Any]]:
    """Return the parties' names and hues by code."""
    return {p.code: {"names": p.names, "colour": p.colour} for p in parties}


def public_reasons(incident: Incident) -> list[dict[str, str]]:
    """Return the tests of admissibility."""
    return [
        {"test": r["test"], "verdict": r["verdict"], "code": r["code"]}
        for r in incident.admissibility_reasons
    ]


def _minds_changed(decision: Decision) -> int:
    """Return how many of those who decided held something else when they voted blind."""
    rows = SecondBallot.objects.filter(
        first__case=decision.case_id, first__seat__recused_at=None, confirms=False
    )
    return rows.values("first").distinct().count()


def public_decision(decision: Decision) -> dict[str, Any]:
    """Return a decision: five answers with likelihood and confidence apart, reasons, dissents."""
    clause = decision.clause
    return {
        "occurrence": decision.occurrence,
        "occurrence_likelihood": decision.occurrence_likelihood,
        "occurrence_confidence": decision.occurrence_confidence,
        "breach": decision.breach,
        "breach_likelihood": decision.breach_likelihood,
        "breach_confidence": decision.breach_confidence,
        "clause": clause.code if clause is not None else "",
        "clause_titles": clause.titles if clause is not None else {},
        "attribution": decision.attribution,
        "parties": list(decision.parties),
        "attribution_likelihood": decision.attribution_likelihood,
        "attribution_confidence": decision.attribution_confidence,
        "intent": decision.intent,
        "intent_confidence": decision.intent_confidence,
        "severity": decision.severity,
        "standard_of_proof": decision.standard_of_proof,
        "attribution_floor": decision.incident.agreement.attribution_floor,
        "reasons": decision.reasons,
        "n_ballots": decision.n_ballots,
        "n_changed": _minds_changed(decision),
        "dissents": [
            {
                "occurrence": d["answers"]["occurrence"],
                "breach": d["answers"]["breach"],
                "attribution": d["answers"]["attribution"],
                "parties": d["answers"]["parties"],
                "reasons": d["reasons"],
            }
            for d in decision.dissents
        ],
        "decided_at": decision.decided_at.isoformat(),
    }


def public_panel(case: Case) -> dict[str, Any]:
    """Return how the panel was drawn, so that anybody can draw again; it names nobody."""
    left = [kind for kind in case.seats.values_list("recusal_kind", flat=True) if kind]
    return {
        "round": case.round,
        "draws": [draw.record() for draw in case.draws.all()],
        "vacated": {kind: left.count(kind) for kind in RecusalKind.values},
    }


def public_counts(
    reports: Sequence[Report], statements: Sequence[Statement], *, origins: int
) -> dict[str, int]:
    """Return how much a finding rests on, as numbers only."""
    return {
        "reports": len(reports),
        "public_reports": sum(1 for r in reports if is_public_source(r.source)),
        "observers_reports": sum(1 for r in reports if not is_public_source(r.source)),
        "statements": len(statements),
        "independent_origins": origins,
    }
