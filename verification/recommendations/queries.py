"""Reads of recommendations: the public register, counts per party, and each for who works on it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from reports.agreement.models import Agreement
from reports.people.models import User
from reports.people.permissions import may
from reports.people.queries import alignment_of, liaison_party_code
from reports.problems import NotFound
from verification.incidents.models import Incident
from verification.recommendations.models import Recommendation, RecommendationNote
from verification.recommendations.rules import is_overdue
from verification.recommendations.states import AWAITED, RecommendationState

OVERDUE = "overdue"  # asked for like a state; computed from the clock


@dataclass(frozen=True, slots=True)
class PublicEvidence:
    """One item as the public may know it: of a report only that it is on file."""

    kind: str  # report | incident | link
    code: str  # of an incident
    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Untold:
    """What is not under a signed checkpoint yet: for those who work on it, nothing is untold."""

    issued: frozenset[uuid.UUID] = frozenset()  # recommendations not told of at all
    said: Mapping[uuid.UUID, datetime] = field(default_factory=dict)  # since when not, of others
    cases: frozenset[uuid.UUID] = frozenset()  # whose decisions are not told of


NOTHING_UNTOLD = Untold()


@dataclass(frozen=True, slots=True)
class PublicNote:
    """What was said at one move, by the party or by the mechanism; never by whom."""

    to_state: str
    by_party: bool
    text: str
    given_at: datetime
    evidence: tuple[PublicEvidence, ...]


@dataclass(frozen=True, slots=True)
class PublicRecommendation:
    """A recommendation as the public may know it: every field is on the allow-list."""

    code: str
    agreement: str
    incident: str
    party: str
    party_name: str
    colour: int
    text: str
    issued_at: datetime
    due_at: datetime
    state: str
    overdue: bool
    replaced: bool  # the decision it rests on was overridden by a later one
    notes: tuple[PublicNote, ...] = ()


@dataclass(frozen=True, slots=True)
class PartyCounts:
    """Facts of one party's recommendations: issued = the others added up."""

    issued: int = 0
    awaited: int = 0  # not due yet
    overdue: int = 0
    to_check: int = 0
    complied: int = 0
    not_complied: int = 0
    withdrawn: int = 0


def _rows() -> QuerySet[Recommendation]:
    return Recommendation.objects.select_related(
        "incident__agreement", "incident__act", "party", "decision"
    )


def recommendations_of(
    agreement: Agreement, *, at: datetime, untold: Untold = NOTHING_UNTOLD
) -> list[PublicRecommendation]:
    """Return an agreement's recommendations, overdue ones first, then by the day they are due."""
    rows = _rows().filter(incident__agreement=agreement).exclude(pk__in=untold.issued)
    found = [_public(row, untold, at=at, whole=False) for row in rows]
    return sorted(found, key=lambda one: (not one.overdue, one.due_at, one.code))


def public_on_incident(
    code: str, *, at: datetime, untold: Untold = NOTHING_UNTOLD
) -> list[PublicRecommendation]:
    """Return the recommendations that follow from an incident as the public may know them."""
    rows = (
        _rows()
        .filter(incident__code=code)
        .exclude(pk__in=untold.issued)
        .order_by("issued_at", "code")
    )
    return [_public(row, untold, at=at, whole=False) for row in rows]


