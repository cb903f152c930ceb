"""Reads of linking: what is suggested and why, what was refused, splits, ties."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from reports.agreement.models import Agreement
from reports.intake.models import Report
from reports.people.models import User
from reports.people.permissions import may
from reports.problems import NotFound
from verification.incidents.models import Incident, Link
from verification.incidents.queries import (
    accused_by_incident,
    facts_of_incident,
    facts_of_report,
    incidents_by_id,
    root_of,
)
from verification.incidents.rules import SUGGEST_FLOOR, EventFacts, Match, fits
from verification.incidents.states import IncidentState
from verification.linking.models import Refusal, Split, Tie
from verification.linking.near import likeness, near_incidents
from verification.linking.pictures import sharing_a_picture
from verification.linking.rules import NEARLY, with_picture, with_text

MOST_SUGGESTIONS = 5
MOST_TIED = 8  # incidents an order is computed for

Row = TypeVar("Row", Refusal, Split, Tie)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An incident something may belong to, with the reasons."""

    incident: Incident
    match: Match


@dataclass(frozen=True, slots=True)
class _Question:
    """What is looked for: facts, words, and the incidents that are no answer."""

    facts: EventFacts
    words: str
    but: Collection[uuid.UUID]
    pictured: frozenset[uuid.UUID] = frozenset()  # incidents with a picture of this


def link_suggestions(
    agreement_id: uuid.UUID, reports: Sequence[Report]
) -> dict[uuid.UUID, list[Suggestion]]:
    """Return {report: incidents it may belong to, best first} in a bounded number of reads."""
    keys = [report.pk for report in reports]
    but: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    links = Link.objects.filter(report__in=keys, unlinked_at=None)
    refused = Refusal.objects.filter(report__in=keys, undone_at=None)
    for rows in (links, refused):
        for report_id, incident_id in rows.values_list("report_id", "incident_id"):
            but[report_id].add(incident_id)
    same = sharing_a_picture({report.pk: [report.pk] for report in reports})
    asked = [
        _Question(facts_of_report(r), r.narrative, but[r.pk], same.get(r.pk, frozenset()))
        for r in reports
    ]
    return dict(zip(keys, _answers(agreement_id, asked), strict=True))


def merge_suggestions_of(
    agreement_id: uuid.UUID, incidents: Sequence[Incident]
) -> dict[uuid.UUID, list[Suggestion]]:
    """Return {incident: open incidents that may be the same event, best first}."""
    keys = [incident.pk for incident in incidents]
    but: dict[uuid.UUID, set[uuid.UUID]] = {key: {key} for key in keys}
    refused = Refusal.objects.filter(
        Q(incident__in=keys) | Q(other__in=keys), report=None, undone_at=None
    )
    tied = Tie.objects.filter(Q(one__in=keys) | Q(other__in=keys), undone_at=None)
    pairs = [
        *refused.values_list("incident_id", "other_id"),
        *tied.values_list("one_id", "other_id"),
    ]
    for one, other in pairs:
        for a, b in ((one, other), (other, one)):
            if a in but and b is not None:
                but[a].add(b)
    accused, words = accused_by_incident(keys), _first_words(keys)
    same = sharing_a_picture(_reports_in(keys))
    asked = [
        _Question(
            facts_of_incident(i, accused.get(i.pk, frozenset())),
            words.get(i.pk, ""),
            but[i.pk],
            same.get(i.pk, frozenset()),
        )
        for i in incidents
    ]
    found = _answers(agreement_id, asked)
    return {
        key: [s for s in suggestions if s.incident.state == IncidentState.OPEN]
        for key, suggestions in zip(keys, found, strict=True)
    }


