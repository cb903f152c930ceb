"""Reads of the mechanism's own figures, for every group by the same rule."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Q

from reports.agreement.models import Agreement
from reports.agreement.queries import parties_of
from reports.intake.models import Report
from reports.intake.states import ReportState
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.people.queries import alignment_codes
from verification.adjudication.concordance import QUESTIONS, value_of
from verification.adjudication.measures import ballots_cast
from verification.adjudication.models import Case, Decision, Seat
from verification.adjudication.states import CaseState
from verification.caseload.queries import clocks_of
from verification.caseload.rules import Clock, Step
from verification.corroboration.models import PartyPosition
from verification.incidents.models import Incident, Link
from verification.incidents.queries import roots_of
from verification.incidents.states import IncidentState
from verification.publication.unsigned import Unsigned, unsigned
from verification.scrutiny.rules import ALL, Figure, agreements, rates, waits

ACCUSED, ACCUSING, NO_SIDE = "accused", "accusing", "none"
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Group:
    """Whom a row speaks of: everything, incidents that accuse a party, or that a side reports."""

    key: str
    kind: str  # all | accused | accusing
    party: str  # '' for all, and for sources aligned with nobody


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure with a figure for every group, in one order; `unit` rate, hours or alpha."""

    key: str
    unit: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Scrutiny:
    """All figures of an agreement as of one instant."""

    as_of: datetime
    groups: tuple[Group, ...]
    measures: tuple[Measure, ...]


class _Sides:
    """Which groups an incident or a report belongs to."""

    def __init__(self, agreement: Agreement, at: datetime) -> None:
        codes = [party.code for party in parties_of(agreement.pk) if party.signatory]
        self.groups = (
            Group(ALL, ALL, ""),
            *(Group(f"{ACCUSED}:{code}", ACCUSED, code) for code in codes),
            *(Group(f"{ACCUSING}:{code}", ACCUSING, code) for code in codes),
            Group(f"{ACCUSING}:{NO_SIDE}", ACCUSING, ""),
        )
        self.known = {group.key for group in self.groups}
        self.of_incident: dict[uuid.UUID, set[str]] = defaultdict(lambda: {ALL})
        self._read(agreement, at)

    def _read(self, agreement: Agreement, at: datetime) -> None:
        roots = roots_of(
            Incident.objects.filter(agreement=agreement, merged_into=None).values_list(
                "pk", flat=True
            )
        )
        links = Link.objects.filter(
            incident__agreement=agreement, unlinked_at=None, report__state=ReportState.ACCEPTED
        ).exclude(report__stance="denies")
        rows = list(
            links.values_list(
                "incident_id", "report__accused__code", "report__source__organisation_id"
            )
        )
        self.aligned = alignment_codes(
            organisation_ids={organisation for _i, _a, organisation in rows}, at=at
        )
        for incident_id, accused, organisation in rows:
            mine = self.of_incident[roots[incident_id]]
            mine.add(self.speaking(organisation))
            if accused:
                mine.add(f"{ACCUSED}:{accused}")

    def speaking(self, organisation: uuid.UUID | None) -> str:
        side = self.aligned.get(organisation) if organisation else None
        return f"{ACCUSING}:{side or NO_SIDE}"

    def sorted_by(
        self, items: Iterable[Item], groups_of: Callable[[Item], Iterable[str]]
    ) -> dict[str, list[Item]]:
        """Return {group: its items} with every group, empty ones too."""
        found: dict[str, list[Item]] = {group.key: [] for group in self.groups}
        for item in items:
            for key in groups_of(item):
                if key in self.known:
                    found[key].append(item)
        return found


def scrutiny(agreement: Agreement, *, at: datetime) -> Scrutiny:
    """Return how the mechanism worked under an agreement, by the same rule for every group.

    Decisions that no signed checkpoint covers yet are not counted: their incidents stand where
    they stood.
    """
    hidden = unsigned()
    sides = _Sides(agreement, at)
    incidents = list(Incident.objects.filter(agreement=agreement, merged_into=None))
    states = hidden.states()
    for incident in incidents:
        incident.state = states.get(incident.pk, incident.state)
    clocks = clocks_of(incidents, hidden=hidden.clocks())
    measures = [
        _triage_wait(agreement, sides, at),
        *_step_waits(clocks, sides, at),
        *_deadlines(clocks, sides, at),
        _refusals(agreement, sides),
        *_decisions(agreement, sides, hidden),
        _more_time(agreement, sides, hidden),
        _recusals(agreement, sides, hidden),
        *_agreement(agreement, sides, hidden),
    ]
    return Scrutiny(at, sides.groups, tuple(measures))


