"""Writes of the case file: open, link, unlink, merge, undo, rule inadmissible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.models import Agreement
from reports.agreement.queries import periods_in_force
from reports.intake.models import Report
from reports.intake.queries import spot_of
from reports.intake.rules import INADMISSIBLE, Admissibility, is_admissible
from reports.intake.states import ReportState
from reports.journal.actions import move_state, record_event, swap_state
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, MoveRefused, Problem, StaleState
from verification.incidents.facts import facts_of
from verification.incidents.models import Incident, Link, Merge
from verification.incidents.queries import linked_reports, root_of
from verification.incidents.rules import reason_given, sharpest_spot
from verification.incidents.states import LIVING, MOVES, RECEIVING, IncidentState
from verification.withholding.actions import withhold_by_delay

VERB = "incident.triage"
MACHINE = "machine"  # acting_as of what follows by rule, without a person


class NotLinkable(Problem):
    """Raised when a report cannot be linked as things stand."""

    code = "not-linkable"
    status = 409
    title = gettext_lazy("This report cannot be linked here")


@transaction.atomic
def open_incident(*, report: Report, why: str, by: User, at: datetime) -> Incident:
    """Open an incident from an accepted report.

    Needs: incident.triage; an accepted report that is in no incident yet.
    Leaves: Incident, Link, incident.opened. Errors: NotLinkable, NotAllowed.
    """
    role = require(by, VERB, at=at, agreement_id=report.agreement_id)
    _hold_accepted(report)
    if Link.objects.filter(report=report, unlinked_at=None).exists():
        raise NotLinkable(_("This report already belongs to an incident. Unlink it first."))
    incident = new_incident(report=report, at=at)
    Link.objects.create(
        report=report,
        incident=incident,
        linked_by=by,
        linked_at=at,
        why=why.strip()[:500] or _("Opened from this report."),
    )
    refresh_facts(incident=incident)
    record_event(
        kind=Kind.INCIDENT_OPENED,
        subject=incident,
        by=by,
        at=at,
        acting_as=role,
        file_id=incident.pk,
        payload={"report": str(report.pk), "why": why.strip()[:500]},
    )
    return incident


def new_incident(*, report: Report, at: datetime) -> Incident:
    """Make an incident with the next number, as part of opening or splitting one."""
    Agreement.objects.filter(pk=report.agreement_id).update(last_number=F("last_number") + 1)
    agreement = Agreement.objects.get(pk=report.agreement_id)
    made = Incident.objects.create(
        agreement=agreement,
        code=f"{agreement.prefix}-{agreement.last_number:04d}",
        act_id=report.act_id,
        window_from=report.observed_from,
        window_until=report.observed_until,
        time_precision=report.time_precision,
        admissibility="unclear",
        opened_at=at,
    )
    withhold_by_delay(incident=made, at=at)
    return made


def _hold_accepted(report: Report) -> None:
    """Lock a report, so that it is neither withdrawn nor linked elsewhere meanwhile."""
    held = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    report.state, report.version = held.state, held.version
    if report.state != ReportState.ACCEPTED:
        raise NotLinkable(_("Only an accepted report can be linked. Accept it first."))


@transaction.atomic
def link_report(
    *, report: Report, incident: Incident, why: str, by: User | None, at: datetime
) -> Link:
    """Link an accepted report to an incident; `by=None` is the machine (exact copies only).

    A decided incident takes reports too, and keeps the facts it was decided on.
    Needs: incident.triage, or a copy of an origin already in the incident.
    Leaves: Link, the incident's facts anew, report.linked.
    Errors: NotLinkable, Invalid without a reason, StaleState if it was linked meanwhile.
    """
    role = MACHINE if by is None else require(by, VERB, at=at, agreement_id=incident.agreement_id)
    reason = reason_given(why)
    if report.agreement_id != incident.agreement_id:
        raise NotLinkable(_("Report and incident belong to different agreements."))
    _hold_accepted(report)
    held = Incident.objects.select_for_update().get(pk=incident.pk)
    if held.state not in RECEIVING:
        raise NotLinkable(_("This incident takes no more reports in its present state."))
    try:
        with transaction.atomic():
            link = Link.objects.create(
                report=report, incident=incident, linked_by=by, linked_at=at, why=reason
            )
    except IntegrityError as error:
        raise StaleState(_("The report is linked to this incident already.")) from error
    if held.state in LIVING:
        refresh_facts(incident=held)
    incident.refresh_from_db()
    record_event(
        kind=Kind.REPORT_LINKED,
        subject=incident,
        by=by,
        at=at,
        acting_as=role,
        file_id=incident.pk,
        payload={"report": str(report.pk), "why": reason},
    )
    return link


@transaction.atomic
def unlink_report(*, link: Link, why: str, by: User | None, at: datetime) -> Link:
    """End a link; linking again undoes it.

    `by=None` is the machine, which takes off a reopened file what was admitted to belong elsewhere.
    Needs: incident.triage; a case file that is open. Leaves: the ended Link, report.unlinked.
    Errors: MoveRefused while or after a panel judges; StaleState if it was ended meanwhile.
    """
    agreement_id = link.incident.agreement_id
    role = MACHINE if by is None else require(by, VERB, at=at, agreement_id=agreement_id)
    reason = reason_given(why)
    incident = Incident.objects.get(pk=link.incident_id)
    # A merged incident's reports are before the other's panel.
    root = held_incident(root_of(incident))
    admitted = by is None and root.state == IncidentState.REOPENED
    if root.state != IncidentState.OPEN and not admitted:
        raise MoveRefused(_("A panel has this case: its reports cannot be taken away."))
    hit = Link.objects.filter(pk=link.pk, unlinked_at=None).update(
        unlinked_at=at, unlinked_by=by, unlink_why=reason
    )
    if hit != 1:
        raise StaleState(_("This link had already been ended."))
    link.refresh_from_db()
    refresh_facts(incident=incident)
    if root.pk != incident.pk:
        refresh_facts(incident=root)
    record_event(
        kind=Kind.REPORT_UNLINKED,
        subject=incident,
        by=by,
        at=at,
        acting_as=role,
        file_id=incident.pk,
        payload={"report": str(link.report_id), "why": reason},
    )
    return link


@transaction.atomic
def merge_incidents(
    *, kept: Incident, absorbed: Incident, why: str, by: User, at: datetime
) -> Merge:
    """Merge one open incident into another; the absorbed one keeps its links and can come back.

    Needs: incident.triage; both open, of one agreement. Leaves: Merge, incidents.merged.
    """
    role = require(by, VERB, at=at, agreement_id=kept.agreement_id)
    reason = reason_given(why)
    if kept.pk == absorbed.pk or kept.agreement_id != absorbed.agreement_id:
        raise Invalid(errors={"incident": [_("Choose another incident of the same agreement.")]})
    locked = held_incident(kept, absorbed)
    if locked.state != IncidentState.OPEN:
        raise MoveRefused(_("The incident that is kept must be open."))
    move_state(
        absorbed,
        to=IncidentState.MERGED,
        moves=MOVES,
        kind=Kind.INCIDENTS_MERGED,
        by=by,
        at=at,
        acting_as=role,
        file_id=kept.pk,
        changes={"merged_into": kept},
        payload={"why": reason, "kept": kept.code, "absorbed": absorbed.code},
    )
    merge = Merge.objects.create(
        kept=kept, absorbed=absorbed, merged_by=by, merged_at=at, why=reason
    )
    refresh_facts(incident=locked)
    kept.refresh_from_db()
    return merge


def held_incident(incident: Incident, *others: Incident) -> Incident:
    """Lock incidents, always in the order of their keys, and return the first one anew."""
    wanted = [incident.pk, *(other.pk for other in others)]
    rows = Incident.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    return {row.pk: row for row in rows}[incident.pk]


@transaction.atomic
def undo_merge(*, merge: Merge, by: User, at: datetime) -> Merge:
    """Undo a merge: both incidents are as they were. Needs: incident.triage; the kept one open.

    Leaves: merge.undone. Errors: MoveRefused once a panel has the kept one; StaleState.
    """
    role = require(by, VERB, at=at, agreement_id=merge.kept.agreement_id)
    kept = held_incident(merge.kept, merge.absorbed)
    if kept.state != IncidentState.OPEN:
        raise MoveRefused(_("A panel has this case: the merge can no longer be undone."))
    hit = Merge.objects.filter(pk=merge.pk, undone_at=None).update(undone_at=at, undone_by=by)
    if hit != 1:
        raise StaleState(_("This merge had already been undone."))
    merge.refresh_from_db()
    absorbed = Incident.objects.get(pk=merge.absorbed_id)
    move_state(
        absorbed,
        to=IncidentState.OPEN,
        moves=MOVES,
        kind=Kind.MERGE_UNDONE,
        by=by,
        at=at,
        acting_as=role,
        file_id=kept.pk,
        changes={"merged_into": None},
        payload={"kept": kept.code, "absorbed": absorbed.code},
    )
    refresh_facts(incident=kept)
    refresh_facts(incident=absorbed)
    return merge


@transaction.atomic
def rule_inadmissible(*, incident: Incident, ruling: str, by: User, at: datetime) -> Incident:
    """Rule that an incident lies outside the agreement; the computed tests must say so too.

    Needs: incident.triage; an open incident whose admissibility came out as inadmissible.
    Leaves: incident.ruled_inadmissible. Errors: Invalid if the tests do not say so.
    """
    role = require(by, VERB, at=at, agreement_id=incident.agreement_id)
    if len(ruling.strip()) < 20:
        raise Invalid(
            errors={"ruling": [_("Give the reasons in a sentence or two; they are published.")]}
        )
    # Locked and read again: a report linked a moment ago may have changed what the tests say.
    held = Incident.objects.select_for_update().get(pk=incident.pk)
    if held.admissibility != INADMISSIBLE:
        raise Invalid(
            errors={
                "ruling": [
                    _(
                        "No test of period, area or actors says “outside”: "
                        "correct the reports, or let a panel decide."
                    )
                ]
            }
        )
    move_state(
        incident,
        to=IncidentState.INADMISSIBLE,
        moves=MOVES,
        kind=Kind.INCIDENT_RULED_INADMISSIBLE,
        by=by,
        at=at,
        acting_as=role,
        file_id=incident.pk,
        changes={"ruling": ruling.strip()},
        payload={"reasons": [r["code"] for r in incident.admissibility_reasons]},
    )
    return incident


def begin_review(*, incident: Incident) -> None:
    """Move an incident to under review as part of opening its case (whose event tells it)."""
    swap_state(incident, to=IncidentState.UNDER_REVIEW, moves=MOVES)


def close_review(*, incident: Incident) -> None:
    """Move an incident to decided as part of deciding its case (whose event tells it)."""
    swap_state(incident, to=IncidentState.DECIDED, moves=MOVES)


def reopen_review(*, incident: Incident) -> None:
    """Move a decided incident to reopened as part of admitting a request (whose event tells it).

    The accused are heard again: what they answered was about what was on file then.
    """
    changes = {"hearing": incident.hearing + 1}
    swap_state(incident, to=IncidentState.REOPENED, moves=MOVES, changes=changes)


def refresh_after_withdrawal(*, incident: Incident) -> None:
    """Compute a living incident's time, place and admissibility anew after a report left it.

    A decided one keeps the facts it was decided on.
    """
    if incident.state in LIVING:
        refresh_facts(incident=incident)


def refresh_facts(*, incident: Incident) -> None:
    """Set window, spot, act and admissibility from the reports now in the file.

    State and version stay: these are derived facts. An incident without reports keeps its last.
    """
    reports = linked_reports(incident)
    if not reports:
        return
    facts = facts_of(reports)
    for name, value in facts.items():
        setattr(incident, name, value)
    window = (incident.window_from, incident.window_until)
    admissibility = admissibility_of(incident.agreement, reports, window=window)
    incident.admissibility = admissibility.verdict
    incident.admissibility_reasons = [
        {"test": r.test, "verdict": r.verdict, "code": r.code} for r in admissibility.reasons
    ]
    incident.save(update_fields=[*facts, "admissibility", "admissibility_reasons"])


def admissibility_of(
    agreement: Agreement, reports: Sequence[Report], *, window: tuple[datetime, datetime]
) -> Admissibility:
    """Return whether the event these reports tell of is admissible under an agreement."""
    asserting = [r for r in reports if r.stance != "denies"] or list(reports)
    return is_admissible(
        window=window,
        spot=sharpest_spot(s for r in asserting if (s := spot_of(r)) is not None),
        accused=[r.accused_kind for r in asserting],
        periods=periods_in_force(agreement.pk),
        ring=agreement.area["coordinates"][0],
    )
