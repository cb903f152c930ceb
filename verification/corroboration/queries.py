"""Reads of statements and positions."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When

from reports.agreement.models import Agreement, Party
from reports.intake.choices import Channel
from reports.intake.models import Report
from reports.intake.queries import reports_by_id
from reports.once import seen_once
from reports.people.models import User
from reports.people.permissions import Verdict, may, require
from reports.people.queries import liaison_party_code
from reports.problems import NotFound
from verification.corroboration.models import PartyPosition, Statement
from verification.corroboration.rules import may_corroborate
from verification.corroboration.states import PositionState
from verification.incidents.models import Incident, Link
from verification.incidents.queries import (
    incident_by_code,
    incidents_of,
    linked_reports,
    member_ids,
    roots_of,
)
from verification.incidents.states import LIVING

SOON = timedelta(hours=24)  # a notice due within this counts as due soon


def statements_on(
    incident: Incident, *, members: Collection[uuid.UUID] | None = None
) -> list[Statement]:
    """Return the standing statements on a case file: the latest of each source and question.

    `members` are its member_ids, where the caller has them already (so too below).
    """
    file_ids = member_ids(incident) if members is None else members
    rows = (
        Statement.objects.filter(incident_id__in=file_ids)
        .select_related("source__organisation", "given_by", "party", "origin__said_by")
        .order_by("given_at", "id")
    )
    latest: dict[tuple[object, ...], Statement] = {}
    for row in seen_once(("statements", frozenset(file_ids)), lambda: list(rows)):
        latest[row.source_id, row.question, row.party_id, row.given_by_id] = row
    return sorted(latest.values(), key=lambda s: (s.given_at, s.pk))


def statement_by_id(statement_id: uuid.UUID) -> Statement:
    """Return a statement by its key, for what follows from it."""
    return Statement.objects.select_related("source", "party").get(pk=statement_id)


def positions_on(
    incident: Incident, *, members: Collection[uuid.UUID] | None = None
) -> list[PartyPosition]:
    """Return the parties' positions on a case file, by party."""
    file_ids = member_ids(incident) if members is None else members
    return list(positions_in(file_ids))


def positions_in(incident_ids: Collection[uuid.UUID]) -> list[PartyPosition]:
    """Return the parties' positions on these incidents alone, by party and by when asked."""
    rows = PartyPosition.objects.filter(incident_id__in=incident_ids)
    rows = rows.select_related("party", "incident").order_by("party__code", "notified_at", "id")
    return seen_once(("positions", frozenset(incident_ids)), lambda: list(rows))


def positions_by_incident(
    incidents: Sequence[Incident],
) -> dict[uuid.UUID, list[PartyPosition]]:
    """Return {incident: the parties' positions on its whole file} for many incidents."""
    root = roots_of(incident.pk for incident in incidents)  # absorbed ones bring theirs
    found: dict[uuid.UUID, list[PartyPosition]] = {incident.pk: [] for incident in incidents}
    for position in positions_in(root):
        found[root[position.incident_id]].append(position)
    return found


def latest_hearing(positions: Iterable[PartyPosition]) -> list[PartyPosition]:
    """Return of each party the positions of the last hearing among these, in their order."""
    rows = list(positions)
    last: dict[uuid.UUID, int] = {}
    for row in rows:
        last[row.party_id] = max(row.hearing, last.get(row.party_id, 0))
    return [row for row in rows if row.hearing == last[row.party_id]]


def overdue_positions(*, at: datetime) -> list[PartyPosition]:
    """Return the positions whose deadline has passed without an answer."""
    rows = PartyPosition.objects.filter(state=PositionState.AWAITED, due_at__lte=at)
    return list(rows.select_related("incident", "party").order_by("due_at"))


def filer_ids(incident: Incident) -> set[uuid.UUID]:
    """Return who filed the reports of a case file. For rules only; never shown."""
    rows = Link.objects.filter(incident_id__in=member_ids(incident), unlinked_at=None)
    return set(rows.values_list("report__filed_by_id", flat=True))


def incidents_to_corroborate(
    agreement: Agreement, user: User, *, at: datetime
) -> QuerySet[Incident]:
    """Return the living incidents a person may state on, those they have not stated on first."""
    require(user, "incident.corroborate", at=at, agreement_id=agreement.pk)
    stated = Statement.objects.filter(incident=OuterRef("pk"), given_by=user)
    own = Link.objects.filter(incident=OuterRef("pk"), unlinked_at=None, report__filed_by=user)
    rows = incidents_of(agreement, states=LIVING).annotate(
        has_stated=Exists(stated), is_own=Exists(own)
    )
    return rows.filter(is_own=False).order_by("has_stated", "-window_from", "code")


