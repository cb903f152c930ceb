"""Writes about the panel: open a case, recuse, replace."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reports.agreement.queries import time_limits
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, MoveRefused, NotFound, StaleState
from verification.adjudication.actions.seating import (
    Conflicted,
    draw_panel,
    keep_draw,
    replace_seat,
    seat_reviewer,
    vacate_seat,
)
from verification.adjudication.eligible import conflict_of, why_vacated
from verification.adjudication.models import Ballot, Case, RecusalKind, Seat
from verification.adjudication.states import CaseState
from verification.incidents.actions import begin_review
from verification.incidents.models import Incident
from verification.incidents.states import IncidentState

OVERRIDE_LEAST = 20  # characters of the reason


@transaction.atomic
def open_case(*, incident: Incident, by: User, at: datetime, seed: str = "") -> Case:
    """Open a case and seat its panel by rule.

    Needs: case.open; an open incident that is not plainly inadmissible and that accuses somebody
    or asks who it was; enough reviewers without a conflict for a balanced panel.
    Leaves: Case, Seats, the incident under review, case.opened. Errors: NoPanel, MoveRefused.
    """
    role = require(by, "case.open", at=at, agreement_id=incident.agreement_id)
    held = Incident.objects.select_for_update().select_related("agreement").get(pk=incident.pk)
    if held.state not in (IncidentState.OPEN, IncidentState.REOPENED):
        raise MoveRefused(_("A case is opened on an open incident."))
    if held.admissibility == "inadmissible":
        raise MoveRefused(_("The incident lies outside the agreement; it is ruled on at triage."))
    seed = seed or secrets.token_hex(16)
    panel = draw_panel(held, size=held.agreement.quorum, seed=seed, at=at)
    case = Case.objects.create(
        incident=held,
        round=held.cases.count() + 1,
        quorum=held.agreement.quorum,
        panel_seed=seed,
        opened_by=by,
        opened_at=at,
        ballots_due_at=at + time_limits(held.agreement_id, at=at).ballots,
    )
    seats = [seat_reviewer(case, user, n, at) for n, user in enumerate(panel.users, start=1)]
    keep_draw(case, panel, seats, at=at)
    begin_review(incident=held)
    record_event(
        kind=Kind.CASE_OPENED,
        subject=case,
        by=by,
        at=at,
        acting_as=role,
        file_id=held.pk,
        payload={"seats": len(seats), "seed": seed},
    )
    return case


@transaction.atomic
def recuse_reviewer(*, case: Case, reason: str, by: User, at: datetime) -> Seat:
    """Give up one's seat for a conflict of interest; the rules seat somebody else.

    Needs: a seat on an open case, no sealed ballot. Leaves: the ended Seat, a new Seat,
    reviewer.recused. Errors: NoPanel if nobody can take it (then nothing changes).
    """
    role = require(by, "case.review", at=at, agreement_id=case.incident.agreement_id)
    held = Case.objects.select_for_update().select_related("incident").get(pk=case.pk)
    seat = held.seats.filter(reviewer=by, recused_at=None).first()
    if seat is None:
        raise NotFound()
    if held.state != CaseState.BALLOTING or Ballot.objects.filter(seat=seat).exists():
        raise MoveRefused(_("Your ballot is sealed; tell the chair about the conflict."))
    if len(reason.strip()) < 10:
        raise Invalid(errors={"reason": [_("Say in a sentence what the conflict is.")]})
    vacate_seat(seat, kind=RecusalKind.DECLARED, reason=reason.strip()[:500], at=at)
    return _replaced(seat, kind=Kind.REVIEWER_RECUSED, by=by, role=role, at=at, how="declared")


@transaction.atomic
def replace_reviewer(*, case: Case, seat_number: int, by: User, at: datetime) -> Seat:
    """Vacate a seat whose holder may no longer judge, or did not in time; the rules seat another.

    Needs: case.decide; an open case; a conflict of interest that has come up since (a ballot
    sealed from that seat then no longer counts), or no ballot when the time for ballots is over.
    Leaves: the ended Seat, a new Seat, reviewer.replaced. Errors: Invalid if no rule vacates it.
    """
    role = require(by, "case.decide", at=at, agreement_id=case.incident.agreement_id)
    held, seat = _open_seat(case, seat_number)
    why = why_vacated(held, at=at).get(seat.number)
    if why is None:
        raise Invalid(_("No rule vacates this seat: its holder has no conflict, and time is left."))
    vacate_seat(seat, kind=RecusalKind.BY_RULE, reason=why, at=at)
    return _replaced(seat, kind=Kind.REVIEWER_REPLACED, by=by, role=role, at=at)


@transaction.atomic
def override_seat(*, case: Case, seat_number: int, reason: str, by: User, at: datetime) -> Seat:
    """Vacate a seat although no rule does, as the chair, for a reason that stays on record.

    The rules still draw who takes it: an override chooses nobody. It is counted in public.
    Needs: case.decide; an open case; another's seat without a sealed ballot. Leaves: the ended
    Seat, a new Seat, panel.overridden. Errors: Invalid without a reason, MoveRefused, NoPanel.
    """
    role = require(by, "case.decide", at=at, agreement_id=case.incident.agreement_id)
    _held, seat = _open_seat(case, seat_number)
    if seat.reviewer_id == by.pk:
        raise MoveRefused(_("This seat is yours: declare your conflict instead."))
    if Ballot.objects.filter(seat=seat).exists():
        raise MoveRefused(_("A ballot is sealed from this seat; no override takes it away."))
    if len(reason.strip()) < OVERRIDE_LEAST or "\x00" in reason:
        raise Invalid(errors={"reason": [_("Give the reason in at least 20 characters.")]})
    vacate_seat(seat, kind=RecusalKind.OVERRIDE, reason=reason.strip()[:500], at=at)
    return _replaced(seat, kind=Kind.PANEL_OVERRIDDEN, by=by, role=role, at=at)


def _open_seat(case: Case, number: int) -> tuple[Case, Seat]:
    """Return a case that still takes ballots, locked, with the seat of this number."""
    held = Case.objects.select_for_update(of=("self",)).select_related("incident").get(pk=case.pk)
    if held.state != CaseState.BALLOTING:
        raise MoveRefused(_("The panel has decided; its seats stay as they were."))
    seat = held.seats.filter(number=number, recused_at=None).first()
    if seat is None:
        raise NotFound()
    return held, seat


def _replaced(seat: Seat, *, kind: Kind, by: User, role: str, at: datetime, **told: str) -> Seat:
    """Let the rules seat somebody after a seat was vacated; the event tells both numbers."""
    replacement = replace_seat(seat.case, at=at)
    record_event(
        kind=kind,
        subject=seat.case,
        by=by,
        at=at,
        acting_as=role,
        file_id=seat.case.incident_id,
        payload={"seat": seat.number, "replaced_by_seat": replacement.number, **told},
    )
    return replacement


@transaction.atomic
def declare_interest(*, case: Case, by: User, at: datetime) -> Seat:
    """Declare, on first opening a case, that nothing ties one to it. Otherwise recuse_reviewer.

    Needs: case.review; a seat on an open case, not declared for yet; no conflict that the data
    shows. Leaves: the declared Seat, interest.declared. Errors: Conflicted, StaleState.
    """
    role = require(by, "case.review", at=at, agreement_id=case.incident.agreement_id)
    held = Case.objects.select_for_update(of=("self",)).select_related("incident").get(pk=case.pk)
    seat = held.seats.filter(reviewer=by, recused_at=None).first()
    if seat is None:
        raise NotFound()
    if held.state != CaseState.BALLOTING:
        raise MoveRefused(_("The panel has decided; no more ballots are taken."))
    if seat.declared_at is not None:
        raise StaleState(_("You have declared already."))
    verdict = conflict_of(by, held.incident)
    if verdict:
        raise Conflicted(
            verdict.reason + " " + _("Give up your seat; the rules seat somebody else.")
        )
    seat.declared_at = at
    seat.save(update_fields=["declared_at"])
    record_event(
        kind=Kind.INTEREST_DECLARED,
        subject=held,
        by=by,
        at=at,
        acting_as=role,
        file_id=held.incident_id,
        payload={"seat": seat.number},
    )
    return seat
