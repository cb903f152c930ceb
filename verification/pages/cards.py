"""Reports and incidents as pages show them: plain values, and only what this reader may see."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reports.agreement.queries import Party, parties_of
from reports.intake.choices import (
    AccusedKind,
    CountQualifier,
    Effect,
    Means,
    ObservationUnit,
    OriginKind,
    PlaceAccuracy,
    Stance,
    TimePrecision,
    TollCategory,
    TollHarm,
)
from reports.intake.queries import Report, Ring, area_of, place_ids, where_words
from reports.intake.rules import Reason
from reports.intake.tolls import toll_range
from reports.people.queries import SourceKind, alignment_codes
from reports.places.queries import PlaceChoice, place_choices
from verification.adjudication.answers import Likelihood
from verification.corroboration.choices import Basis, Question, Says
from verification.corroboration.queries import Statement
from verification.incidents.queries import Incident
from verification.pages.opaque import opaque
from verification.pages.replies import reply_words

PartyFace = dict[str, Any]  # name, code, colour: what the party part draws
COARSE_PRECISION = {"days": "day", "part_of_day": "hour"}  # to the words the time parts know


@dataclass(frozen=True, slots=True)
class Faces:
    """How parties and alignments are drawn on one page."""

    parties: dict[str, PartyFace]
    sides: dict[uuid.UUID, str]

    def party(self, code: str) -> PartyFace | None:
        return self.parties.get(code)

    def side_of(self, source: Any) -> PartyFace | None:
        """Return the party a source is aligned with, or None."""
        code = self.sides.get(source.user_id) or self.sides.get(source.organisation_id)
        return self.parties.get(code) if code else None


@dataclass(frozen=True, slots=True)
class ReportCard:
    """One report as a page shows it. `filer` is filled for triage alone."""

    key: str
    number: str
    receipt: str
    state: str
    stance: str
    stance_words: str
    speaker: str
    speaker_kind: str
    side: PartyFace | None
    publisher: str
    url: str
    published_on: date | None
    act: str
    means: str
    accused: PartyFace | None
    accused_words: str
    window_from: datetime
    window_until: datetime
    precision: str
    precision_words: str
    place: str
    place_note: str
    lat: float | None
    lon: float | None
    radius_m: float | None
    counts: tuple[str, ...]
    weapon: str
    effect: str
    narrative: str
    language: str
    own_confidence: str
    received_at: datetime
    origin: str
    area: Ring = ()  # of an ellipse or a corridor; a circle where there is none
    filer: str = ""
    grade: str = ""
    link_key: str = ""
    linked_words: str = ""


@dataclass(frozen=True, slots=True)
class OriginGroup:
    """One origin with its first report and the copies of it; `side` is who first said it."""

    key: str
    kind: str
    said_by: str
    side: PartyFace | None
    lead: ReportCard
    copies: tuple[ReportCard, ...]


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """An incident as those see it who work on it."""

    code: str
    act: str
    state: str
    version: int
    window_from: datetime
    window_until: datetime
    precision: str
    place: str
    lat: float | None
    lon: float | None
    radius_m: float | None
    admissibility: str
    reasons: tuple[Reason, ...]
    ruling: str
    opened_at: datetime
    merged_into: str


def precision_of(record: Any) -> str:
    """Return a record's time precision in the words the time parts know."""
    given = str(record.time_precision)
    return COARSE_PRECISION.get(given, given)


def faces_of(
    agreement_id: uuid.UUID,
    sources: Iterable[Any],
    *,
    at: datetime,
    known_parties: Sequence[Party] | None = None,
) -> Faces:
    """Return how the parties of an agreement, and the sides of these sources, are drawn."""
    known = list(sources)
    sides = alignment_codes(
        organisation_ids={source.organisation_id for source in known},
        user_ids={source.user_id for source in known},
        at=at,
    )
    parties = {
        party.code: {"name": party.name, "code": party.code, "colour": party.colour}
        for party in (parties_of(agreement_id) if known_parties is None else known_parties)
    }
    return Faces(parties, sides)