def incident_for_witness(user: User, code: str, *, at: datetime) -> tuple[Incident, Verdict]:
    """Return an incident for a possible witness, and whether they may state on it, and why."""
    incident = incident_by_code(code)
    if not may(user, "incident.corroborate", at=at, agreement_id=incident.agreement_id):
        raise NotFound()
    filers = {str(pk) for pk in filer_ids(incident)}
    return incident, may_corroborate(user_key=str(user.pk), filer_keys=filers)


def own_statements(incident: Incident, user: User) -> list[Statement]:
    """Return what this person has stated on a case file."""
    return [s for s in statements_on(incident) if s.given_by_id == user.pk]


_AWAITED_FIRST = Case(
    When(state=PositionState.AWAITED, then=0), When(state=PositionState.LAPSED, then=1), default=2
)


def notices_for(user: User, agreement: Agreement, *, at: datetime) -> QuerySet[PartyPosition]:
    """Return the notices to the party a liaison speaks for, awaited ones by deadline first."""
    require(user, "position.answer", at=at, agreement_id=agreement.pk)
    rows = PartyPosition.objects.filter(
        incident__agreement=agreement, party__code=liaison_party_code(user, at=at)
    )
    return rows.select_related(
        "incident__act", "incident__place", "incident__agreement", "party"
    ).order_by(_AWAITED_FIRST, "due_at", "id")


def notice_for(user: User, position_id: uuid.UUID | str, *, at: datetime) -> PartyPosition:
    """Return a notice to the party this liaison speaks for; NotFound for any other."""
    found = _position(position_id)
    if (
        found is None
        or not may(user, "position.answer", at=at, agreement_id=found.incident.agreement_id)
        or found.party.code != liaison_party_code(user, at=at)
    ):
        raise NotFound()
    return found


def notice_counts(rows: QuerySet[PartyPosition], *, at: datetime) -> dict[str, int]:
    """Return how many of a liaison's notices await an answer, are due in a day, and so on."""
    awaited = Q(state=PositionState.AWAITED)
    return rows.order_by().aggregate(
        awaited=Count("id", filter=awaited),
        soon=Count("id", filter=awaited & Q(due_at__lte=at + SOON)),
        silent=Count("id", filter=Q(state=PositionState.LAPSED)),
        answered=Count("id", filter=Q(state=PositionState.ANSWERED)),
    )


def position_for_chair(user: User, position_id: uuid.UUID | str, *, at: datetime) -> PartyPosition:
    """Return a notice for the chair of its agreement; NotFound for anybody else."""
    found = _position(position_id)
    if found is None or not may(
        user, "position.extend", at=at, agreement_id=found.incident.agreement_id
    ):
        raise NotFound()
    return found


def _position(position_id: uuid.UUID | str) -> PartyPosition | None:
    rows = PartyPosition.objects.select_related(
        "incident__act", "incident__place", "incident__agreement", "party"
    )
    try:
        return rows.filter(pk=position_id).first()
    except (ValidationError, ValueError) as error:
        raise NotFound() from error


def claims_since(incident: Incident, instant: datetime) -> list[Report]:
    """Return the public claims that came on a file after an instant: what a party is heard on."""
    late = Link.objects.filter(
        incident_id__in=member_ids(incident), unlinked_at=None, linked_at__gt=instant
    )
    keys = set(late.values_list("report_id", flat=True))
    return [report for report in public_claims(incident) if report.pk in keys]


def public_claims(incident: Incident) -> list[Report]:
    """Return the reports of a case file made by named public speakers (never a person's own).

    These are all that a party, a witness or the public may read of the reports themselves.
    """
    rows = Link.objects.filter(
        incident_id__in=member_ids(incident),
        unlinked_at=None,
        report__state="accepted",
        report__source__user=None,
    ).exclude(report__superseded_by__state="accepted")
    rows = rows.exclude(report__channel=Channel.FILE)  # somebody's records, under their licence
    return reports_by_id(rows.values_list("report_id", flat=True))


def accused_parties(incident: Incident) -> list[Party]:
    """Return the parties accused by the standing reports of a case file, by code."""
    found = {r.accused.code: r.accused for r in linked_reports(incident) if r.accused is not None}
    return [found[code] for code in sorted(found)]
