"""Writes about the panel: open a case, recuse, replace."""

from __future__ import annotations

import hashlib
import random
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.queries import time_limits
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import Role, User
from reports.people.permissions import require
from reports.people.queries import alignment_of, holders_of
from reports.problems import Invalid, MoveRefused, NotFound, Problem
from verification.adjudication.actions.drafts import drop_draft
from verification.adjudication.models import Ballot, Case, RecusalKind, Seat
from verification.adjudication.queries import (
    concerned_parties,
    earlier_deciders,
    involved,
    possible_reviewers,
    why_vacated,
)
from verification.adjudication.rules import (
    Reviewer,
    choose_panel,
    has_conflict,
    is_balanced,
    is_led_by_others,
    is_of_several,
)
from verification.adjudication.states import CaseState
from verification.incidents.actions import begin_review
from verification.incidents.models import Incident
from verification.incidents.states import IncidentState


class NoPanel(Problem):
    """Raised when no balanced panel without conflicts can be seated."""

    code = "no-panel"
    status = 409
    title = gettext_lazy("No panel can be seated by the rules")


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
    panel = _draw_panel(held, size=held.agreement.quorum, seed=seed, at=at)
    case = Case.objects.create(
        incident=held,
        round=held.cases.count() + 1,
        quorum=held.agreement.quorum,
        panel_seed=seed,
        opened_by=by,
        opened_at=at,
        ballots_due_at=at + time_limits(held.agreement_id, at=at).ballots,
    )
    for number, user in enumerate(panel, start=1):
        _seat(case, user, number, at)
    begin_review(incident=held)
    record_event(
        kind=Kind.CASE_OPENED,
        subject=case,
        by=by,
        at=at,
        acting_as=role,
        file_id=held.pk,
        payload={"seats": len(panel), "seed": seed},
    )
    return case


def _seat(case: Case, user: User, number: int, at: datetime) -> Seat:
    return Seat.objects.create(
        case=case,
        reviewer=user,
        number=number,
        alignment=alignment_of(user, at=at),
        seated_at=at,
    )


def _draw_panel(
    incident: Incident,
    *,
    size: int,
    seed: str,
    at: datetime,
    but: Collection[UUID] = (),
    seated: Sequence[User] = (),
) -> list[User]:
    """Return the members to seat: a whole panel, or the one who replaces a recused member."""
    people, organisations = involved(incident)
    pool = {
        reviewer.key: (user, reviewer)
        for user, reviewer in possible_reviewers(incident, at=at)
        if user.pk not in but
        and not has_conflict(reviewer, people=people, organisations=organisations)
    }
    concerned = concerned_parties(incident, at=at)
    reviewers = [reviewer for _user, reviewer in pool.values()]
    order = list(range(len(reviewers)))
    random.Random(hashlib.sha256(seed.encode()).digest()).shuffle(order)  # noqa: S311 - recorded draw
    if seated:
        before = earlier_deciders(incident)
        staying = [
            Reviewer(
                str(user.pk),
                str(user.organisation_id or ""),
                alignment_of(user, at=at),
                earlier=user.pk in before,
            )
            for user in seated
        ]
        rank = {reviewers[i].key: place for place, i in enumerate(order)}
        for reviewer in sorted(reviewers, key=lambda r: (r.earlier, r.load, rank[r.key])):
            panel = [*staying, reviewer]
            balanced = is_balanced([r.alignment for r in panel], concerned=concerned)
            if balanced and is_of_several(panel) and is_led_by_others(panel):
                return [pool[reviewer.key][0]]
        raise NoPanel(_("Nobody eligible can take this seat and keep the panel balanced."))
    chosen = choose_panel(reviewers, concerned=concerned, size=size, order=order)
    if not chosen:
        raise NoPanel(
            _(
                "%(free)s reviewers have no conflict of interest; a balanced panel of %(size)s "
                "needs more. An operator can grant the role to further people."
            )
            % {"free": len(reviewers), "size": size}
        )
    return [pool[reviewer.key][0] for reviewer in chosen]


