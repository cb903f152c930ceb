"""Writes of reopening: ask, flag by rule, withdraw; propose, return, admit, refuse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.models import Party
from reports.intake.models import Report
from reports.journal.actions import move_state, record_event, swap_state
from reports.journal.kinds import Kind
from reports.people.models import Role, User
from reports.people.permissions import require
from reports.people.queries import alignment_of, liaison_party_code
from reports.problems import Invalid, MoveRefused, NotAllowed, NotFound, Problem, StaleState
from verification.adjudication.models import Decision
from verification.adjudication.queries import decision_on
from verification.corroboration.models import Statement
from verification.incidents.actions import reopen_review
from verification.incidents.models import Incident, Link
from verification.incidents.queries import linked_reports, root_of
from verification.incidents.states import IncidentState
from verification.reopening.choices import Asker, Ground, Proposal
from verification.reopening.models import Reopening
from verification.reopening.newcomers import (
    decided_as,
    ground_of,
    report_as_newcomer,
    statement_as_newcomer,
)
from verification.reopening.queries import answers_alone, is_flagged, may_ask_on, waiting_on
from verification.reopening.rules import contradicts, problems_in_answer, problems_in_request
from verification.reopening.states import MOVES, WAITING, ReopeningState

RULE = "machine"  # acting_as of what follows by rule, without a person


class SecondPersonNeeded(Problem):
    """Raised when somebody would answer alone for a decision they had a hand in."""

    code = "second-person-needed"
    status = 409
    title = gettext_lazy("A second person has to answer this")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as handed over by a door: a ground of the closed list, and why it holds.

    `link` names the report that triage says tells of another event; no other request has one.
    """

    ground: str
    text: str
    link: Link | None = None


@transaction.atomic
def ask_reopening(*, incident: Incident, request: Request, by: User, at: datetime) -> Reopening:
    """Ask that a decided case be looked at again.

    Needs: reopening.ask; a decided incident; a reviewer, or the liaison of a party concerned. Of
    a report that belongs elsewhere: incident.triage; it leaves the file if this is admitted.
    Leaves: Reopening, reopening.asked. Errors: NotAllowed, MoveRefused, Invalid, StaleState if
    the same person asked already and still waits.
    """
    link = request.link
    verb = "reopening.ask" if link is None else "incident.triage"
    role = require(by, verb, at=at, agreement_id=incident.agreement_id)
    held, decision = _decided(incident)
    if link is not None:
        _check_questioned(held, link)
    elif not (verdict := may_ask_on(by, held, at=at)):
        raise NotAllowed(verdict.reason)
    problems = problems_in_request(ground=request.ground, text=request.text)
    if (request.ground == Ground.WRONG_REPORT) != (link is not None):
        problems.setdefault("ground", [_("Choose the ground that comes nearest.")])
    if problems:
        raise Invalid(_("Nothing was sent yet: some answers need another look."), errors=problems)
    party = _party_of(by, held, role, at=at)
    asker = Asker.PARTY if party is not None else Asker.REVIEWER
    reopening = _new_row(
        decision,
        ground=request.ground,
        text=request.text.strip(),
        asker=asker if link is None else Asker.TRIAGE,
        report=link.report if link is not None else None,
        asked_by=by,
        party=party,
        asked_at=at,
    )
    if reopening is None:
        raise StaleState(_("You have asked already; your request waits for the chair."))
    record_event(
        kind=Kind.REOPENING_ASKED,
        subject=reopening,
        by=by,
        at=at,
        acting_as=role,
        file_id=held.pk,
        payload={"number": reopening.number, "ground": reopening.ground},
    )
    return reopening


def _check_questioned(incident: Incident, link: Link) -> None:
    """Refuse to question what is not on the file, or the one report it rests on."""
    if link.unlinked_at is not None or root_of(link.incident).pk != incident.pk:
        raise NotFound()
    if len(linked_reports(incident)) < 2:
        raise MoveRefused(
            _("It is the only report of this file: let a panel say what it is worth.")
        )