def _triage_wait(agreement: Agreement, sides: _Sides, at: datetime) -> Measure:
    """How long reports wait for triage. It rests on the hours of filings, so it is protected."""
    reports = Report.objects.filter(agreement=agreement)
    looked = Event.objects.filter(
        subject_id__in=reports.values("pk"), kind__in=[Kind.REPORT_ACCEPTED, Kind.REPORT_REJECTED]
    ).order_by("-at")
    first = dict(looked.values_list("subject_id", "at"))
    rows = [
        (organisation, ((first.get(pk) or at) - received).total_seconds(), pk in first)
        for pk, state, received, organisation in reports.values_list(
            "pk", "state", "received_at", "source__organisation_id"
        )
        if pk in first or state == ReportState.FILED
    ]
    found = sides.sorted_by(rows, lambda row: (ALL, sides.speaking(row[0])))
    spells = {key: [(seconds, over) for _o, seconds, over in items] for key, items in found.items()}
    return Measure("triage_wait", "hours", tuple(waits(spells, public=False)))


def _step_waits(
    clocks: Mapping[uuid.UUID, Sequence[Clock]], sides: _Sides, at: datetime
) -> list[Measure]:
    """How long a party takes to answer, and an incident to be decided: both are public."""
    measures = []
    for key, step in (("reply_wait", Step.REPLY), ("decision_wait", Step.DECISION)):
        chosen = [clock for found in clocks.values() for clock in found if clock.step == step]
        found = sides.sorted_by(chosen, lambda one: _groups_of_clock(one, sides))
        spells = {
            group: [
                (((c.done_at or at) - c.since).total_seconds(), c.done_at is not None)
                for c in items
            ]
            for group, items in found.items()
        }
        measures.append(Measure(key, "hours", tuple(waits(spells, public=True))))
    return measures


def _groups_of_clock(clock: Clock, sides: _Sides) -> set[str]:
    """Return the groups of a step; a reply belongs to the party that gives it, no other accused."""
    found = sides.of_incident[clock.file_id or clock.subject_id]
    if not clock.party:
        return found
    return {key for key in found if not key.startswith(ACCUSED)} | {f"{ACCUSED}:{clock.party}"}


def _deadlines(
    clocks: Mapping[uuid.UUID, Sequence[Clock]], sides: _Sides, at: datetime
) -> list[Measure]:
    """How often an incident was not decided in its time, of those decided or due."""
    due = [
        clock
        for found in clocks.values()
        for clock in found
        if clock.step == Step.DECISION and (clock.done_at is not None or clock.due_at <= at)
    ]
    found = sides.sorted_by(due, lambda one: _groups_of_clock(one, sides))
    late = {group: [one.is_missed(at=at) for one in items] for group, items in found.items()}
    return [Measure("decided_late", "rate", tuple(rates(late, public=True)))]


def _refusals(agreement: Agreement, sides: _Sides) -> Measure:
    """How often triage turned a report away, of those it looked at, by who speaks in it."""
    rows = Report.objects.filter(
        Q(state=ReportState.ACCEPTED) | Q(state=ReportState.REJECTED), agreement=agreement
    ).values_list("state", "source__organisation_id")
    found = sides.sorted_by(rows, lambda row: (ALL, sides.speaking(row[1])))
    turned = {
        group: [state == ReportState.REJECTED for state, _o in items]
        for group, items in found.items()
    }
    return Measure("turned_away", "rate", tuple(rates(turned, public=False)))


