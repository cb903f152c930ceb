"""Writes about drafts of a ballot: kept for their author alone, gone once the ballot is sealed.

A draft leaves no event: it is no act, nobody else may learn of it, and the public log must not
tell when somebody thought what.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, MoveRefused, NotFound, StaleState
from verification.adjudication.drafting import Typed, problems_in_typed
from verification.adjudication.models import Ballot, Case, DraftBallot, Seat
from verification.adjudication.states import CaseState


class DraftConflict(StaleState):
    """Raised when a draft was saved elsewhere since this version of it was read."""

    code = "draft-conflict"
    title = gettext_lazy("Your draft was saved in another window meanwhile")


@transaction.atomic
def save_draft(*, case: Case, typed: Typed, seen: int, by: User, at: datetime) -> DraftBallot:
    """Keep what a reviewer has typed so far, over the version they saw (0: none yet).

    Needs: case.review; a seat on an open case without a sealed ballot; `seen` still the version.
    Leaves: DraftBallot, version + 1; no event. Errors: DraftConflict if another window was first.
    """
    require(by, "case.review", at=at, agreement_id=case.incident.agreement_id)
    # Locked as sealing and leaving lock it: no draft is born after either.
    held = Case.objects.select_for_update().get(pk=case.pk)
    seat = Seat.objects.filter(case=held, reviewer=by, recused_at=None).first()
    if seat is None:
        raise NotFound()
    if held.state != CaseState.BALLOTING or Ballot.objects.filter(seat=seat).exists():
        raise MoveRefused(_("Your ballot is sealed, or the panel has decided."))
    problems = problems_in_typed(typed)
    if problems:
        raise Invalid(_("This cannot be kept as it is."), errors=problems)
    values: dict[str, Any] = {
        "answers": {name: code for name, code in typed.answers.items() if code},
        "parties": list(typed.parties),
        "reasons": typed.reasons,
        "cited_reports": [UUID(key) for key in typed.cited],
        "saved_at": at,
    }
    if seen == 0:
        try:
            with transaction.atomic():
                return DraftBallot.objects.create(seat=seat, begun_at=at, **values)
        except IntegrityError as error:
            raise DraftConflict() from error
    hit = DraftBallot.objects.filter(seat=seat, version=seen)
    if hit.update(version=F("version") + 1, **values) != 1:
        raise DraftConflict()
    return DraftBallot.objects.get(seat=seat)


def check_draft(*, seat: Seat, seen: int | None) -> None:
    """Raise DraftConflict if a later draft lies where a ballot is about to be sealed."""
    if seen is not None and DraftBallot.objects.filter(seat=seat).exclude(version=seen).exists():
        raise DraftConflict()


def drop_draft(*, seat: Seat) -> None:
    """Forget the draft of a seat: its ballot is sealed, or its holder has left."""
    DraftBallot.objects.filter(seat=seat).delete()


def drop_drafts(*, case: Case) -> None:
    """Forget what nobody can seal any more: the panel has decided."""
    DraftBallot.objects.filter(seat__case=case).delete()
