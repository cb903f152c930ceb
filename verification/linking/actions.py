"""Writes of linking: refuse and undo, split and undo, tie and undo. All need incident.triage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reports.intake.models import Report
from reports.journal.actions import move_state, record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, MoveRefused, StaleState
from verification.incidents.actions import VERB, held_incident, new_incident, refresh_facts
from verification.incidents.models import Incident, Link
from verification.incidents.queries import active_links, root_of
from verification.incidents.rules import reason_given
from verification.incidents.states import MOVES, IncidentState
from verification.linking.models import Refusal, Split, Tie


@transaction.atomic
def refuse_suggestion(
    *, incident: Incident, of: Report | Incident, by: User, at: datetime
) -> Refusal:
    """Refuse a suggested link or merge: it is not suggested again until that is undone.

    Needs: incident.triage. Leaves: Refusal, suggestion.refused. Errors: StaleState on a repeat.
    """
    role = require(by, VERB, at=at, agreement_id=incident.agreement_id)
    if of.agreement_id != incident.agreement_id or of.pk == incident.pk:
        raise Invalid(errors={"incident": [_("Choose another record of the same agreement.")]})
    if isinstance(of, Report):
        what: dict[str, object] = {"incident": incident, "report": of}
    else:
        low, high = sorted((incident, of), key=lambda one: one.pk)
        what = {"incident": low, "other": high}
    try:
        with transaction.atomic():
            refusal = Refusal.objects.create(**what, refused_by=by, refused_at=at)
    except IntegrityError as error:
        raise StaleState(_("This suggestion was refused already.")) from error
    record_event(
        kind=Kind.SUGGESTION_REFUSED,
        subject=refusal,
        by=by,
        at=at,
        acting_as=role,
        file_id=incident.pk,
        payload={"report" if isinstance(of, Report) else "incident": str(of.pk)},
    )
    return refusal


@transaction.atomic
def undo_refusal(*, refusal: Refusal, by: User, at: datetime) -> Refusal:
    """Let a refused suggestion be made again.

    Needs: incident.triage. Leaves: refusal.undone. Errors: StaleState on a repeat.
    """
    role = require(by, VERB, at=at, agreement_id=refusal.incident.agreement_id)
    _undo(refusal, by, at, _("This refusal had already been undone."))
    record_event(
        kind=Kind.REFUSAL_UNDONE,
        subject=refusal,
        by=by,
        at=at,
        acting_as=role,
        file_id=refusal.incident_id,
    )
    return refusal


def _undo(row: Refusal | Split | Tie, by: User, at: datetime, late: str) -> None:
    hit = type(row).objects.filter(pk=row.pk, undone_at=None).update(undone_at=at, undone_by=by)
    if hit != 1:
        raise StaleState(late)
    row.refresh_from_db()


@transaction.atomic
def split_incident(
    *, incident: Incident, links: Collection[UUID], why: str, by: User, at: datetime
) -> Split:
    """Take some reports out of an open incident into a new one.

    Needs: incident.triage; some of its active links, not all; nobody judges it yet.
    Leaves: ended Links, a new Incident with its Links, Split, incident.split.
    """
    role = require(by, VERB, at=at, agreement_id=incident.agreement_id)
    reason = reason_given(why)
    source = held_incident(incident)
    if source.state != IncidentState.OPEN:
        raise MoveRefused(_("Only an open incident can be split: nobody judges it yet."))
    standing = active_links(source)
    chosen = [link for link in standing if link.pk in set(links)]
    if len(chosen) != len(set(links)) or not chosen:
        raise Invalid(errors={"links": [_("Choose reports of this incident.")]})
    taken = {link.report_id for link in chosen}
    if not {link.report_id for link in standing} - taken:
        raise Invalid(errors={"links": [_("Leave at least one report where it is.")]})
    created = new_incident(report=chosen[0].report, at=at)
    ended = [link for link in standing if link.report_id in taken]  # of merged incidents too
    split = Split.objects.create(
        source=source,
        created=created,
        ended_links=[link.pk for link in ended],
        split_by=by,
        split_at=at,
        why=reason,
    )
    _end(ended, reason, by, at)
    _link_anew(created, taken, reason, by, at)
    for changed in (source, created, *_members(ended, source)):
        refresh_facts(incident=changed)
    record_event(
        kind=Kind.INCIDENT_SPLIT,
        subject=created,
        by=by,
        at=at,
        acting_as=role,
        file_id=source.pk,
        payload={"source": source.code, "created": created.code, "reports": len(taken)},
    )
    return split


def _end(links: Sequence[Link], why: str, by: User, at: datetime) -> None:
    keys = [link.pk for link in links]
    hit = Link.objects.filter(pk__in=keys, unlinked_at=None).update(
        unlinked_at=at, unlinked_by=by, unlink_why=why
    )
    if hit != len(keys):
        raise StaleState(_("Somebody unlinked one of these reports a moment ago."))


def _link_anew(
    incident: Incident, reports: Collection[UUID], why: str, by: User, at: datetime
) -> None:
    Link.objects.bulk_create(
        Link(report_id=pk, incident=incident, linked_by=by, linked_at=at, why=why)
        for pk in sorted(reports)
    )


def _members(links: Sequence[Link], but: Incident) -> list[Incident]:
    """Return the merged incidents these links stood in."""
    found = {link.incident_id: link.incident for link in links if link.incident_id != but.pk}
    return list(found.values())


@transaction.atomic
def undo_split(*, split: Split, by: User, at: datetime) -> Split:
    """Undo a split: every report is where it was; what came to the new incident comes along.

    Needs: incident.triage; both incidents open. Leaves: the links again, the new incident merged
    back, split.undone. Errors: MoveRefused once a panel has one of them; StaleState on a repeat.
    """
    role = require(by, VERB, at=at, agreement_id=split.source.agreement_id)
    source = held_incident(split.source, split.created)
    created = held_incident(split.created)
    if {source.state, created.state} != {IncidentState.OPEN}:
        raise MoveRefused(_("Both incidents must be open for the split to be undone."))
    _undo(split, by, at, _("This split had already been undone."))
    before = Link.objects.filter(pk__in=split.ended_links).select_related("incident")
    back = list(before.order_by("linked_at", "id"))
    moved = {link.report_id for link in back}
    reason = _("The split was undone.")
    still = list(Link.objects.filter(incident=created, report__in=moved, unlinked_at=None))
    _end(still, reason, by, at)
    here = {link.report_id for link in still}
    for link in back:
        if link.report_id in here and not _is_linked(link):
            _link_anew(link.incident, [link.report_id], link.why, by, at)
    move_state(
        created,
        to=IncidentState.MERGED,
        moves=MOVES,
        kind=Kind.SPLIT_UNDONE,
        by=by,
        at=at,
        acting_as=role,
        file_id=source.pk,
        changes={"merged_into": source},
        payload={"source": source.code, "created": created.code},
    )
    for changed in (source, *_members(back, source)):
        refresh_facts(incident=changed)
    return split


def _is_linked(link: Link) -> bool:
    same = Link.objects.filter(report=link.report_id, incident=link.incident_id, unlinked_at=None)
    return same.exists()


@transaction.atomic
def tie_incidents(*, incident: Incident, other: Incident, why: str, by: User, at: datetime) -> Tie:
    """Tie two incidents of one exchange: they stay two, and pages tell their order in time.

    Needs: incident.triage; two incidents of one agreement. Leaves: Tie, incidents.tied.
    """
    role = require(by, VERB, at=at, agreement_id=incident.agreement_id)
    reason = reason_given(why)
    pair = [root_of(incident), root_of(other)]
    if pair[0].pk == pair[1].pk or pair[0].agreement_id != pair[1].agreement_id:
        raise Invalid(errors={"incident": [_("Choose another incident of the same agreement.")]})
    low, high = sorted(pair, key=lambda one: one.pk)
    try:
        with transaction.atomic():
            tie = Tie.objects.create(one=low, other=high, tied_by=by, tied_at=at, why=reason)
    except IntegrityError as error:
        raise StaleState(_("These incidents are tied already.")) from error
    record_event(
        kind=Kind.INCIDENTS_TIED,
        subject=tie,
        by=by,
        at=at,
        acting_as=role,
        file_id=pair[0].pk,
        payload={"with": pair[1].code, "why": reason},
    )
    return tie


@transaction.atomic
def undo_tie(*, tie: Tie, by: User, at: datetime) -> Tie:
    """Undo a tie. Needs: incident.triage. Leaves: tie.undone. Errors: StaleState on a repeat."""
    role = require(by, VERB, at=at, agreement_id=tie.one.agreement_id)
    _undo(tie, by, at, _("This tie had already been undone."))
    record_event(
        kind=Kind.TIE_UNDONE, subject=tie, by=by, at=at, acting_as=role, file_id=tie.one_id
    )
    return tie