def _decided(incident: Incident) -> tuple[Incident, Decision]:
    """Lock an incident and return it with the decision that stands on it."""
    root = root_of(incident)
    held = Incident.objects.select_for_update(of=("self",)).select_related("agreement")
    found = held.get(pk=root.pk)
    decision = decision_on(found)
    if found.state != IncidentState.DECIDED or decision is None:
        raise MoveRefused(_("Only a decided case can be reopened."))
    return found, decision


def _party_of(by: User, incident: Incident, role: str, *, at: datetime) -> Party | None:
    """Return the party a liaison asks for; None for a reviewer, whatever side they stand with."""
    if role != Role.LIAISON:
        return None
    code = liaison_party_code(by, at=at)
    return Party.objects.get(agreement_id=incident.agreement_id, code=code)


def _new_row(decision: Decision, **fields: Any) -> Reopening | None:
    """Create a request on a decision whose incident is locked; None if there is one already."""
    incident = decision.incident
    number = Reopening.objects.filter(incident=incident).count() + 1
    try:
        with transaction.atomic():
            return Reopening.objects.create(
                incident=incident,
                decision=decision,
                number=number,
                first_decider_id=decision.decided_by_id,
                **fields,
            )
    except IntegrityError:
        return None


@transaction.atomic
def flag_reopening(
    *,
    incident: Incident,
    report: Report | None = None,
    statement: Statement | None = None,
    at: datetime,
) -> Reopening | None:
    """Put to the chair what came onto a decided file and contradicts its decision, by rule.

    Leaves: Reopening and reopening.flagged; nothing if it contradicts nothing, or on a repeat.
    """
    root = root_of(incident)
    held = Incident.objects.select_for_update(of=("self",)).select_related("agreement")
    found = held.get(pk=root.pk)
    decision = decision_on(found)
    if found.state != IncidentState.DECIDED or decision is None:
        return None
    if report is not None:
        new, origin = report_as_newcomer(report, decision, at=at), report.origin_id
    elif statement is not None:
        new, origin = statement_as_newcomer(statement, decision, at=at), statement.origin_id
    else:
        return None
    verdict = contradicts(decided_as(decision), new)
    if not verdict or is_flagged(decision, origin):
        return None
    reopening = _new_row(
        decision,
        ground=ground_of(report),
        text=verdict.reason,
        asker=Asker.RULE,
        report=report,
        statement=statement,
        asked_at=at,
    )
    if reopening is None:
        return None
    record_event(
        kind=Kind.REOPENING_FLAGGED,
        subject=reopening,
        by=None,
        at=at,
        acting_as=RULE,
        file_id=found.pk,
        payload={"number": reopening.number, "ground": reopening.ground},
    )
    return reopening


def withdraw_reopening(*, reopening: Reopening, by: User, at: datetime) -> Reopening:
    """Withdraw one's own request; asking again undoes it.

    Needs: reopening.ask; one's own request, unanswered. Leaves: reopening.withdrawn.
    """
    role = require(by, "reopening.ask", at=at, agreement_id=reopening.incident.agreement_id)
    if reopening.asked_by_id != by.pk:
        raise NotFound()
    move_state(
        reopening,
        to=ReopeningState.WITHDRAWN,
        moves=MOVES,
        kind=Kind.REOPENING_WITHDRAWN,
        by=by,
        at=at,
        acting_as=role,
        file_id=reopening.incident_id,
        payload={"number": reopening.number},
    )
    return reopening


def propose_answer(
    *, reopening: Reopening, proposal: str, reason: str, by: User, at: datetime
) -> Reopening:
    """Propose how to answer, as a chair who had a hand in the decision.

    Needs: reopening.answer; no side, and not one's own request. Leaves: the proposal with its
    reason, reopening.proposed. A second person admits or refuses, or returns it.
    """
    role = require(by, "reopening.answer", at=at, agreement_id=reopening.incident.agreement_id)
    if alignment_of(by, at=at) or reopening.asked_by_id == by.pk:
        raise SecondPersonNeeded(answers_alone(by, reopening, at=at).reason)
    problems = problems_in_answer(reason)
    if proposal not in Proposal.values:
        problems["proposal"] = [_("Choose an answer from the list.")]
    if problems:
        raise Invalid(errors=problems)
    move_state(
        reopening,
        to=ReopeningState.PROPOSED,
        moves=MOVES,
        kind=Kind.REOPENING_PROPOSED,
        by=by,
        at=at,
        acting_as=role,
        file_id=reopening.incident_id,
        changes={
            "proposal": proposal,
            "proposed_by": by,
            "proposed_at": at,
            "reason": reason.strip(),
        },
        payload={"number": reopening.number, "proposal": proposal},
    )
    return reopening


