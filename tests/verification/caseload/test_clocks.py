"""Deadlines count from when somebody was told to act; a missed one is told once, by the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.celery import app
from reports.intake.actions import accept_report
from reports.intake.models import Report
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.people.actions import grant_role
from reports.problems import NotAllowed
from tests.factories import (
    LATER,
    NOW,
    World,
    a_case,
    a_recommendation,
    a_report,
    an_incident,
    seal_all,
)
from tests.proofs import at_once, no_trace, one_event
from verification.adjudication.actions.decisions import decide_case
from verification.caseload.actions import escalate_deadline, escalate_overdue
from verification.caseload.models import MissedDeadline
from verification.caseload.queries import clocks_of, overdue, overdue_for, triage_clocks, untold
from verification.caseload.rules import Clock, Step
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.models import Incident
from verification.tasks import escalate_deadlines, record_silences

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def clocks(incident: Incident) -> dict[Step, Clock]:
    incident.refresh_from_db()
    return {clock.step: clock for clock in clocks_of([incident])[incident.pk]}


class TestWhenAStepIsDue:
    def test_a_report_two_days_after_it_was_received(self, world: World) -> None:
        report = a_report(world)
        clock = triage_clocks([report])[report.pk]
        assert (clock.since, clock.due_at, clock.file_id) == (NOW, NOW + 2 * DAY, None)
        assert not clock.is_missed(at=NOW + 2 * DAY - HOUR)
        assert clock.is_missed(at=NOW + 2 * DAY)

    def test_a_report_that_was_looked_at_has_no_clock(self, world: World) -> None:
        report = accept_report(report=a_report(world), by=world.triage, at=NOW)
        assert triage_clocks([report]) == {}

    def test_reply_ballots_and_decision(self, world: World) -> None:
        incident = an_incident(world)
        assert set(clocks(incident)) == {Step.REPLY, Step.DECISION}
        a_case(world, incident)
        found = clocks(incident)
        assert found[Step.REPLY].due_at == NOW + 3 * DAY
        assert found[Step.REPLY].party == "ARM"
        assert found[Step.BALLOTS].due_at == NOW + 5 * DAY
        assert found[Step.DECISION].due_at == NOW + 30 * DAY
        assert all(clock.is_running() for clock in found.values())

    def test_a_decision_counts_from_the_first_notice(self, world: World) -> None:
        incident = an_incident(world)
        incident.positions.update(notified_at=NOW - 9 * DAY)
        assert clocks(incident)[Step.DECISION].due_at == NOW + 21 * DAY

    def test_what_was_done_stops_its_clock(self, world: World) -> None:
        case = a_case(world)
        seal_all(case, at=NOW + HOUR)
        assert clocks(case.incident)[Step.BALLOTS].done_at == NOW + HOUR
        lapse_overdue_positions(at=LATER)
        assert clocks(case.incident)[Step.REPLY].done_at == LATER
        decide_case(case=case, reasons="As the ballots say, all three.", by=world.chair, at=LATER)
        decision = clocks(case.incident)[Step.DECISION]
        assert decision.done_at == LATER
        ballots = clocks(case.incident)[Step.BALLOTS]
        assert ballots.done_at == NOW + HOUR, "in time, however late the decision"
        assert not decision.is_missed(at=NOW + 99 * DAY)


class TestTellingOfIt:
    def test_each_missed_deadline_is_told_once(self, world: World) -> None:
        a_report(world)
        case = a_case(world)
        assert escalate_overdue(at=NOW + DAY) == 0
        assert escalate_overdue(at=NOW + 6 * DAY) == 2  # triage and ballots
        assert escalate_overdue(at=NOW + 6 * DAY) == 0
        assert escalate_overdue(at=NOW + 31 * DAY) == 1  # the decision
        told = Event.objects.filter(kind=Kind.DEADLINE_MISSED).order_by("at", "payload__step")
        assert [event.payload["step"] for event in told] == ["ballots", "triage", "decision"]
        assert [event.file_id for event in told] == [case.incident_id, None, case.incident_id]
        assert {event.acting_as for event in told} == {"clock"}

    def test_it_leaves_one_event(self, world: World) -> None:
        a_report(world)
        (clock,) = untold(world.agreement, at=LATER)
        with one_event(Kind.DEADLINE_MISSED):
            escalate_deadline(agreement=world.agreement, clock=clock, at=LATER)
        with no_trace():
            assert escalate_deadline(agreement=world.agreement, clock=clock, at=LATER) is None

    def test_nothing_is_told_before_its_time(self, world: World) -> None:
        report = a_report(world)
        clock = triage_clocks([report])[report.pk]
        with no_trace(), pytest.raises(NotAllowed):
            escalate_deadline(agreement=world.agreement, clock=clock, at=NOW + HOUR)

    def test_silence_has_its_own_event(self, world: World) -> None:
        an_incident(world)
        assert overdue(world.agreement, at=NOW + 4 * DAY) == []

    def test_workers_at_once_tell_it_once(self, live_world: World) -> None:
        a_report(live_world)
        gave, raised = at_once([lambda: escalate_overdue(at=LATER)] * 6)
        assert (sum(gave), raised) == (1, [])
        assert MissedDeadline.objects.count() == 1

    def test_the_task_may_run_twice(self, world: World) -> None:
        a_report(world)
        assert [escalate_deadlines(), escalate_deadlines()] == [1, 0]


def test_the_clock_brings_each_of_the_five(world: World) -> None:
    """What beat runs, on a morning after all five deadlines, and what the chair then reads."""
    a_report(world)  # nobody looks at it
    advice = a_recommendation(world)  # nobody complies
    case = a_case(world)  # nobody votes, nobody decides, and the accused stays silent
    with_beat = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {record_silences.name, escalate_deadlines.name} <= with_beat
    assert record_silences() == 1
    assert escalate_deadlines() == 4
    missed = Event.objects.filter(kind=Kind.DEADLINE_MISSED)
    assert sorted(event.payload["step"] for event in missed) == [
        *("ballots", "decision", "recommendation", "triage")
    ]
    silent = Event.objects.filter(kind=Kind.POSITION_LAPSED, file_id=case.incident_id)
    assert silent.count() == 1  # the fifth: silence is its own event
    found = overdue_for(world.chair, world.agreement, at=NOW + 400 * DAY)
    steps = {line.incident.code: {str(c.step) for c in line.clocks} for line in found.incidents}
    assert steps == {
        case.incident.code: {"ballots", "decision"},
        advice.incident.code: {"recommendation"},
    }
    assert found.n_reports == 1


class TestTheOverdueList:
    def test_chair_and_triage_each_read_their_own(self, world: World) -> None:
        report = a_report(world)
        case = a_case(world)
        at = NOW + 31 * DAY
        chair = overdue_for(world.chair, world.agreement, at=at)
        assert (chair.reports, chair.n_reports, chair.oldest_report) == (None, 1, NOW)
        (line,) = chair.incidents
        assert line.incident == case.incident
        assert [clock.step for clock in line.clocks] == [Step.BALLOTS, Step.DECISION]
        triage = overdue_for(world.triage, world.agreement, at=at)
        assert [row.pk for row, _clock in triage.reports or ()] == [report.pk]
        assert triage.incidents == ()

    def test_whoever_is_both_reads_both(self, world: World) -> None:
        a_report(world)
        grant_role(user=world.chair, role="triage", agreement=None, by=None, at=NOW)
        found = overdue_for(world.chair, world.agreement, at=LATER)
        assert [row.pk for row, _clock in found.reports or ()] == [Report.objects.get().pk]

    @pytest.mark.parametrize(
        "who",
        ["filer", "witness", "reviewer_arm", "liaison_arm", "publisher", "partner", "operator"],
    )
    def test_nobody_else_reads_it(self, world: World, who: str) -> None:
        with pytest.raises(NotAllowed):
            overdue_for(getattr(world, who), world.agreement, at=LATER)
