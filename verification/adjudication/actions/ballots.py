"""Writes about ballots: seal one, blind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reports.agreement.models import Clause
from reports.agreement.queries import clauses_in_force, parties_of
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, MoveRefused, NotFound, StaleState
from verification.adjudication.actions.drafts import check_draft, drop_draft
from verification.adjudication.actions.seating import Conflicted
from verification.adjudication.answers import (
    Answers,
    column_values,
)
from verification.adjudication.eligible import conflict_of
from verification.adjudication.models import Ballot, Case, Seat
from verification.adjudication.queries import bound_parties, citable_reports
from verification.adjudication.rules import problems_in_ballot
from verification.adjudication.states import CaseState
from verification.incidents.models import Incident


@dataclass(frozen=True, slots=True)
class BallotDraft:
    """A ballot as handed over by a door; `cited` are ids of reports or statements of the case."""

    answers: Answers
    reasons: str
    cited: tuple[str, ...]


@transaction.atomic
def seal_ballot(
    *, case: Case, draft: BallotDraft, by: User, at: datetime, seen_draft: int | None = None
) -> Ballot:
    """Seal one's answers, blind: nothing of others' ballots or the score was shown before.

    `seen_draft` is the version of the draft the answers were made from (None: from none).
    Needs: case.review; a seat one has declared for, without a sealed ballot; answers without
    problems; no conflict.
    Leaves: Ballot, the draft gone, ballot.sealed.
    Errors: Invalid, Conflicted, DraftConflict, StaleState if sealed already.
    """
    role = require(by, "case.review", at=at, agreement_id=case.incident.agreement_id)
    held = (
        Case.objects.select_for_update(of=("self",))
        .select_related("incident__agreement")
        .get(pk=case.pk)
    )
    seat = Seat.objects.filter(case=held, reviewer=by, recused_at=None).first()
    if seat is None:
        raise NotFound()
    if held.state != CaseState.BALLOTING:
        raise MoveRefused(_("The panel has decided; no more ballots are taken."))
    if seat.declared_at is None:
        raise MoveRefused(_("Declare first whether anything ties you to this case."))
    _check_conflict(held.incident, by)
    check_draft(seat=seat, seen=seen_draft)
    clauses = check_ballot(incident=held.incident, draft=draft)
    plain = column_values(draft.answers)
    try:
        with transaction.atomic():
            ballot = Ballot.objects.create(
                case=held,
                seat=seat,
                sealed_at=at,
                **plain,
                clause=clauses.get(draft.answers.clause),
                reasons=draft.reasons.strip(),
                cited_reports=[UUID(key) for key in draft.cited],
            )
    except IntegrityError as error:
        raise StaleState(_("Your ballot is sealed already.")) from error
    drop_draft(seat=seat)
    record_event(
        kind=Kind.BALLOT_SEALED,
        subject=held,
        by=by,
        at=at,
        acting_as=role,
        file_id=held.incident_id,
        payload={"seat": seat.number},
    )
    return ballot


def _check_conflict(incident: Incident, by: User) -> None:
    verdict = conflict_of(by, incident)
    if verdict:
        raise Conflicted(
            verdict.reason + " " + _("Give up your seat; the rules seat somebody else.")
        )


def check_ballot(*, incident: Incident, draft: BallotDraft) -> dict[str, Clause]:
    """Return the clauses in force by code; raise Invalid if the answers have problems."""
    window = (incident.window_from, incident.window_until)
    clauses = {c.code: c for c in clauses_in_force(incident.agreement_id, window=window)}
    problems = problems_in_ballot(
        draft.answers,
        reasons=draft.reasons,
        cited=draft.cited,
        citable=citable_reports(incident),
        clauses=clauses,
        parties=[p.code for p in parties_of(incident.agreement_id)],
        bound=bound_parties(incident),
        floor=incident.agreement.attribution_floor,
    )
    if problems:
        raise Invalid(
            _("Your ballot is not sealed yet: some answers need another look."), errors=problems
        )
    return clauses
