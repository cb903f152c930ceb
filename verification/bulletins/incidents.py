"""The incidents of the past, as the public could have known them then."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.intake.models import Report
from reports.places.blur import Areas
from reports.places.queries import place_choices, public_areas
from verification.bulletins.past import Past
from verification.corroboration.models import PartyPosition
from verification.incidents.facts import facts_of
from verification.incidents.models import Incident
from verification.publication.models import Finding
from verification.publication.redaction import independent_origins, public_place, public_window
from verification.publication.shapes import shape_of

DENIALS = frozenset({"denies", "disputes_facts"})


@dataclass(frozen=True, slots=True)
class PastIncident:
    """An incident that stood then; `where` and the window are as the public may know them."""

    code: str
    act: str
    shape: str
    opened_at: datetime
    window: tuple[str, str, str] | None  # from, until, precision
    where: Mapping[str, Any]
    accused: tuple[str, ...]

    def in_public(self) -> dict[str, Any]:
        """Return it as a bulletin tells it."""
        begins, ends, precision = self.window or ("", "", "")
        return {
            "code": self.code,
            "act": self.act,
            "shape": self.shape,
            "window_from": begins,
            "window_until": ends,
            "precision": precision,
            "place": self.where["label"],
            "lat": self.where["lat"],
            "lon": self.where["lon"],
            "radius_m": self.where["radius_m"],
            "ring": self.where["ring"],
            "accused": list(self.accused),
        }


NO_AREAS = Areas(None, (), 0)
NOWHERE: Mapping[str, Any] = {"label": "", "lat": None, "lon": None, "radius_m": None, "ring": []}


def past_incidents(past: Past) -> list[PastIncident]:
    """Return the incidents that stood and were shown, by code; merged ones count elsewhere."""
    withheld = past.withheld()
    files, told = past.files(), _told(past)
    answers: dict[uuid.UUID, list[PartyPosition]] = {}
    for position in past.positions:
        answers.setdefault(past.roots[position.incident_id], []).append(position)
    agreement = next((one.agreement for one in past.incidents.values()), None)
    areas = public_areas(agreement) if agreement is not None else NO_AREAS
    return [
        _one(past, incident, files.get(key, []), answers.get(key, []), told.get(key), areas)
        for key, incident in past.incidents.items()
        if past.roots[key] == key and key not in withheld
    ]


def _told(past: Past) -> dict[uuid.UUID, Mapping[str, Any]]:
    """Return {incident: what its last finding told}: decided, it keeps its facts."""
    rows = Finding.objects.filter(incident__in=past.incidents, published_at__lt=past.at)
    return {row.incident_id: row.content for row in rows.order_by("version")}


def _one(
    past: Past,
    incident: Incident,
    reports: Sequence[Report],
    answers: Sequence[PartyPosition],
    told: Mapping[str, Any] | None,
    areas: Areas,
) -> PastIncident:
    asserting = [report for report in reports if report.stance != "denies"]
    denied = any(
        p.position in DENIALS and p.answered_at is not None and p.answered_at < past.at
        for p in answers
    )
    window, where = _from_finding(told) if told else _from_reports(incident, reports, areas)
    return PastIncident(
        code=incident.code,
        act=incident.act_id,
        shape=shape_of(
            state=past.states[incident.pk],
            origins=len(set(independent_origins(asserting))),
            accused=len({r.accused_id for r in asserting if r.accused_id is not None}),
            denied=denied or len(asserting) < len(reports),
        ),
        opened_at=past.shown_since(incident.pk),
        window=window,
        where=where,
        accused=tuple(sorted({r.accused.code for r in reports if r.accused is not None})),
    )


Told = tuple[tuple[str, str, str] | None, Mapping[str, Any]]


def _from_finding(content: Mapping[str, Any]) -> Told:
    return (
        (content["window_from"], content["window_until"], content["precision"]),
        content["place"],
    )


def _from_reports(incident: Incident, reports: Sequence[Report], areas: Areas) -> Told:
    if not reports:
        return None, NOWHERE
    then = Incident(agreement=incident.agreement, **facts_of(reports))  # never saved
    begins, ends, precision = public_window(then, reports)
    where = public_place(then, reports, areas)
    names = place_choices([uuid.UUID(where["place_id"])] if where["place_id"] else [])
    label = " ".join(choice.label for choice in names.values())
    return (begins.isoformat(), ends.isoformat(), precision), where | {"label": label}
