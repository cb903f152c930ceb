"""Changing one's mind after the unsealing: a second, dated ballot with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, MoveRefused, NotFound, StaleState
from verification.adjudication.actions.ballots import BallotDraft, check_ballot
from verification.adjudication.actions.seating import Conflicted
from verification.adjudication.answers import column_values
from verification.adjudication.eligible import conflict_of
from verification.adjudication.models import Ballot, Case, SecondBallot
from verification.adjudication.queries import may_vote_again

WHY_LEAST = 20  # characters of the reason
FIRST_SECOND = 2  # the number of the ballot after the first


@transaction.atomic
def change_ballot(
    *, case: Case, draft: BallotDraft, why: str, by: User, at: datetime
) -> SecondBallot:
    """Seal a second ballot, once all ballots are open; the first stays on record.

    The same answers again confirm it. Whoever saw the ballots as they were reads them anew: the
    case has another version then.
    Needs: case.review; a seat with a sealed ballot, all others sealed too, no decision yet; none
    sealed since the file last grew; a reason; no conflict. Leaves: SecondBallot, ballot.changed.
    Errors: NotFound, MoveRefused, Invalid, Conflicted, StaleState if it was sealed already.
    """
    role = require(by, "case.review", at=at, agreement_id=case.incident.agreement_id)
    held = (
        Case.objects.select_for_update(of=("self",))
        .select_related("incident__agreement")
        .get(pk=case.pk)
    )
    first = Ballot.objects.filter(case=held, seat__reviewer=by, seat__recused_at=None).first()
    if first is None:
        raise NotFound()
    verdict = may_vote_again(by, held)
    if not verdict:
        raise MoveRefused(verdict.reason)
    if conflict := conflict_of(by, held.incident):
        raise Conflicted(conflict.reason)
    if len(why.strip()) < WHY_LEAST or "\x00" in why:
        raise Invalid(errors={"why": [_("Say in at least 20 characters why.")]})
    clauses = check_ballot(incident=held.incident, draft=draft)
    before = SecondBallot.objects.filter(first=first).order_by("number").last()
    try:
        with transaction.atomic():
            second = SecondBallot.objects.create(
                first=first,
                number=before.number + 1 if before is not None else FIRST_SECOND,
                confirms=draft.answers == (before or first).answers(),
                why=why.strip(),
                sealed_at=at,
                **column_values(draft.answers),
                clause=clauses.get(draft.answers.clause),
                reasons=draft.reasons.strip(),
                cited_reports=[UUID(key) for key in draft.cited],
            )
    except IntegrityError as error:
        raise StaleState(_("Your second ballot is sealed already.")) from error
    Case.objects.filter(pk=held.pk).update(version=F("version") + 1)
    record_event(
        kind=Kind.BALLOT_CHANGED,
        subject=held,
        by=by,
        at=at,
        acting_as=role,
        file_id=held.incident_id,
        payload={"seat": first.seat.number, "confirms": second.confirms},
    )
    return second