@transaction.atomic
def recuse_reviewer(*, case: Case, reason: str, by: User, at: datetime) -> Seat:
    """Give up one's seat for a conflict of interest; the rules seat somebody else.

    Needs: a seat on an open case, no sealed ballot. Leaves: the ended Seat, a new Seat,
    reviewer.recused. Errors: NoPanel if nobody can take it (then nothing changes).
    """
    role = require(by, "case.review", at=at, agreement_id=case.incident.agreement_id)
    held = Case.objects.select_for_update().select_related("incident").get(pk=case.pk)
    seat = Seat.objects.filter(case=held, reviewer=by, recused_at=None).first()
    if seat is None:
        raise NotFound()
    if held.state != CaseState.BALLOTING or Ballot.objects.filter(seat=seat).exists():
        raise MoveRefused(_("Your ballot is sealed; tell the chair about the conflict."))
    if len(reason.strip()) < 10:
        raise Invalid(errors={"reason": [_("Say in a sentence what the conflict is.")]})
    _vacate(seat, kind=RecusalKind.DECLARED, reason=reason.strip()[:500], at=at)
    replacement = _replace(held, at=at)
    record_event(
        kind=Kind.REVIEWER_RECUSED,
        subject=held,
        by=by,
        at=at,
        acting_as=role,
        file_id=held.incident_id,
        payload={"seat": seat.number, "replaced_by_seat": replacement.number, "how": "declared"},
    )
    return replacement


@transaction.atomic
def replace_reviewer(*, case: Case, seat_number: int, by: User, at: datetime) -> Seat:
    """Vacate a seat whose holder may no longer judge, or did not in time; the rules seat another.

    Needs: case.decide; an open case; a conflict of interest that has come up since (a ballot
    sealed from that seat then no longer counts), or no ballot when the time for ballots is over.
    Leaves: the ended Seat, a new Seat, reviewer.replaced. Errors: Invalid if no rule vacates it.
    """
    role = require(by, "case.decide", at=at, agreement_id=case.incident.agreement_id)
    held = Case.objects.select_for_update(of=("self",)).select_related("incident").get(pk=case.pk)
    if held.state != CaseState.BALLOTING:
        raise MoveRefused(_("The panel has decided; its seats stay as they were."))
    seat = Seat.objects.filter(case=held, number=seat_number, recused_at=None).first()
    if seat is None:
        raise NotFound()
    why = why_vacated(held, at=at).get(seat.number)
    if why is None:
        raise Invalid(_("No rule vacates this seat: its holder has no conflict, and time is left."))
    _vacate(seat, kind=RecusalKind.BY_RULE, reason=why, at=at)
    replacement = _replace(held, at=at)
    record_event(
        kind=Kind.REVIEWER_REPLACED,
        subject=held,
        by=by,
        at=at,
        acting_as=role,
        file_id=held.incident_id,
        payload={"seat": seat.number, "replaced_by_seat": replacement.number},
    )
    return replacement


def _vacate(seat: Seat, *, kind: str, reason: str, at: datetime) -> None:
    seat.recused_at, seat.recusal_kind, seat.recusal_reason = at, kind, reason
    seat.save(update_fields=["recused_at", "recusal_kind", "recusal_reason"])
    drop_draft(seat=seat)


def _replace(case: Case, *, at: datetime) -> Seat:
    seats = list(case.seats.select_related("reviewer"))
    staying = [seat.reviewer for seat in seats if seat.recused_at is None]
    chosen = _draw_panel(
        case.incident,
        size=1,
        seed=f"{case.panel_seed}/{len(seats) + 1}",
        at=at,
        but=[seat.reviewer_id for seat in seats] + _who_saw_the_score(case, at=at),
        seated=staying,
    )
    return _seat(case, chosen[0], len(seats) + 1, at)


def _who_saw_the_score(case: Case, *, at: datetime) -> list[UUID]:
    """A chair without a seat reads the score of an open case, so may not be seated later."""
    chairs = holders_of(Role.CHAIR, agreement_id=case.incident.agreement_id, at=at)
    return [user.pk for user in chairs]
