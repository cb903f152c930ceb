"""Writes: a statement is given; a party is notified, answers, or falls silent."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.models import Party
from reports.agreement.queries import time_limits
from reports.intake.choices import OriginKind
from reports.intake.models import Origin
from reports.journal.actions import move_state, record_event
from reports.journal.kinds import Kind
from reports.people.models import Source, User
from reports.people.permissions import require
from reports.people.queries import alignment_of, liaison_party_code, own_source
from reports.problems import Invalid, MoveRefused, NotAllowed, NotFound, Problem, StaleState
from verification.corroboration.choices import Basis, Question, Says
from verification.corroboration.models import PartyPosition, Statement
from verification.corroboration.queries import (
    accused_parties,
    filer_ids,
    overdue_positions,
    positions_on,
    public_claims,
)
from verification.corroboration.replies import Answer, check_answer
from verification.corroboration.rules import longest_extension, may_corroborate, may_extend
from verification.corroboration.states import MOVES, PositionState
from verification.incidents.models import Incident
from verification.incidents.queries import root_of
from verification.incidents.states import LIVING, RECEIVING

NOTE_LEAST, NOTE_MOST = 10, 5_000  # characters
REASON_MOST = 500  # characters of the reason for an extension
CLOCK = "clock"  # acting_as of what happens because time passed


class NotIndependent(Problem):
    """Raised when somebody would corroborate their own report."""

    code = "not-independent"
    status = 409
    title = gettext_lazy("A second person has to corroborate this")


@dataclass(frozen=True, slots=True)
class StatementDraft:
    """A statement as handed over by a door.

    `speaker` None means in one's own name. `relays` is the id of an origin already on this file
    that the statement only reads or repeats: it then counts as that origin, not as a new one.
    """

    question: str
    says: str
    basis: str
    note: str
    party_code: str = ""
    speaker: Source | None = None
    url: str = ""
    publisher: str = ""
    published_on: date | None = None
    relays: str = ""


@transaction.atomic
def give_statement(
    *, incident: Incident, draft: StatementDraft, by: User, at: datetime
) -> Statement:
    """State whether an incident happened, or whether a party did it.

    Needs: incident.corroborate; an incident one has not reported oneself, living or decided: what
    comes after a decision changes nothing in it, and may be a ground to reopen.
    Leaves: Statement, its Origin if new, statement.given. The same words by the same person once
    more, as a phone sends them whose line broke before the answer came: nothing new.
    Errors: NotIndependent, MoveRefused once decided, Invalid with every field named.
    """
    role = require(by, "incident.corroborate", at=at, agreement_id=incident.agreement_id)
    held = Incident.objects.select_for_update().get(pk=incident.pk)
    again = _same_statement(held, draft, by)
    if again is not None:
        return again
    if held.state not in RECEIVING:
        raise MoveRefused(_("This incident takes no more statements in its present state."))
    filers = {str(pk) for pk in filer_ids(incident)}
    verdict = may_corroborate(user_key=str(by.pk), filer_keys=filers)
    if not verdict:
        raise NotIndependent(verdict.reason)
    party = _party_in_question(incident, draft)
    _check_statement(draft, party)
    source = draft.speaker or own_source(by)
    statement = Statement.objects.create(
        incident=held,
        source=source,
        given_by=by,
        given_at=at,
        question=draft.question,
        party=party,
        says=draft.says,
        basis=draft.basis,
        origin=_origin(incident, draft, source),
        note=draft.note.strip(),
    )
    record_event(
        kind=Kind.STATEMENT_GIVEN,
        subject=statement,
        by=by,
        at=at,
        acting_as=role,
        file_id=held.pk,
        payload={"question": draft.question},
    )
    return statement


def _same_statement(incident: Incident, draft: StatementDraft, by: User) -> Statement | None:
    """Return what this person said before in the very same words, whatever they said since."""
    if "\x00" in draft.note:
        return None  # never taken in, and no question for a database
    said = Statement.objects.filter(
        incident=incident,
        given_by=by,
        source=draft.speaker or own_source(by),
        question=draft.question,
        says=draft.says,
        basis=draft.basis,
        note=draft.note.strip(),
    ).select_related("origin", "party")
    code = draft.party_code if draft.question == Question.ACTOR else ""
    for one in said:
        same_origin = (
            str(one.origin_id) == draft.relays if draft.relays else (one.origin.url == draft.url)
        )
        if same_origin and (one.party.code if one.party else "") == code:
            return one
    return None


def _party_in_question(incident: Incident, draft: StatementDraft) -> Party | None:
    if draft.question != Question.ACTOR:
        return None
    return Party.objects.filter(agreement_id=incident.agreement_id, code=draft.party_code).first()


def _check_statement(draft: StatementDraft, party: Party | None) -> None:
    problems: dict[str, list[str]] = {}
    for name, choices in (("question", Question), ("says", Says), ("basis", Basis)):
        if getattr(draft, name) not in choices.values:
            problems[name] = [
                _("Choose one of: %(choices)s.") % {"choices": ", ".join(choices.values)}
            ]
    if draft.question == Question.ACTOR and party is None:
        problems["party"] = [_("Say which party you mean.")]
    size = len(draft.note.strip())
    if not NOTE_LEAST <= size <= NOTE_MOST:
        problems["note"] = [_("Say in 10 to 5,000 characters what you know and how.")]
    if "\x00" in draft.note + draft.url + draft.publisher:
        problems.setdefault("note", []).append(_("Remove the invisible NUL character."))
    if draft.url and not draft.url.startswith(("http://", "https://")):
        problems["url"] = [_("A link begins with https://.")]
    if problems:
        raise Invalid(
            _("Nothing was recorded yet: some answers need another look."), errors=problems
        )


def _origin(incident: Incident, draft: StatementDraft, source: Source) -> Origin:
    if draft.relays:
        on_file = {str(r.origin_id): r.origin for r in public_claims(incident)}
        if draft.relays not in on_file:
            raise Invalid(errors={"relays": [_("Choose a statement that is on this file.")]})
        return on_file[draft.relays]
    kind = OriginKind.STATEMENT if draft.speaker else OriginKind.OBSERVATION
    if draft.speaker and draft.url:
        known = Origin.objects.filter(
            agreement_id=incident.agreement_id, said_by=source, url=draft.url
        ).first()
        if known is not None:
            return known
    return Origin.objects.create(
        agreement_id=incident.agreement_id,
        kind=kind,
        said_by=source,
        url=draft.url,
        publisher=draft.publisher,
        published_on=draft.published_on,
    )


@transaction.atomic
def notify_accused(*, incident: Incident, at: datetime) -> list[PartyPosition]:
    """Notify every accused party that has not been notified of this incident yet.

    After a reopening each is asked anew, about what came since, with a deadline of its own.
    Needs: a living incident that is not plainly inadmissible. Leaves: PartyPosition and
    position.requested for each; nothing on a repeat.
    """
    held = Incident.objects.select_for_update().select_related("agreement").get(pk=incident.pk)
    if held.state not in LIVING or held.admissibility == "inadmissible":
        return []
    asked: list[PartyPosition] = []
    asked_now = (one for one in positions_on(held) if one.hearing == held.hearing)
    already = {position.party_id for position in asked_now}  # of merged incidents too
    for party in accused_parties(held):
        if party.pk in already:
            continue
        position = PartyPosition.objects.create(
            incident=held,
            party=party,
            hearing=held.hearing,
            notified_at=at,
            due_at=at + time_limits(held.agreement_id, at=at).reply,
        )
        record_event(
            kind=Kind.POSITION_REQUESTED,
            subject=position,
            by=None,
            at=at,
            acting_as=CLOCK,
            file_id=held.pk,
            payload={"party": party.code},
        )
        asked.append(position)
    return asked


def answer_notice(
    *, position: PartyPosition, answer: Answer, by: User, at: datetime
) -> PartyPosition:
    """Record the accused party's answer; late ones too, until the panel decides.

    Needs: position.answer; a liaison of this very party; an incident not yet decided, and not
    heard anew since.
    Leaves: position.answered. Errors: NotFound for another party's liaison, MoveRefused, Invalid.
    """
    role = require(by, "position.answer", at=at, agreement_id=position.incident.agreement_id)
    if liaison_party_code(by, at=at) != position.party.code:
        raise NotFound()
    check_answer(answer)
    with transaction.atomic():
        root = root_of(Incident.objects.get(pk=position.incident_id))
        incident = Incident.objects.select_for_update().get(pk=root.pk)
        if incident.state not in LIVING:
            raise MoveRefused(_("The panel has decided. Ask for the case to be reopened instead."))
        if position.hearing != incident.hearing:
            raise MoveRefused(_("The case was reopened: answer the notice of that hearing."))
        move_state(
            position,
            to=PositionState.ANSWERED,
            moves=MOVES,
            kind=Kind.POSITION_ANSWERED,
            by=by,
            at=at,
            acting_as=role,
            file_id=position.incident_id,
            changes={
                **answer.columns(),
                "answered_by": by,
                "answered_at": at,
            },
            payload={"party": position.party.code, "position": answer.position},
        )
    return position


@transaction.atomic
def extend_deadline(
    *, position: PartyPosition, until: datetime, reason: str, by: User, at: datetime
) -> PartyPosition:
    """Give an accused party more time to answer: once, before its time is over, within bounds.

    Needs: position.extend; a chair aligned with no party. Leaves: position.extended.
    Errors: MoveRefused too late or a second time, Invalid, StaleState if it changed meanwhile.
    """
    agreement_id = position.incident.agreement_id
    role = require(by, "position.extend", at=at, agreement_id=agreement_id)
    if alignment_of(by, at=at):
        raise NotAllowed(_("Whoever extends a deadline must not be aligned with a party."))
    held = PartyPosition.objects.select_for_update(of=("self",)).get(pk=position.pk)
    if held.version != position.version:
        raise StaleState(_("Read the notice again: somebody changed it a moment ago."))
    times = {"notified_at": held.notified_at, "due_at": held.due_at}
    verdict = may_extend(
        awaited=held.state == PositionState.AWAITED, extended=bool(held.extended_at), at=at, **times
    )
    if not verdict:
        raise MoveRefused(verdict.reason)
    _check_extension(until, reason, latest=longest_extension(**times), due_at=held.due_at)
    PartyPosition.objects.filter(pk=held.pk).update(
        first_due_at=held.due_at,
        due_at=until,
        extended_by=by,
        extended_at=at,
        extension_reason=reason.strip(),
        version=held.version + 1,
    )
    record_event(
        kind=Kind.POSITION_EXTENDED,
        subject=held,
        by=by,
        at=at,
        acting_as=role,
        file_id=held.incident_id,
        payload={"party": position.party.code, "until": until.isoformat()},
    )
    position.refresh_from_db()
    return position


def _check_extension(until: datetime, reason: str, *, latest: datetime, due_at: datetime) -> None:
    problems: dict[str, list[str]] = {}
    if not due_at < until <= latest:
        problems["until"] = [
            _("Choose an instant after the present deadline and no later than %(latest)s UTC.")
            % {"latest": latest.astimezone(UTC).strftime("%Y-%m-%d %H:%M")}
        ]
    if not NOTE_LEAST <= len(reason.strip()) <= REASON_MOST or "\x00" in reason:
        problems["reason"] = [_("Give the reason in 10 to 500 characters; it is published.")]
    if problems:
        raise Invalid(errors=problems)


@transaction.atomic
def lapse_position(*, position: PartyPosition, at: datetime) -> PartyPosition:
    """Record that a party stayed silent past its deadline. Done by the clock, never by a person.

    Leaves: position.lapsed. Errors: NotAllowed before the deadline; StaleState if it answered.
    """
    if at < position.due_at:
        raise NotAllowed(_("The deadline has not passed."))
    move_state(
        position,
        to=PositionState.LAPSED,
        moves=MOVES,
        kind=Kind.POSITION_LAPSED,
        by=None,
        at=at,
        acting_as=CLOCK,
        file_id=position.incident_id,
        changes={"lapsed_at": at},
        payload={"party": position.party.code},
    )
    return position


def lapse_overdue_positions(*, at: datetime) -> int:
    """Record every silence whose deadline has passed; return how many. Repeatable."""
    lapsed = 0
    for position in overdue_positions(at=at):
        with contextlib.suppress(StaleState):  # it answered between our reading and our writing
            lapse_position(position=position, at=at)
            lapsed += 1
    return lapsed