def speaker_of(source: Any, *, reveal: bool = False) -> str:
    """Return how a source is named: persons by their work and house, never by who they are."""
    if source.user_id is None:
        return str(source.name)
    kind = str(SourceKind(source.kind).label)
    house = source.organisation.name if source.organisation is not None else _("no organisation")
    named = _("%(kind)s of %(organisation)s") % {"kind": kind, "organisation": house}
    return f"{named}, {source.name}" if reveal else named


Places = dict[uuid.UUID, PlaceChoice]


class Said:
    """The words of choices, each looked up once for a page: hundreds of reports share a few."""

    def __init__(self) -> None:
        self.known: dict[tuple[Any, str], str] = {}

    def __call__(self, choices: Any, value: str) -> str:
        key = (choices, value)
        if key not in self.known:
            self.known[key] = str(choices(value).label)
        return self.known[key]


def report_cards(
    reports: Sequence[Report],
    *,
    faces: Faces,
    reveal: bool = False,
    mark: str = "R",
    places: Places | None = None,
) -> list[ReportCard]:
    """Return reports as cards, numbered as given. `reveal` is for triage alone."""
    if places is None:
        places = place_choices(place_ids(reports))
    said = Said()
    return [
        _card(report, f"{mark}{number}", faces, places, reveal, said)
        for number, report in enumerate(reports, start=1)
    ]


def _card(
    report: Report,
    number: str,
    faces: Faces,
    places: Places,
    reveal: bool,
    said: Said,
) -> ReportCard:
    accused = faces.party(report.accused.code) if report.accused is not None else None
    return ReportCard(
        key=str(report.pk),
        number=number,
        receipt=report.receipt,
        state=report.state,
        stance=report.stance,
        stance_words=said(Stance, report.stance),
        speaker=speaker_of(report.source, reveal=reveal),
        speaker_kind=said(SourceKind, report.source.kind),
        side=faces.side_of(report.source),
        publisher=report.publisher,
        url=report.source_url,
        published_on=report.origin.published_on,
        act=report.act.name,
        means=said(Means, report.means) if report.means else "",
        accused=accused,
        accused_words=said(AccusedKind, report.accused_kind),
        window_from=report.observed_from,
        window_until=report.observed_until,
        precision=precision_of(report),
        precision_words=said(TimePrecision, report.time_precision),
        place=where_words(report, places),
        place_note=said(PlaceAccuracy, report.place_accuracy) if report.place_accuracy else "",
        lat=report.lat,
        lon=report.lon,
        radius_m=report.radius_m,
        counts=tuple(_counts(report)),
        weapon=report.weapon,
        effect=said(Effect, report.effect) if report.effect != "unknown" else "",
        narrative=report.narrative,
        language=report.language,
        own_confidence=said(Likelihood, report.own_confidence) if report.own_confidence else "",
        received_at=report.received_at,
        origin=str(report.origin_id),
        area=area_of(report, places),
        filer=speaker_of(report.filed_by.source, reveal=True) if reveal else "",
        grade=str(report.source.get_grade_display()) if reveal else "",
    )


def _counts(report: Report) -> Iterable[str]:
    if report.observation_count is not None and report.observation_unit:
        yield _("%(unit)s: %(how)s %(count)s") % {
            "unit": ObservationUnit(report.observation_unit).label,
            "how": CountQualifier(report.count_qualifier).label,
            "count": report.observation_count,
        }
    for toll in report.tolls:
        yield _("%(harm)s, %(category)s: %(range)s") % {
            "harm": TollHarm(toll["harm"]).label,
            "category": TollCategory(toll["category"]).label,
            "range": toll_range(toll.get("least"), toll.get("best"), toll.get("most")),
        }


def grouped_by_origin(
    cards: Sequence[ReportCard], reports: Sequence[Report], *, faces: Faces
) -> list[OriginGroup]:
    """Return cards grouped by where their statement first came from, in order of arrival."""
    members: dict[str, list[ReportCard]] = {}
    lane = {str(r.pk) for r in reports if r.source.kind == SourceKind.UNIDENTIFIED}
    first = next((card.origin for card in cards if card.key in lane), "")
    for card in cards:
        # All who report without an account are one source, and count as one origin.
        members.setdefault(first if card.key in lane else card.origin, []).append(card)
    origins = {str(report.origin_id): report.origin for report in reports}
    return [
        OriginGroup(
            key=key,
            kind=str(OriginKind(origins[key].kind).label),
            said_by=speaker_of(origins[key].said_by),
            side=faces.side_of(origins[key].said_by),
            lead=found[0],
            copies=tuple(found[1:]),
        )
        for key, found in members.items()
    ]


