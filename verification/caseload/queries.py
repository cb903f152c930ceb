"""Reads of the caseload: the class of every complaint, and the clocks of what is waited for."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, Subquery

from reports.agreement.models import Agreement
from reports.agreement.queries import agreements, limits_of_versions
from reports.intake.choices import Channel
from reports.intake.models import Report
from reports.intake.states import ReportState
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.journal.queries import public_events
from reports.once import seen_once
from reports.people.models import Role, User
from reports.people.permissions import require, roles_of
from verification.adjudication.models import Case, Decision, Seat
from verification.caseload.classes import CLASSES, Line
from verification.caseload.models import MissedDeadline, Procedure
from verification.caseload.procedure import in_words
from verification.caseload.rules import (
    TOLD,
    Clock,
    Limits,
    Step,
    decision_counts_from,
    decision_due,
    triage_due,
)
from verification.corroboration.queries import positions_by_incident
from verification.incidents.models import Incident
from verification.incidents.states import LIVING, IncidentState
from verification.recommendations.models import Recommendation
from verification.recommendations.queries import awaited_of

# -- classes --------------------------------------------------------------------------------


def classes_of_incidents(agreement_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Return {incident: class of its whole file}, as the database works it out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT incident_id, class FROM verification_incident_classes(%s)", [agreement_id]
        )
        return dict(cursor.fetchall())


def classes_of_files(incident_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return {incident: class of its whole file} of whole files alone; the same classes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT incident_id, class FROM verification_file_classes(%s)", [list(incident_ids)]
        )
        return dict(cursor.fetchall())


def classes_of_reports(agreement_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """Return (report, class) of every complaint received under an agreement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT report_id, class FROM verification_report_classes(%s)", [agreement_id]
        )
        return list(cursor.fetchall())


def partition_lines(counts: Mapping[str, int]) -> list[Line]:
    """Return every class with its count, in river order."""
    return [Line(key, str(label), counts.get(key, 0)) for key, label in CLASSES.items()]


