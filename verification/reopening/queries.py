"""Reads of reopenings; each that takes a user checks access as it loads."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement
from reports.people.models import User
from reports.people.permissions import Verdict, may
from reports.people.queries import alignment_of, liaison_party_code
from reports.problems import NotAllowed, NotFound
from verification.adjudication.eligible import concerned_parties
from verification.adjudication.models import Ballot, Decision
from verification.adjudication.queries import decision_on
from verification.incidents.models import Incident, Link
from verification.incidents.queries import active_links, incident_by_code, member_ids, root_of
from verification.incidents.states import IncidentState
from verification.reopening.choices import Ground
from verification.reopening.models import Reopening
from verification.reopening.rules import may_answer_alone, may_ask
from verification.reopening.states import WAITING, ReopeningState

VERBS = ("reopening.ask", "reopening.answer", "reopening.second")


@dataclass(frozen=True, slots=True)
class Powers:
    """What a person may do with a request now; each with its reason."""

    answer: Verdict  # admit or refuse on their own word
    propose: Verdict  # only propose an answer, for a second person to agree
    second: Verdict  # agree with what was proposed
    withdraw: Verdict


def _rows() -> QuerySet[Reopening]:
    return Reopening.objects.select_related(
        *("incident__agreement", "incident__act", "incident__place", "decision__clause", "party"),
        *("decision__case", "report__source", "report__origin", "statement__source"),
    )


def reopenings_for(user: User, agreement: Agreement, *, at: datetime) -> QuerySet[Reopening]:
    """Return the requests a person asked, may answer or may second; waiting ones first."""
    verdicts = [may(user, verb, at=at, agreement_id=agreement.pk) for verb in VERBS]
    if not any(verdicts):
        raise NotAllowed(verdicts[0].reason)
    rows = _rows().filter(incident__agreement=agreement)
    rows = rows.filter(_visible_to(user, agreement.pk, at=at))
    return rows.order_by("answered_at", "-asked_at", "id")


def _visible_to(user: User, agreement_id: uuid.UUID, *, at: datetime) -> Q:
    if may(user, "reopening.answer", at=at, agreement_id=agreement_id):
        return Q()
    seen = Q(asked_by=user)
    if may(user, "position.answer", at=at, agreement_id=agreement_id):
        seen |= Q(party__code=liaison_party_code(user, at=at) or None)
    if may(user, "reopening.second", at=at, agreement_id=agreement_id):
        seen |= Q(state=ReopeningState.PROPOSED) | Q(answered_by=user)
    return seen


def reopening_for(user: User, reopening_id: uuid.UUID | str, *, at: datetime) -> Reopening:
    """Return a request for whoever asked, may answer or may second it; NotFound for others."""
    try:
        found = _rows().filter(pk=reopening_id).first()
    except (ValidationError, ValueError) as error:
        raise NotFound() from error
    if found is None:
        raise NotFound()
    agreement_id = found.incident.agreement_id
    if not any(may(user, verb, at=at, agreement_id=agreement_id) for verb in VERBS):
        raise NotFound()
    seen = Reopening.objects.filter(_visible_to(user, agreement_id, at=at), pk=found.pk)
    if not seen.exists():
        raise NotFound()
    return found


def question_for(user: User, code: str, *, at: datetime) -> tuple[Incident, Decision]:
    """Return the decided incident and its decision for whoever may ask to reopen it."""
    incident = root_of(incident_by_code(code))
    decision = decision_on(incident) if incident.state == IncidentState.DECIDED else None
    verdict = may(user, "reopening.ask", at=at, agreement_id=incident.agreement_id)
    if decision is None or not verdict or not may_ask_on(user, incident, at=at):
        raise NotFound()
    return incident, decision


def may_ask_on(user: User, incident: Incident, *, at: datetime) -> Verdict:
    """Answer whether a person may ask to reopen this very incident."""
    return may_ask(
        party=liaison_party_code(user, at=at),
        concerned=concerned_parties(incident, at=at),
        is_reviewer=bool(may(user, "case.review", at=at, agreement_id=incident.agreement_id)),
    )


def is_flagged(decision: Decision, origin_id: uuid.UUID) -> bool:
    """Answer whether this origin was put to the chair before, by whatever row carries it."""
    rows = Reopening.objects.filter(decision=decision)
    return rows.filter(Q(report__origin=origin_id) | Q(statement__origin=origin_id)).exists()


def waiting_on(decision: Decision) -> list[Reopening]:
    """Return the requests on a decision that nobody has answered, oldest first."""
    rows = Reopening.objects.filter(decision=decision, state__in=WAITING)
    return list(rows.order_by("asked_at", "id"))


def reopenings_of(incident: Incident) -> list[Reopening]:
    """Return all requests on an incident, oldest first. Callers decide what they show."""
    return list(_rows().filter(incident=incident).order_by("number"))


def admitted_before(decision: Decision) -> Reopening | None:
    """Return the request that led to this decision, which overrides an earlier one; or None."""
    if decision.overrides_id is None:
        return None
    rows = _rows().filter(decision_id=decision.overrides_id, state=ReopeningState.ADMITTED)
    return rows.first()


def reopened_for(incident: Incident, *, hearing: int) -> Reopening | None:
    """Return the request that led to a hearing: the first hearing had none."""
    if hearing < 2:
        return None
    rows = _rows().filter(incident=incident, state=ReopeningState.ADMITTED).order_by("answered_at")
    admitted = list(rows)
    return admitted[hearing - 2] if len(admitted) >= hearing - 1 else None


def questioned_links(reopening_id: uuid.UUID) -> list[tuple[Link, str]]:
    """Return the links that an admitted request, or one joined to it, says belong elsewhere."""
    admitted = Reopening.objects.get(pk=reopening_id)
    rows = Reopening.objects.filter(
        decision=admitted.decision_id,
        ground=Ground.WRONG_REPORT,
        state__in=[ReopeningState.ADMITTED, ReopeningState.JOINED],
    )
    members = member_ids(admitted.incident)
    return [
        (link, row.text)
        for row in rows.select_related("report").order_by("number")
        for link in active_links(admitted.incident)
        if link.report_id == row.report_id and link.incident_id in members
    ]


def answers_alone(user: User, reopening: Reopening, *, at: datetime) -> Verdict:
    """Answer whether a person may answer a request without a second one."""
    if reopening.asked_by_id == user.pk:
        return Verdict(False, _("You asked for this yourself."))
    return may_answer_alone(
        sealed_it=reopening.first_decider_id == user.pk,
        voted=Ballot.objects.filter(
            case_id=reopening.decision.case_id, seat__reviewer=user
        ).exists(),
        aligned=alignment_of(user, at=at),
    )


def powers_over(user: User, reopening: Reopening, *, at: datetime) -> Powers:
    """Return what a person may do with a request now."""
    agreement_id = reopening.incident.agreement_id
    if reopening.state not in WAITING:
        closed = Verdict(False, _("This request has been answered or withdrawn."))
        return Powers(closed, closed, closed, closed)
    alone = answers_alone(user, reopening, at=at)
    chair = may(user, "reopening.answer", at=at, agreement_id=agreement_id)
    proposed = reopening.state == ReopeningState.PROPOSED
    by_me = Verdict(reopening.proposed_by_id == user.pk, _("You proposed this yourself."))
    second = may(user, "reopening.second", at=at, agreement_id=agreement_id)
    if not proposed or by_me:
        second = Verdict(False, _("There is nothing for you to second."))
    own = Verdict(reopening.asked_by_id == user.pk, _("Only who asked can withdraw."))
    stands_aside = bool(alignment_of(user, at=at)) or bool(own)
    return Powers(
        answer=alone if chair else chair,
        propose=Verdict(bool(chair and not alone and not proposed and not stands_aside), ""),
        second=alone if second else second,
        withdraw=own,
    )


def awaiting_answer(agreement: Agreement) -> Sequence[Reopening]:
    """Return an agreement's requests that wait for the chair, oldest first."""
    rows = _rows().filter(incident__agreement=agreement, state__in=WAITING)
    return list(rows.order_by("asked_at", "id"))
