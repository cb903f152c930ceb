"""Writes about the decision of a panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.journal.actions import move_state
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.people.queries import alignment_of
from reports.problems import Invalid, Problem, StaleState
from verification.adjudication.actions.drafts import drop_drafts
from verification.adjudication.actions.seating import Conflicted
from verification.adjudication.answers import (
    Answers,
    column_values,
    dissents_from,
    outcome_of,
    panel_answers,
)
from verification.adjudication.decision_text import is_unfinished
from verification.adjudication.models import Ballot, Case, Decision, SecondBallot
from verification.adjudication.queries import decision_on, standing_ballots
from verification.adjudication.readiness import readiness
from verification.adjudication.rules import (
    REASONS_LEAST,
)
from verification.adjudication.states import MOVES, CaseState
from verification.incidents.actions import close_review
from verification.incidents.models import Incident
from verification.scoring.queries import latest_score


class NotReady(Problem):
    """Raised when a case lacks a precondition of a decision."""

    code = "not-ready"
    status = 409
    title = gettext_lazy("This case cannot be decided yet")


@transaction.atomic
def decide_case(*, case: Case, reasons: str, by: User, at: datetime) -> Decision:
    """Seal the panel's decision: its answers come from the ballots, the reasons from the chair.

    Needs: case.decide; a chair aligned with no party; quorum; every seated reviewer voted or the
    time is over; the accused heard; whoever voted on less than is on file had time to look
    again. Leaves: Decision, case and incident decided, case.decided.
    Errors: NotReady with the reasons, Invalid, StaleState if somebody decided first.
    """
    role = require(by, "case.decide", at=at, agreement_id=case.incident.agreement_id)
    if alignment_of(by, at=at):
        raise Conflicted(_("The chair must not be aligned with a party."))
    if len(reasons.strip()) < REASONS_LEAST or "\x00" in reasons:
        raise Invalid(
            errors={"reasons": [_("Give the panel’s reasons in at least 20 characters.")]}
        )
    if is_unfinished(reasons):
        raise Invalid(
            errors={"reasons": [_("Write what is asked for between ⟦ and ⟧, without these signs.")]}
        )
    # Locked, so that no ballot is sealed between the reading and the deciding.
    held = Case.objects.select_for_update().get(pk=case.pk)
    if held.version != case.version:
        raise StaleState(_("Read the case again: somebody decided it a moment ago."))
    incident = Incident.objects.select_related("agreement").get(pk=case.incident_id)
    state = readiness(case, at=at)
    if case.state == CaseState.BALLOTING and not state:
        lacking = [verdict.reason for verdict in state.verdicts() if not verdict]
        raise NotReady(" ".join(lacking))
    ballots = standing_ballots(case)
    panel = panel_answers([ballot.answers() for ballot in ballots])
    event_payload = {"outcome": str(outcome_of(panel)), "ballots": len(ballots)}
    move_state(
        case,
        to=CaseState.DECIDED,
        moves=MOVES,
        kind=Kind.CASE_DECIDED,
        by=by,
        at=at,
        acting_as=role,
        file_id=incident.pk,
        payload=event_payload,
    )
    drop_drafts(case=held)
    close_review(incident=incident)
    clause = next((b.clause for b in ballots if b.clause and b.clause.code == panel.clause), None)
    return Decision.objects.create(
        case=case,
        incident=incident,
        **column_values(panel),
        clause=clause,
        outcome=outcome_of(panel),
        standard_of_proof=incident.agreement.standard_of_proof,
        reasons=reasons.strip(),
        cited_reports=sorted({key for b in ballots for key in b.cited_reports}),
        dissents=_dissents(panel, ballots),
        n_ballots=len(ballots),
        score=latest_score(incident),
        overrides=decision_on(incident),
        decided_by=by,
        decided_at=at,
    )


def _dissents(panel: Answers, ballots: Sequence[Ballot | SecondBallot]) -> list[dict[str, object]]:
    """Return the ballots that differ on occurrence, breach or party: by seat, never by name."""
    return [
        {
            "seat": ballot.seat.number,
            "answers": asdict(ballot.answers()),
            "reasons": ballot.reasons,
        }
        for ballot in ballots
        if dissents_from(panel, ballot.answers())
    ]