def incident_card(incident: Incident, *, places: Places | None = None) -> IncidentCard:
    """Return one incident as a card."""
    return incident_cards([incident], places=places)[0]


def incident_cards(
    incidents: Sequence[Incident], *, places: Places | None = None
) -> list[IncidentCard]:
    """Return incidents as cards, with the places' official spellings."""
    if places is None:
        places = place_choices(incident.place_id for incident in incidents)
    return [_incident(one, places.get(one.place_id) if one.place_id else None) for one in incidents]


def _incident(incident: Incident, place: PlaceChoice | None) -> IncidentCard:
    return IncidentCard(
        code=incident.code,
        act=incident.act.name,
        state=incident.state,
        version=incident.version,
        window_from=incident.window_from,
        window_until=incident.window_until,
        precision=precision_of(incident),
        place=place.label if place else "",
        lat=incident.lat,
        lon=incident.lon,
        radius_m=incident.radius_m,
        admissibility=incident.admissibility,
        reasons=tuple(
            Reason(row["test"], row["verdict"], row["code"])
            for row in incident.admissibility_reasons
        ),
        ruling=incident.ruling,
        opened_at=incident.opened_at,
        merged_into=incident.merged_into.code if incident.merged_into is not None else "",
    )


def features_of(cards: Iterable[ReportCard | IncidentCard], *, shape: str) -> dict[str, Any]:
    """Return what the map draws: one point for each located card, with its uncertainty."""
    features: list[dict[str, Any]] = []
    for card in cards:
        if card.lat is None or card.lon is None:
            continue
        code = getattr(card, "number", "") or getattr(card, "code", "")
        shown = {"shape": shape, "title": " ".join(filter(None, (code, card.act)))}
        area: Ring = getattr(card, "area", ())
        point = shown | {"text": card.place, "radius_m": None if area else card.radius_m}
        features.append(_feature("Point", [card.lon, card.lat], point))
        if area:
            features.append(_feature("Polygon", [[list(corner) for corner in area]], shown))
    return {"type": "FeatureCollection", "features": features}


def _feature(kind: str, coordinates: Any, properties: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def statement_rows(
    statements: Sequence[Statement], *, faces: Faces, mark: str = "S", days_of: str = ""
) -> list[dict[str, Any]]:
    """Return statements as rows: who (by work, not by name), what to which question, on what.

    `days_of` a zone: when it was given is told by the day there, never by its hour.
    """
    return [
        {
            "key": str(row.pk),
            "number": f"{mark}{number}",
            "speaker": speaker_of(row.source),
            "side": faces.side_of(row.source),
            "question": row.question,
            "question_words": str(Question(row.question).label),
            "party": faces.party(row.party.code) if row.party is not None else None,
            "says": row.says,
            "says_words": str(Says(row.says).label),
            "basis": str(Basis(row.basis).label),
            "note": row.note,
            "given_at": _midnight(row.given_at, days_of) if days_of else row.given_at,
            "precision": "day" if days_of else "minute",
            "origin": str(row.origin_id),
            "cite": opaque(str(row.pk)),
            "url": row.origin.url,
            "publisher": row.origin.publisher,
            "relayed": row.origin.said_by_id != row.source_id,
        }
        for number, row in enumerate(statements, start=1)
    ]


def _midnight(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def position_rows(positions: Iterable[Any], *, faces: Faces) -> list[dict[str, Any]]:
    """Return parties' positions as rows with their clocks."""
    return [
        {
            "party": faces.party(row.party.code),
            "hearing": row.hearing,
            "state": row.state,
            "position": str(row.get_position_display()) if row.position else "",
            "reason": str(row.get_reason_code_display()) if row.reason_code else "",
            "text": row.text,
            **reply_words(vars(row)),
            "notified_at": row.notified_at,
            "due_at": row.due_at,
            "first_due_at": row.first_due_at,
            "answered_at": row.answered_at,
            "lapsed_at": row.lapsed_at,
        }
        for row in positions
    ]