def return_proposal(*, reopening: Reopening, by: User, at: datetime) -> Reopening:
    """Undo a proposed answer: by who proposed it, or by a second person who does not agree.

    Needs: reopening.second. Leaves: the request as it was asked, reopening.returned.
    """
    role = require(by, "reopening.second", at=at, agreement_id=reopening.incident.agreement_id)
    if reopening.proposed_by_id != by.pk:
        _require_no_hand(by, reopening, at=at)
    move_state(
        reopening,
        to=ReopeningState.ASKED,
        moves=MOVES,
        kind=Kind.REOPENING_RETURNED,
        by=by,
        at=at,
        acting_as=role,
        file_id=reopening.incident_id,
        changes={"proposal": "", "proposed_by": None, "proposed_at": None, "reason": ""},
        payload={"number": reopening.number, "proposal": reopening.proposal},
    )
    return reopening


@transaction.atomic
def admit_reopening(*, reopening: Reopening, reason: str = "", by: User, at: datetime) -> Reopening:
    """Admit a request: the case comes back, and every other request on it is joined.

    Needs: reopening.answer, or reopening.second where a chair proposed this; no hand in the
    decision. Leaves: the answer, the incident reopened, reopening.admitted.
    Errors: SecondPersonNeeded, Invalid, MoveRefused, StaleState if somebody answered first.
    """
    role, changes = _answer(reopening, Proposal.ADMIT, reason, by=by, at=at)
    incident, decision = _decided(reopening.incident)
    if decision.pk != reopening.decision_id:
        raise StaleState(_("Another decision has taken the place of the one in question."))
    others = [other for other in waiting_on(decision) if other.pk != reopening.pk]
    move_state(
        reopening,
        to=ReopeningState.ADMITTED,
        moves=MOVES,
        kind=Kind.REOPENING_ADMITTED,
        by=by,
        at=at,
        acting_as=role,
        file_id=incident.pk,
        changes=changes,
        payload={"number": reopening.number, "joined": [other.number for other in others]},
    )
    for other in others:
        swap_state(other, to=ReopeningState.JOINED, moves=MOVES)
    reopen_review(incident=incident)
    return reopening


@transaction.atomic
def refuse_reopening(
    *, reopening: Reopening, reason: str = "", by: User, at: datetime
) -> Reopening:
    """Refuse a request: the decision stands. The reason is published.

    Needs: as admit_reopening. Leaves: the answer, reopening.refused.
    """
    role, changes = _answer(reopening, Proposal.REFUSE, reason, by=by, at=at)
    move_state(
        reopening,
        to=ReopeningState.REFUSED,
        moves=MOVES,
        kind=Kind.REOPENING_REFUSED,
        by=by,
        at=at,
        acting_as=role,
        file_id=reopening.incident_id,
        changes=changes,
        payload={"number": reopening.number},
    )
    return reopening


def _answer(
    reopening: Reopening, answer: Proposal, reason: str, *, by: User, at: datetime
) -> tuple[str, dict[str, Any]]:
    """Return the role under which somebody answers, and the columns of the answer."""
    proposed = reopening.state == ReopeningState.PROPOSED and reopening.proposal == answer
    verb = "reopening.second" if proposed else "reopening.answer"
    role = require(by, verb, at=at, agreement_id=reopening.incident.agreement_id)
    _require_no_hand(by, reopening, at=at)
    words = reason.strip() or (reopening.reason if proposed else "")
    problems = problems_in_answer(words)
    if reopening.state in WAITING and problems:
        raise Invalid(errors=problems)
    return role, {"reason": words, "answered_by": by, "answered_at": at}


def _require_no_hand(by: User, reopening: Reopening, *, at: datetime) -> None:
    verdict = answers_alone(by, reopening, at=at)
    if not verdict or reopening.proposed_by_id == by.pk:
        raise SecondPersonNeeded(verdict.reason)
