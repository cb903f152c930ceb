"""An incident as witnesses and liaisons see it: exactly what the public may know, no more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.agreement.queries import Agreement
from reports.intake.choices import AccusedKind, Stance, TollCategory, TollHarm
from reports.intake.tolls import toll_range
from verification.caseload.rules import Clock
from verification.pages.cards import COARSE_PRECISION, PartyFace
from verification.publication.queries import (
    AgreementFace,
    PublicIncident,
    incidents_by_codes,
    known_incident,
)


@dataclass(frozen=True, slots=True)
class PublicView:
    """The public part of an incident in the shapes our pages draw."""

    code: str
    state: str
    shape: str
    act: str
    window_from: datetime
    window_until: datetime
    precision: str
    zone: str
    place: str
    place_detail: str
    n_reports: int
    n_origins: int
    n_observers: int
    accused: tuple[PartyFace, ...]
    parties: tuple[PartyFace, ...]
    statements: tuple[dict[str, Any], ...]
    features: dict[str, Any]
    clocks: tuple[Clock, ...] = ()


def public_view(code: str, *, at: datetime) -> PublicView:
    """Return one incident with its public statements."""
    incident, agreement = known_incident(code, at=at)
    return _view(incident, agreement)


def public_views(
    agreement: Agreement, codes: Iterable[str], *, at: datetime
) -> dict[str, PublicView]:
    """Return {code: incident} for those of these incidents that stand."""
    found, face = incidents_by_codes(agreement, list(codes), at=at)
    return {one.code: _view(one, face) for one in found}


def _view(incident: PublicIncident, agreement: AgreementFace) -> PublicView:
    parties = {p.code: _face(p) for p in agreement.parties}
    return PublicView(
        code=incident.code,
        state=incident.state,
        shape=incident.shape,
        act=incident.act_name,
        window_from=incident.window_from,
        window_until=incident.window_until,
        precision=COARSE_PRECISION.get(incident.precision, incident.precision),
        zone=agreement.timezone,
        place=incident.place.label if incident.place else "",
        place_detail=incident.place.detail if incident.place else "",
        n_reports=incident.n_reports,
        n_origins=incident.n_origins,
        n_observers=incident.n_reports - incident.n_public,
        accused=tuple(_face(party) for party in incident.accused),
        parties=tuple(parties.values()),
        statements=tuple(_statement(row, parties) for row in incident.statements),
        features=_features(incident),
        clocks=incident.clocks,
    )


def claim_rows(
    claims: Sequence[dict[str, Any]], faces: Sequence[PartyFace]
) -> tuple[dict[str, Any], ...]:
    """Return some of a file's public claims in the shape of a view's statements."""
    parties = {face["code"]: face for face in faces}
    return tuple(_statement(row, parties) for row in claims)


def _face(party: Any) -> PartyFace:
    return {"name": party.name, "code": party.code, "colour": party.colour}


def _statement(row: dict[str, Any], parties: dict[str, PartyFace]) -> dict[str, Any]:
    accused = parties.get(row["accused"])
    return {
        "speaker": row["speaker"],
        "stance": str(Stance(row["stance"]).label),
        "accused": accused,
        "accused_words": "" if accused else str(AccusedKind(row["accused"]).label),
        "publisher": row["publisher"],
        "url": row["url"],
        "published_on": row["published_on"],
        "narrative": row["narrative"],
        "tolls": [
            f"{TollHarm(toll['harm']).label}, {TollCategory(toll['category']).label}: "
            f"{toll_range(toll.get('least'), toll.get('best'), toll.get('most'))}"
            for toll in row["tolls"]
        ],
    }


def _features(incident: PublicIncident) -> dict[str, Any]:
    if incident.lat is None or incident.lon is None:
        return {"type": "FeatureCollection", "features": []}
    geometry: dict[str, Any] = {"type": "Point", "coordinates": [incident.lon, incident.lat]}
    if incident.ring:
        geometry = {"type": "Polygon", "coordinates": [[list(c) for c in incident.ring]]}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": geometry,
                "properties": {
                    "shape": incident.shape,
                    "title": f"{incident.code}: {incident.act_name}",
                    "text": incident.place.label if incident.place else "",
                    "radius_m": incident.radius_m,
                },
            }
        ],
    }