def partition(agreement_id: uuid.UUID) -> list[Line]:
    """Return every class with its count, in river order; the counts add up to those received."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT class, count(*) FROM verification_report_classes(%s) GROUP BY class",
            [agreement_id],
        )
        return partition_lines(dict(cursor.fetchall()))


def faults(agreement_id: uuid.UUID) -> list[str]:
    """Return what contradicts “every complaint is in exactly one class”; nothing if it holds."""
    found: list[str] = []
    placed = classes_of_reports(agreement_id)
    times = Counter(report_id for report_id, _class in placed)
    found += [f"report {key} is in {n} classes" for key, n in times.items() if n > 1]
    found += [f"report {key} is in no class we know" for key, name in placed if name not in CLASSES]
    received = Report.objects.filter(agreement_id=agreement_id).count()
    if len(times) != received:
        found.append(f"{received} reports were received, {len(times)} have a class")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, verification_case_life_fault(id) FROM verification_incident"
            " WHERE agreement_id = %s AND verification_case_life_fault(id) IS NOT NULL",
            [agreement_id],
        )
        found += [f"incident {code} breaks “{fault}”" for code, fault in cursor.fetchall()]
    return found


# -- clocks ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NotTold:
    """What the reader of clocks may not know yet: of decided cases, and since when reopened."""

    cases: Collection[uuid.UUID] = ()
    reopened: Mapping[uuid.UUID, datetime] = field(default_factory=dict)

    def hides(self, incident_id: uuid.UUID, since: datetime) -> bool:
        """Answer whether a step of an incident began by a reopening that is not told of."""
        return incident_id in self.reopened and since >= self.reopened[incident_id]


NOTHING = NotTold()


def clocks_of(
    incidents: Sequence[Incident],
    *,
    hidden: NotTold = NOTHING,
    steps: Collection[Step] = (Step.REPLY, Step.BALLOTS, Step.DECISION),
) -> dict[uuid.UUID, list[Clock]]:
    """Return {incident: its clocks}, of whole files of one agreement: replies, ballots, decision.

    Whoever shows them says which: that ballots are due is nothing for the public.
    """
    if not incidents:
        return {}
    limits = limits_of_versions(incidents[0].agreement_id)
    found: dict[uuid.UUID, list[Clock]] = {incident.pk: [] for incident in incidents}
    notices = positions_by_incident(incidents)
    for incident in incidents:
        for notice in notices[incident.pk]:
            if hidden.hides(incident.pk, notice.notified_at):
                continue
            found[incident.pk].append(
                Clock(
                    step=Step.REPLY,
                    subject_id=notice.pk,
                    file_id=incident.pk,
                    since=notice.notified_at,
                    due_at=notice.due_at,
                    done_at=notice.answered_at or notice.lapsed_at,
                    party=notice.party.code,
                )
            )
    for clock in _ballot_clocks(incidents) if Step.BALLOTS in steps else ():
        found[clock.file_id or clock.subject_id].append(clock)
    told = {key: [c.since for c in clocks if c.step == Step.REPLY] for key, clocks in found.items()}
    for clock in _decision_clocks(incidents, told, limits, hidden):
        found[clock.subject_id].append(clock)
    return found


def _ballot_clocks(incidents: Sequence[Incident]) -> list[Clock]:
    sitting = Seat.objects.filter(case=OuterRef("pk"), recused_at=None)
    sealed = sitting.order_by().values("case").annotate(last=Max("ballot__sealed_at"))
    cases = Case.objects.filter(incident__in=incidents).annotate(
        waits=Exists(sitting.filter(ballot=None)),
        sealed_at=Subquery(sealed.values("last")),
        decided_at=F("decision__decided_at"),
    )
    return [
        Clock(
            step=Step.BALLOTS,
            subject_id=case.pk,
            file_id=case.incident_id,
            since=case.opened_at,
            due_at=case.ballots_due_at,
            # Ballots may stay out when a case is decided; then the decision ends the waiting.
            done_at=case.decided_at if case.waits else case.sealed_at,
        )
        for case in cases.order_by("round")
    ]


def decisions_in(incident_ids: Collection[uuid.UUID]) -> list[Decision]:
    """Return the decisions on these incidents, oldest first; `is_overridden` says of which."""
    rows = Decision.objects.filter(incident_id__in=incident_ids).annotate(
        is_overridden=Exists(Decision.objects.filter(overrides=OuterRef("pk")))
    )
    rows = rows.order_by("decided_at")
    wanted = frozenset(incident_ids)
    return seen_once(("decisions", wanted), lambda: list(rows)) if wanted else []


def _decision_clocks(
    incidents: Sequence[Incident],
    told: dict[uuid.UUID, list[datetime]],
    limits: Limits,
    hidden: NotTold,
) -> list[Clock]:
    ids = [incident.pk for incident in incidents]
    settled = {
        one.incident_id: one.decided_at
        for one in decisions_in([one.pk for one in incidents if one.state not in LIVING])
        if one.case_id not in hidden.cases
    }
    reopened = {}
    for event in _marks(ids):
        if event.file_id is None:
            continue
        if event.kind == Kind.INCIDENT_RULED_INADMISSIBLE:
            settled[event.file_id] = event.at
        elif not hidden.hides(event.file_id, event.at):
            reopened[event.file_id] = event.at
    clocks = []
    for incident in incidents:
        if incident.state == IncidentState.MERGED:
            continue  # decided with the incident that absorbed it
        since = decision_counts_from(
            opened_at=incident.opened_at,
            notified_at=told[incident.pk],
            reopened_at=reopened.get(incident.pk),
        )
        clocks.append(
            Clock(
                step=Step.DECISION,
                subject_id=incident.pk,
                file_id=incident.pk,
                since=since,
                due_at=decision_due(since, limits),
                done_at=None if incident.state in LIVING else settled.get(incident.pk),
            )
        )
    return clocks


WITHOUT_CLOCK = (Channel.OPEN, Channel.FILE)


def _marks(incident_ids: Sequence[uuid.UUID]) -> list[Event]:
    """Return the events that end or restart the time for a decision, oldest first."""
    kinds = [str(Kind.INCIDENT_RULED_INADMISSIBLE), str(Kind.REOPENING_ADMITTED)]
    if len(incident_ids) == 1:  # whose history is read beside them
        return [event for event in public_events(incident_ids) if event.kind in kinds]
    rows = Event.objects.filter(file_id__in=incident_ids, kind__in=kinds)
    return list(rows.order_by("at"))


def triage_clocks(reports: Sequence[Report]) -> dict[uuid.UUID, Clock]:
    """Return {report: until when triage looks at it} for reports of one agreement.

    None runs for what may come as a flood: reports without an account, and rows of files.
    """
    if not reports:
        return {}
    limits = limits_of_versions(reports[0].agreement_id)
    return {
        report.pk: Clock(
            step=Step.TRIAGE,
            subject_id=report.pk,
            file_id=None,
            since=report.received_at,
            due_at=triage_due(report.received_at, limits),
        )
        for report in reports
        if report.state == ReportState.FILED and report.channel not in WITHOUT_CLOCK
    }


def overdue(agreement: Agreement, *, at: datetime) -> list[Clock]:
    """Return every running step of an agreement whose deadline has passed, longest first."""
    waiting = (
        Report.objects.filter(agreement=agreement, state=ReportState.FILED)
        .exclude(channel__in=WITHOUT_CLOCK)
        .only("agreement_id", "channel", "received_at", "state")
    )
    clocks = list(triage_clocks(list(waiting)).values())
    living = list(Incident.objects.filter(agreement=agreement, state__in=LIVING))
    for of_incident in clocks_of(living).values():
        clocks += of_incident
    clocks += [_recommendation_clock(one) for one in awaited_of(agreement)]
    late = [c for c in clocks if c.step in TOLD and c.is_running() and c.is_missed(at=at)]
    return sorted(late, key=lambda clock: (clock.due_at, clock.subject_id))


def _recommendation_clock(one: Recommendation) -> Clock:
    return Clock(
        step=Step.RECOMMENDATION,
        subject_id=one.pk,
        file_id=one.incident_id,
        since=one.issued_at,
        due_at=one.due_at,
        party=one.party.code,
    )


def untold(agreement: Agreement, *, at: datetime) -> list[Clock]:
    """Return the missed deadlines that no event tells of yet."""
    late = overdue(agreement, at=at)
    told = set(
        MissedDeadline.objects.filter(subject_id__in=[c.subject_id for c in late]).values_list(
            "step", "subject_id", "due_at"
        )
    )
    return [c for c in late if (str(c.step), c.subject_id, c.due_at) not in told]


# -- what is overdue, for those who answer for it -----------------------------------------------


@dataclass(frozen=True, slots=True)
class OverdueIncident:
    """An incident with the steps that are late on it, the latest first."""

    incident: Incident
    clocks: tuple[Clock, ...]


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is late under an agreement.

    `reports` are given to triage alone; the chair reads how many there are and the oldest day.
    """

    reports: tuple[tuple[Report, Clock], ...] | None
    n_reports: int
    oldest_report: datetime | None
    incidents: tuple[OverdueIncident, ...]


