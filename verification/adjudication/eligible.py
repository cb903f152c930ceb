"""Reads of who may sit: whom a case concerns, who has a conflict, whose seat a rule vacates."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models import (
    Count,
)
from django.utils.translation import gettext as _

from reports.agreement.queries import parties_of
from reports.once import seen_once
from reports.people.models import Role, User
from reports.people.permissions import Verdict
from reports.people.queries import alignment_codes, alignment_of, holders_of
from verification.adjudication.models import Ballot, Case, Decision, Seat
from verification.adjudication.rules import (
    Reviewer,
    has_conflict,
)
from verification.adjudication.states import CaseState
from verification.corroboration.queries import accused_parties, statements_on
from verification.incidents.models import Incident
from verification.incidents.queries import (
    linked_reports,
)


def involved(incident: Incident) -> tuple[set[str], set[str]]:
    """Return the keys of the people and organisations a case file rests on."""
    people: set[str] = set()
    organisations: set[str] = set()
    for report in linked_reports(incident):
        people |= {str(report.filed_by_id), str(report.source.user_id)}
        organisations.add(str(report.source.organisation_id))
        organisations.add(str(report.filed_by.organisation_id))
    for statement in statements_on(incident):
        people |= {str(statement.given_by_id), str(statement.source.user_id)}
        organisations.add(str(statement.source.organisation_id))
        organisations.add(str(statement.given_by.organisation_id))
    return people - {"None"}, organisations - {"None"}


def concerned_parties(incident: Incident, *, at: datetime) -> set[str]:
    """Return the codes of the parties a panel has to be balanced between.

    Those accused or accusing; where that is one alone, all signatories, so that a side is never
    judged (or cleared) by its own people without the others.
    """
    found = {party.code for party in accused_parties(incident)}
    sources = [report.source for report in linked_reports(incident)]
    sides = alignment_codes(
        organisation_ids={s.organisation_id for s in sources},
        user_ids={s.user_id for s in sources},
        at=at,
    )
    found |= set(sides.values())
    if len(found) == 1:
        found |= {party.code for party in parties_of(incident.agreement_id) if party.signatory}
    return found


def conflict_of(user: User, incident: Incident) -> Verdict:
    """Answer whether the data shows that a person has a conflict of interest in a case."""
    people, organisations = involved(incident)
    me = Reviewer(key=str(user.pk), organisation=str(user.organisation_id or ""), alignment="")
    return has_conflict(me, people=people, organisations=organisations)


def possible_reviewers(incident: Incident, *, at: datetime) -> list[tuple[User, Reviewer]]:
    """Return all who hold the reviewer role on the agreement, with what the rules look at."""
    # Triage officers read scores all day: whoever triaged here since this incident was opened
    # never sits on it, even if the role was taken from them meanwhile.
    triagers = holders_of(
        Role.TRIAGE, agreement_id=incident.agreement_id, since=incident.opened_at, at=at
    )
    reviewers = holders_of(Role.REVIEWER, agreement_id=incident.agreement_id, at=at)
    users = list(reviewers.exclude(pk__in=triagers.values("pk")))
    load = dict(
        Seat.objects.filter(
            reviewer__in=users, recused_at=None, ballot=None, case__state=CaseState.BALLOTING
        )
        .values_list("reviewer_id")
        .annotate(Count("id"))
    )
    before = earlier_deciders(incident)
    return [
        (
            user,
            Reviewer(
                key=str(user.pk),
                organisation=str(user.organisation_id or ""),
                alignment=alignment_of(user, at=at),
                load=load.get(user.pk, 0),
                earlier=user.pk in before,
            ),
        )
        for user in users
    ]


def sitting_reviewers(incident: Incident, users: Sequence[User], *, at: datetime) -> list[Reviewer]:
    """Return those who stay on a panel, with what the rules look at in them."""
    before = earlier_deciders(incident)
    return [
        Reviewer(
            key=str(user.pk),
            organisation=str(user.organisation_id or ""),
            alignment=alignment_of(user, at=at),
            earlier=user.pk in before,
        )
        for user in users
    ]


def earlier_deciders(incident: Incident) -> set[uuid.UUID]:
    """Return the keys of those who decided this incident before: voted, or sealed it."""
    voted = Ballot.objects.filter(
        case__incident=incident, case__state=CaseState.DECIDED, seat__recused_at=None
    )
    sealed = Decision.objects.filter(incident=incident)
    return {
        *voted.values_list("seat__reviewer_id", flat=True),
        *sealed.values_list("decided_by_id", flat=True),
    }


def sitting(case: Case) -> list[Seat]:
    """Return the seats that are held, with who holds them and the ballot of each, if any."""
    rows = case.seats.filter(recused_at=None).select_related("reviewer", "ballot")
    return seen_once(("sitting", case.pk), lambda: list(rows))


def conflicts_in(case: Case) -> dict[int, str]:
    """Return {seat number: reason} of those who sit and have a conflict of interest by now.

    A file grows while its panel votes: what is linked later may be a reviewer's own.
    """
    people, organisations = involved(case.incident)
    found: dict[int, str] = {}
    for seat in sitting(case):
        holder = Reviewer(str(seat.reviewer_id), str(seat.reviewer.organisation_id or ""), "")
        verdict = has_conflict(holder, people=people, organisations=organisations)
        if verdict:
            found[seat.number] = verdict.reason
    return found


def why_vacated(case: Case, *, at: datetime) -> dict[int, str]:
    """Return {seat number: reason} of the seats a chair may have filled anew."""
    found: dict[int, str] = {}
    if at >= case.ballots_due_at:
        silent = [seat.number for seat in sitting(case) if not hasattr(seat, "ballot")]
        words = _("The time for ballots passed without one from this seat.")
        found = dict.fromkeys(silent, words)
    return found | conflicts_in(case)
