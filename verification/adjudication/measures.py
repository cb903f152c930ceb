"""Reads of how panels vote: agreement beyond chance, and each reviewer beside the panels.

They rest on decided cases alone and on everybody's first, blind ballot: nothing is told of a case
that is still before its panel, nor by how ballots changed once all were seen.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from zoneinfo import ZoneInfo

from reports.agreement.models import Agreement
from reports.agreement.queries import parties_of
from reports.people.models import User
from reports.people.permissions import may, require
from verification.adjudication.answers import Answers, dissents_from
from verification.adjudication.concordance import QUESTIONS, Alpha, alpha_of, value_of
from verification.adjudication.drift import Drift, Vote, drift_of, middle_of
from verification.adjudication.models import Ballot
from verification.adjudication.states import CaseState
from verification.corroboration.models import PartyPosition


@dataclass(frozen=True, slots=True)
class Cast:
    """One sealed ballot of a decided case."""

    case: uuid.UUID
    incident: uuid.UUID
    reviewer: User
    answers: Answers
    panel: Answers
    hours: float
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class PeriodAlpha:
    """Alpha of every question over one calendar month ('' = all of the time)."""

    month: str  # YYYY-MM in the agreement's own zone
    cases: int
    by_question: dict[str, Alpha]


@dataclass(frozen=True, slots=True)
class PairAlpha:
    """Alpha of every question between two reviewers, over the cases both voted on."""

    first: User
    second: User
    cases: int
    by_question: dict[str, Alpha]


@dataclass(frozen=True, slots=True)
class ReviewerDrift:
    """One reviewer and their figures."""

    reviewer: User
    drift: Drift


def ballots_cast(agreement: Agreement, *, untold: Collection[uuid.UUID] = ()) -> list[Cast]:
    """Return the first ballots of all decided cases of an agreement, by when it was decided.

    `untold` are cases of whose decision the reader may not know yet.
    """
    rows = (
        Ballot.objects.filter(
            case__incident__agreement=agreement,
            case__state=CaseState.DECIDED,
            seat__recused_at=None,
        )
        .exclude(case__in=untold)
        .select_related("clause", "seat__reviewer__organisation", "case__decision__clause")
        .order_by("case__decision__decided_at", "case_id", "sealed_at")
    )
    first: dict[tuple[uuid.UUID, uuid.UUID], Ballot] = {}
    for row in rows:
        first.setdefault((row.case_id, row.seat.reviewer_id), row)
    return [
        Cast(
            case=row.case_id,
            incident=row.case.incident_id,
            reviewer=row.seat.reviewer,
            answers=row.answers(),
            panel=row.case.decision.answers(),
            hours=(row.sealed_at - row.seat.seated_at).total_seconds() / 3600,
            decided_at=row.case.decision.decided_at,
        )
        for row in first.values()
    ]


def alphas_by_question(cast: Iterable[Cast]) -> dict[str, Alpha]:
    """Return alpha of every question over these ballots."""
    by_case: dict[uuid.UUID, list[Answers]] = defaultdict(list)
    for one in cast:
        by_case[one.case].append(one.answers)
    return {
        question: alpha_of(
            [value_of(answers, question) for answers in ballots] for ballots in by_case.values()
        )
        for question in QUESTIONS
    }


def alphas_by_month(agreement: Agreement, cast: Sequence[Cast] | None = None) -> list[PeriodAlpha]:
    """Return alpha of every question over all decided cases, then month by month, latest first.

    Names nobody, so any page may show it. `cast` are the agreement's ballots_cast, if known.
    """
    known = ballots_cast(agreement) if cast is None else cast
    zone = ZoneInfo(agreement.timezone)
    by_month: dict[str, list[Cast]] = defaultdict(list)
    for one in known:
        by_month[f"{one.decided_at.astimezone(zone):%Y-%m}"].append(one)
    parts = [("", list(known)), *sorted(by_month.items(), reverse=True)]
    return [
        PeriodAlpha(month, len({one.case for one in votes}), alphas_by_question(votes))
        for month, votes in parts
    ]


def alphas_by_pair(
    user: User, agreement: Agreement, *, at: datetime, cast: Sequence[Cast] | None = None
) -> list[PairAlpha]:
    """Return alpha between every two reviewers who voted on a case together; for the chair."""
    require(user, "case.decide", at=at, agreement_id=agreement.pk)
    by_case: dict[uuid.UUID, list[Cast]] = defaultdict(list)
    for one in ballots_cast(agreement) if cast is None else cast:
        by_case[one.case].append(one)
    pairs: dict[tuple[uuid.UUID, uuid.UUID], list[Cast]] = defaultdict(list)
    for votes in by_case.values():
        for a, b in combinations(sorted(votes, key=lambda v: v.reviewer.username), 2):
            pairs[a.reviewer.pk, b.reviewer.pk] += [a, b]
    found = [
        PairAlpha(votes[0].reviewer, votes[1].reviewer, len(votes) // 2, alphas_by_question(votes))
        for votes in pairs.values()
    ]
    return sorted(found, key=lambda pair: (pair.first.username, pair.second.username))


def drift_for(
    user: User, agreement: Agreement, *, at: datetime, cast: Sequence[Cast] | None = None
) -> list[ReviewerDrift]:
    """Return the figures of all reviewers for the chair, of oneself for a reviewer.

    NotAllowed for anybody else. Reviewers stand by name of account.
    """
    sees_all = bool(may(user, "case.decide", at=at, agreement_id=agreement.pk))
    if not sees_all:
        require(user, "case.review", at=at, agreement_id=agreement.pk)
    known = ballots_cast(agreement) if cast is None else cast
    accused = _accused([one.incident for one in known])
    parties = [party.code for party in parties_of(agreement.pk)]
    usual = middle_of([one.hours for one in known]).value
    by_reviewer: dict[uuid.UUID, list[Cast]] = defaultdict(list)
    for one in known:
        by_reviewer[one.reviewer.pk].append(one)
    shown = by_reviewer if sees_all else {user.pk: by_reviewer.get(user.pk, [])}
    found = [
        ReviewerDrift(
            votes[0].reviewer if votes else user,
            drift_of([_vote(one, accused) for one in votes], parties=parties, usual=usual),
        )
        for votes in shown.values()
    ]
    return sorted(found, key=lambda row: row.reviewer.username)


def _vote(one: Cast, accused: dict[uuid.UUID, frozenset[str]]) -> Vote:
    return Vote(
        named=frozenset(one.answers.parties),
        panel=frozenset(one.panel.parties),
        accused=accused.get(one.incident, frozenset()),
        agrees=not dissents_from(one.panel, one.answers),
        hours=one.hours,
    )


def _accused(incidents: Iterable[uuid.UUID]) -> dict[uuid.UUID, frozenset[str]]:
    """Return {incident: codes of the parties that were notified of an accusation}."""
    rows = PartyPosition.objects.filter(incident_id__in=set(incidents))
    found: dict[uuid.UUID, set[str]] = defaultdict(set)
    for incident_id, code in rows.values_list("incident_id", "party__code"):
        found[incident_id].add(code)
    return {incident_id: frozenset(codes) for incident_id, codes in found.items()}