def _decisions(agreement: Agreement, sides: _Sides, hidden: Unsigned) -> list[Measure]:
    """How often a decision names the accused, and how often a later one reversed it."""
    rows = list(
        Decision.objects.filter(incident__agreement=agreement)
        .exclude(case__in=hidden.cases())
        .select_related("overridden_by", "incident")
    )
    states = hidden.states()
    later = {one.pk: _later(one, hidden) for one in rows}
    found = sides.sorted_by(rows, lambda one: sides.of_incident[one.incident_id])
    reversed_by = {
        group: [_was_reversed(one, later[one.pk]) for one in items]
        for group, items in found.items()
    }
    standing = {
        group: [
            one.outcome == "attributed" and _names(one, group)
            for one in items
            if later[one.pk] is None
        ]
        for group, items in found.items()
    }
    again = {
        group: [later[one.pk] is not None or _is_reopened(one, states) for one in items]
        for group, items in found.items()
    }
    return [
        Measure("attributed", "rate", tuple(rates(standing, public=True))),
        Measure("reopened", "rate", tuple(rates(again, public=True))),
        Measure("reversed", "rate", tuple(rates(reversed_by, public=True))),
    ]


def _names(decision: Decision, group: str) -> bool:
    """Answer whether a decision names the party of an accused group; any party for the others."""
    kind, _colon, party = group.partition(":")
    return party in decision.parties if kind == ACCUSED else bool(decision.parties)


def _later(decision: Decision, hidden: Unsigned) -> Decision | None:
    """Return the decision that took this one's place, as far as it may be told."""
    later: Decision | None = getattr(decision, "overridden_by", None)
    return None if later is None or later.case_id in hidden.cases() else later


def _was_reversed(decision: Decision, later: Decision | None) -> bool:
    """Answer whether a later decision came to another outcome or other parties."""
    return later is not None and (later.outcome, sorted(later.parties)) != (
        decision.outcome,
        sorted(decision.parties),
    )


def _is_reopened(decision: Decision, states: Mapping[uuid.UUID, str]) -> bool:
    state = states.get(decision.incident_id, decision.incident.state)
    return state != IncidentState.DECIDED


def _more_time(agreement: Agreement, sides: _Sides, hidden: Unsigned) -> Measure:
    """How often the chair gave an accused party more time to answer."""
    asked = PartyPosition.objects.filter(incident__agreement=agreement).select_related("party")
    told = hidden.clocks()
    rows = [one for one in asked if not told.hides(one.incident_id, one.notified_at)]
    found = sides.sorted_by(rows, lambda one: (ALL, f"{ACCUSED}:{one.party.code}"))
    extended = {
        group: [one.first_due_at is not None for one in items] for group, items in found.items()
    }
    return Measure("more_time", "rate", tuple(rates(extended, public=True)))


def _recusals(agreement: Agreement, sides: _Sides, hidden: Unsigned) -> Measure:
    """How many seats of decided cases were given up; of a case before its panel nothing is told."""
    rows = list(
        Seat.objects.filter(case__incident__agreement=agreement, case__state=CaseState.DECIDED)
        .exclude(case__in=hidden.cases())
        .select_related("case")
    )
    found = sides.sorted_by(rows, lambda one: sides.of_incident[one.case.incident_id])
    left = {group: [one.recused_at is not None for one in items] for group, items in found.items()}
    return Measure("recused", "rate", tuple(rates(left, public=False)))


def _agreement(agreement: Agreement, sides: _Sides, hidden: Unsigned) -> list[Measure]:
    """How far reviewers agree beyond chance on each question, from blind ballots only."""
    by_case: dict[uuid.UUID, list[tuple[uuid.UUID, dict[str, str]]]] = defaultdict(list)
    for cast in ballots_cast(agreement, untold=hidden.cases()):
        said = {question: value_of(cast.answers, question) for question in QUESTIONS}
        by_case[cast.case].append((cast.incident, said))
    found = sides.sorted_by(by_case.values(), lambda case: sides.of_incident[case[0][0]])
    return [
        Measure(
            f"alpha_{question}",
            "alpha",
            tuple(
                agreements(
                    {
                        group: [[said[question] for _i, said in case] for case in cases]
                        for group, cases in found.items()
                    }
                )
            ),
        )
        for question in QUESTIONS
    ]


def open_cases(agreement: Agreement) -> int:
    """Return how many cases are before a panel, of which no figure here tells anything."""
    return Case.objects.filter(incident__agreement=agreement, state=CaseState.BALLOTING).count()