def issued_on(incident_ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Return the ids of the recommendations that follow from these incidents."""
    rows = Recommendation.objects.filter(incident_id__in=incident_ids)
    return frozenset(rows.values_list("pk", flat=True))


def recommendation_by_code(
    code: str, *, at: datetime, untold: Untold = NOTHING_UNTOLD
) -> PublicRecommendation:
    """Return one recommendation with all that was said on it; NotFound otherwise."""
    row = _by_code(code)
    if row.pk in untold.issued:
        raise NotFound("There is no recommendation with this code.")
    return _public(row, untold, at=at, whole=True)


def _by_code(code: str) -> Recommendation:
    wanted = code.strip().upper()
    found = _rows().filter(code=wanted).first() if wanted.isprintable() else None
    if found is None:
        raise NotFound("There is no recommendation with this code.")
    return found


def _public(
    row: Recommendation, untold: Untold, *, at: datetime, whole: bool
) -> PublicRecommendation:
    state = _state(row, untold)
    later = getattr(row.decision, "overridden_by", None) if whole else None
    return PublicRecommendation(
        code=row.code,
        agreement=row.incident.agreement.slug,
        incident=row.incident.code,
        party=row.party.code,
        party_name=row.party.name,
        colour=row.party.colour,
        text=row.text,
        issued_at=row.issued_at,
        due_at=row.due_at,
        state=state,
        overdue=is_overdue(state=state, due_at=row.due_at, at=at),
        replaced=later is not None and later.case_id not in untold.cases,
        notes=_notes(row, untold) if whole else (),
    )


def _told(row: Recommendation, untold: Untold) -> QuerySet[RecommendationNote]:
    """Return what was said on a recommendation, as far as it may be told, in order."""
    notes = row.notes.order_by("given_at", "id")
    return notes.filter(given_at__lt=untold.said[row.pk]) if row.pk in untold.said else notes


def _state(row: Recommendation, untold: Untold) -> str:
    """Return a recommendation's state, or the one it had before what is untold."""
    if row.pk not in untold.said:
        return row.state
    last = _told(row, untold).last()
    return last.to_state if last is not None else RecommendationState.ISSUED


def _notes(row: Recommendation, untold: Untold) -> tuple[PublicNote, ...]:
    notes = _told(row, untold).prefetch_related("evidence__incident")
    return tuple(
        PublicNote(
            to_state=note.to_state,
            by_party=note.by_party,
            text=note.text,
            given_at=note.given_at,
            evidence=tuple(
                PublicEvidence(
                    kind="report" if item.report_id else "incident" if item.incident else "link",
                    code=item.incident.code if item.incident else "",
                    url=item.url,
                    words=item.words,
                )
                for item in sorted(note.evidence.all(), key=lambda item: item.pk)
            ),
        )
        for note in notes
    )


def counts_by_party(
    agreement_id: uuid.UUID, *, at: datetime, untold: Untold = NOTHING_UNTOLD
) -> dict[str, PartyCounts]:
    """Return {party code: facts of its recommendations}; parties without any are left out."""
    rows = Recommendation.objects.filter(incident__agreement_id=agreement_id)
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    names = {
        RecommendationState.REPORTED: "to_check",
        RecommendationState.COMPLIED: "complied",
        RecommendationState.NOT_COMPLIED: "not_complied",
        RecommendationState.WITHDRAWN: "withdrawn",
    }
    for row in rows.exclude(pk__in=untold.issued).select_related("party"):
        state, code = _state(row, untold), row.party.code
        late = is_overdue(state=state, due_at=row.due_at, at=at)
        name = OVERDUE if late else names.get(RecommendationState(state), "awaited")
        found[code]["issued"] += 1
        found[code][name] += 1
    return {code: PartyCounts(**counts) for code, counts in found.items()}


def awaited_of(agreement: Agreement) -> list[Recommendation]:
    """Return the recommendations a party is waited for on, by the day they are due."""
    rows = _rows().filter(incident__agreement=agreement, state__in=AWAITED)
    return list(rows.order_by("due_at", "code"))


def may_answer(user: User, row: Recommendation, *, at: datetime) -> bool:
    """Answer whether this person speaks for the addressee."""
    agreement_id = row.incident.agreement_id
    return (
        bool(may(user, "recommendation.answer", at=at, agreement_id=agreement_id))
        and liaison_party_code(user, at=at) == row.party.code
    )


def may_assess(user: User, row: Recommendation, *, at: datetime) -> bool:
    """Answer whether this person may assess, withdraw or issue: a chair aligned with nobody."""
    agreement_id = row.incident.agreement_id
    return bool(
        may(user, "recommendation.assess", at=at, agreement_id=agreement_id)
    ) and not alignment_of(user, at=at)


def recommendation_for(user: User, code: str, *, at: datetime) -> Recommendation:
    """Return a recommendation for its addressee's liaison or the chair; NotFound for others."""
    row = _by_code(code)
    if not (may_answer(user, row, at=at) or may_assess(user, row, at=at)):
        raise NotFound()
    return row


def on_incident(incident: Incident) -> list[Recommendation]:
    """Return the recommendations that follow from an incident, by code."""
    return list(_rows().filter(incident=incident).order_by("issued_at", "code"))