def _reports_in(incident_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Return {incident: its reports}."""
    found: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    rows = Link.objects.filter(incident__in=incident_ids, unlinked_at=None)
    for incident_id, report_id in rows.values_list("incident_id", "report_id"):
        found[incident_id].append(report_id)
    return found


def incident_suggestions(report: Report) -> list[Suggestion]:
    """Return the incidents a report may belong to, best first; a person confirms."""
    return link_suggestions(report.agreement_id, [report])[report.pk]


def merge_suggestions(incident: Incident) -> list[Suggestion]:
    """Return the open incidents that may be the same event as this one."""
    return merge_suggestions_of(incident.agreement_id, [incident])[incident.pk]


def _first_words(incident_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return {incident: the narrative of its first report}."""
    rows = (
        Link.objects.filter(incident__in=incident_ids, unlinked_at=None)
        .order_by("incident_id", "linked_at", "id")
        .distinct("incident_id")
    )
    return dict(rows.values_list("incident_id", "report__narrative"))


def _answers(agreement_id: uuid.UUID, asked: Sequence[_Question]) -> list[list[Suggestion]]:
    near = near_incidents(agreement_id, [question.facts for question in asked])
    for question, found in zip(asked, near, strict=True):
        found += sorted(question.pictured)
    wanted = {pk for found in near for pk in found}
    # Hundreds are compared, by their own columns; the few that are offered are fetched whole.
    incidents, accused = Incident.objects.in_bulk(wanted), accused_by_incident(wanted)
    matches = [
        [
            (incidents[pk], _fit(question, incidents[pk], accused))
            for pk in dict.fromkeys(found)
            if pk not in question.but
        ]
        for question, found in zip(asked, near, strict=True)
    ]
    best = [_best(found) for found in _with_texts(matches, [question.words for question in asked])]
    whole = incidents_by_id({incident.pk for found in best for incident, _match in found})
    return [[Suggestion(whole[i.pk], match) for i, match in found] for found in best]


def _fit(
    question: _Question, incident: Incident, accused: Mapping[uuid.UUID, frozenset[str]]
) -> Match:
    there = facts_of_incident(incident, accused.get(incident.pk, frozenset()))
    found = fits(question.facts, there)
    return with_picture(found) if incident.pk in question.pictured else found


Matches = list[tuple[Incident, Match]]


def _with_texts(matches: Sequence[Matches], words: Sequence[str]) -> list[Matches]:
    """Return the matches with what their texts add; only near ones are compared."""
    close = [
        (row, place)
        for row, found in enumerate(matches)
        for place, (_incident, match) in enumerate(found)
        if words[row] and match.strength >= NEARLY
    ]
    alike = likeness([(matches[row][place][0].pk, words[row]) for row, place in close])
    found = [list(row) for row in matches]
    for (row, place), similarity in zip(close, alike, strict=True):
        incident, match = found[row][place]
        found[row][place] = incident, with_text(match, similarity)
    return found


def _best(found: Matches) -> Matches:
    offered = [(i, match) for i, match in found if match.strength >= SUGGEST_FLOOR]
    offered.sort(key=lambda pair: (-pair[1].strength, pair[0].code))
    return offered[:MOST_SUGGESTIONS]


def recent_refusals(agreement: Agreement, *, most: int) -> list[Refusal]:
    """Return the latest refusals that stand, for the board of those who may triage."""
    rows = Refusal.objects.filter(incident__agreement=agreement, undone_at=None)
    return list(rows.select_related("incident", "report", "other").order_by("-refused_at")[:most])


def splits_of(incident: Incident) -> list[Split]:
    """Return the splits out of an incident that stand."""
    rows = Split.objects.filter(source=incident, undone_at=None)
    return list(rows.select_related("created__act").order_by("split_at"))


def ties_of(incident: Incident) -> list[Tie]:
    """Return the ties of an incident that stand."""
    rows = Tie.objects.filter(Q(one=incident) | Q(other=incident), undone_at=None)
    return list(rows.select_related("one__act", "other__act").order_by("tied_at"))


def exchange_of(incident: Incident) -> list[Incident]:
    """Return an incident with those it is tied to, and those tied to them; [] if there are none.

    Merged ones stand for what they were merged into. At most eight, the nearest ties first.
    """
    found = {incident.pk: incident}
    level: list[uuid.UUID] = [incident.pk]
    while level and len(found) < MOST_TIED:
        rows = Tie.objects.filter(Q(one__in=level) | Q(other__in=level), undone_at=None)
        pairs = rows.order_by("tied_at").values_list("one_id", "other_id")
        beyond = dict.fromkeys(pk for pair in pairs for pk in pair if pk not in found)
        for other in incidents_by_id(beyond).values():
            root = root_of(other)
            if len(found) < MOST_TIED:
                found.setdefault(root.pk, root)
        level = [pk for pk in found if pk in beyond]
    return list(found.values()) if len(found) > 1 else []


def refusal_for_triage(user: User, key: uuid.UUID | str, *, at: datetime) -> Refusal:
    """Return a refusal for a triage officer of its agreement; NotFound otherwise."""
    rows = Refusal.objects.select_related("incident", "report", "other")
    found = _by_key(rows, key)
    return _for_triage(found, found.incident if found else None, user, at)


def split_for_triage(user: User, key: uuid.UUID | str, *, at: datetime) -> Split:
    """Return a split for a triage officer of its agreement; NotFound otherwise."""
    found = _by_key(Split.objects.select_related("source", "created"), key)
    return _for_triage(found, found.source if found else None, user, at)


def tie_for_triage(user: User, key: uuid.UUID | str, *, at: datetime) -> Tie:
    """Return a tie for a triage officer of its agreement; NotFound otherwise."""
    found = _by_key(Tie.objects.select_related("one", "other"), key)
    return _for_triage(found, found.one if found else None, user, at)


def _by_key(rows: QuerySet[Row], key: uuid.UUID | str) -> Row | None:
    try:
        return rows.filter(pk=key).first()
    except (ValidationError, ValueError) as error:
        raise NotFound() from error


def _for_triage(found: Row | None, incident: Incident | None, user: User, at: datetime) -> Row:
    agreement_id = incident.agreement_id if incident is not None else None
    if found is None or not may(user, "incident.triage", at=at, agreement_id=agreement_id):
        raise NotFound()
    return found