def overdue_for(user: User, agreement: Agreement, *, at: datetime) -> Overdue:
    """Return what is late, as far as this person answers for it: chair all, triage its own.

    Triage's own are reports nobody looked at, and incidents the tests put outside the agreement.
    """
    require(user, "overdue.read", at=at, agreement_id=agreement.pk)
    held = roles_of(user, at=at, agreement_id=agreement.pk)
    late = overdue(agreement, at=at)
    unseen = [clock for clock in late if clock.step == Step.TRIAGE]
    by_file: dict[uuid.UUID, list[Clock]] = defaultdict(list)
    for clock in late:
        if clock.file_id is not None:
            by_file[clock.file_id].append(clock)
    incidents = Incident.objects.filter(pk__in=by_file).select_related(
        "act", "place", "agreement", "merged_into"
    )
    if Role.CHAIR not in held:
        incidents = incidents.filter(state=IncidentState.OPEN, admissibility="inadmissible")
    lines = [OverdueIncident(one, tuple(by_file[one.pk])) for one in incidents]
    return Overdue(
        reports=_late_reports(unseen) if Role.TRIAGE in held else None,
        n_reports=len(unseen),
        oldest_report=min((clock.since for clock in unseen), default=None),
        incidents=tuple(
            sorted(lines, key=lambda line: (line.clocks[0].due_at, line.incident.code))
        ),
    )


def _late_reports(clocks: Sequence[Clock]) -> tuple[tuple[Report, Clock], ...]:
    rows = Report.objects.filter(pk__in=[clock.subject_id for clock in clocks]).select_related(
        "source__organisation", "act", "accused", "place", "origin__said_by", "agreement"
    )
    found = {report.pk: report for report in rows.defer("raw")}
    return tuple((found[clock.subject_id], clock) for clock in clocks)


# -- the procedure --------------------------------------------------------------------------


def procedure_now() -> dict[str, Any]:
    """Return the procedure as the program and the agreements have it at this moment."""
    texts = [
        (agreement.slug, begins, limits)
        for agreement in agreements()
        for begins, limits in limits_of_versions(agreement.pk)
    ]
    return in_words(texts)


def procedures() -> list[Procedure]:
    """Return every published version of the procedure, newest first."""
    return list(Procedure.objects.order_by("-number"))
