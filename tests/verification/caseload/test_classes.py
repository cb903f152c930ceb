"""Every complaint in exactly one class: worked out in SQL, checked by a slow second reading."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.intake.actions import reject_report, withdraw_report
from reports.intake.models import Report
from reports.problems import Problem
from tests.factories import (
    LATER,
    NOW,
    World,
    a_case,
    a_draft,
    a_report,
    an_accepted_report,
    an_allegation,
    an_incident,
    seal_all,
    settle,
    some_answers,
)
from tests.public_record import PublicRecord, build_public_record
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.models import Decision
from verification.caseload.classes import CLASSES
from verification.caseload.queries import (
    classes_of_incidents,
    classes_of_reports,
    faults,
    partition,
)
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.actions import (
    link_report,
    merge_incidents,
    rule_inadmissible,
    undo_merge,
    unlink_report,
)
from verification.incidents.models import Incident, Link, Merge


@pytest.fixture
def record(world: World) -> PublicRecord:
    return build_public_record(world)


def second_reading(world: World) -> dict[uuid.UUID, str]:
    """Place every report by reading the rows one by one, as a person with the record would."""
    found: dict[uuid.UUID, str] = {}
    counted: set[tuple[uuid.UUID, uuid.UUID]] = set()
    for report in Report.objects.filter(agreement=world.agreement).order_by("received_at", "id"):
        if report.state != "accepted":
            found[report.pk] = "awaiting_triage" if report.state == "filed" else report.state
            continue
        first = report.links.filter(unlinked_at=None).order_by("linked_at", "id").first()
        if first is None:
            found[report.pk] = "awaiting_link"
            continue
        incident = first.incident
        while incident.merged_into is not None:
            incident = incident.merged_into
        if (incident.pk, report.origin_id) in counted:
            found[report.pk] = "duplicate"
            continue
        counted.add((incident.pk, report.origin_id))
        found[report.pk] = class_of(incident)
    return found


def class_of(incident: Incident) -> str:
    members = [incident]
    for member in members:
        members.extend(member.absorbed.all())
    if incident.state == "decided":
        return str(Decision.objects.get(incident=incident, overridden_by=None).outcome)
    awaited = any(m.positions.filter(state="awaited").exists() for m in members)
    return "awaiting_party" if incident.state == "open" and awaited else incident.state


def assert_partition(world: World) -> None:
    placed = classes_of_reports(world.agreement.pk)
    assert dict(placed) == second_reading(world)
    assert len(placed) == Report.objects.filter(agreement=world.agreement).count()
    lines = partition(world.agreement.pk)
    assert [line.key for line in lines] == list(CLASSES)
    assert sum(line.count for line in lines) == len(placed)
    assert faults(world.agreement.pk) == []


def test_the_record_of_the_public_tests(world: World, record: PublicRecord) -> None:
    assert_partition(world)
    counted = {line.key: line.count for line in partition(world.agreement.pk) if line.count}
    assert counted["awaiting_triage"] == counted["rejected"] == counted["duplicate"] == 1
    assert counted["inadmissible"] == 1
    classes = classes_of_incidents(world.agreement.pk)
    assert classes[record.ruled.pk] == "inadmissible"
    assert classes[record.decided.pk] == "attributed"


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({}, "attributed"),
        ({"attribution": "not_attributable", "parties": ()}, "not_attributable"),
    ],
)
def test_a_decision_gives_the_class(world: World, answers: dict[str, Any], outcome: str) -> None:
    incident = an_incident(world)
    case = a_case(world, incident)
    assert classes_of_incidents(world.agreement.pk)[incident.pk] == "under_review"
    seal_all(case, some_answers(**answers))
    lapse_overdue_positions(at=LATER)
    decide_case(case=case, reasons="As the ballots say, all three.", by=world.chair, at=LATER)
    assert classes_of_incidents(world.agreement.pk)[incident.pk] == outcome
    assert_partition(world)


class Deeds:
    """What people do to reports and incidents, picked by number; the house may refuse."""

    def __init__(self, world: World) -> None:
        self.world = world

    def file(self, _n: int) -> None:
        a_report(self.world, a_draft(self.world))

    def allege(self, n: int) -> None:
        speakers = (self.world.mod_armenia, self.world.mod_azerbaijan)
        draft = an_allegation(self.world, speakers[n % 2], ("AZE", "ARM")[n % 2])
        an_accepted_report(self.world, replace(draft, client_uuid=uuid.uuid4()))

    def open(self, n: int) -> None:
        an_incident(self.world, a_draft(self.world) if n % 2 else None)

    def reject(self, n: int) -> None:
        report = self.pick(Report.objects.filter(state="filed"), n)
        reject_report(report=report, reason="Not about this truce.", by=self.world.triage, at=NOW)

    def withdraw(self, n: int) -> None:
        report = self.pick(Report.objects.all(), n)
        withdraw_report(report=report, by=report.filed_by, at=NOW)

    def link(self, n: int) -> None:
        report = self.pick(Report.objects.filter(state="accepted"), n)
        incident = self.pick(Incident.objects.all(), n // 3)
        link_report(report=report, incident=incident, why="Same.", by=self.world.triage, at=NOW)

    def unlink(self, n: int) -> None:
        link = self.pick(Link.objects.filter(unlinked_at=None), n)
        unlink_report(link=link, why="Another event.", by=self.world.triage, at=NOW)

    def merge(self, n: int) -> None:
        kept, absorbed = self.pick(Incident.objects.all(), n), self.pick(Incident.objects, n // 5)
        by = self.world.triage
        merge_incidents(kept=kept, absorbed=absorbed, why="One event.", by=by, at=NOW)

    def unmerge(self, n: int) -> None:
        merge = self.pick(Merge.objects.filter(undone_at=None), n)
        undo_merge(merge=merge, by=self.world.triage, at=NOW)

    def rule(self, n: int) -> None:
        incident = self.pick(Incident.objects.all(), n)
        words = "It lies outside the period of the text."
        rule_inadmissible(incident=incident, ruling=words, by=self.world.triage, at=NOW)

    def judge(self, n: int) -> None:
        a_case(self.world, self.pick(Incident.objects.all(), n))

    def lapse(self, _n: int) -> None:
        lapse_overdue_positions(at=LATER)

    @staticmethod
    def pick(rows: Any, n: int) -> Any:
        found = list(rows.order_by("pk"))
        if not found:
            raise Problem("There is nothing to do this to.")
        return found[n % len(found)]


DEEDS = [name for name in vars(Deeds) if not name.startswith("_") and name != "pick"]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 60)), max_size=14))
def test_whatever_people_do_no_complaint_is_in_two_classes_or_none(
    world: World, steps: list[tuple[str, int]]
) -> None:
    deeds = Deeds(world)
    for name, n in [("allege", 0), ("open", 0), ("open", 1), *steps]:
        try:
            getattr(deeds, name)(n)
        except Problem:
            continue
        settle()
    assert_partition(world)


def test_the_command_says_that_it_holds(world: World, record: PublicRecord, capsys: Any) -> None:
    call_command("case_life")
    assert "8 received = 1 awaiting triage" in " ".join(capsys.readouterr().out.split())


def test_the_command_fails_when_it_does_not(
    world: World, record: PublicRecord, capsys: Any
) -> None:
    Incident.objects.filter(pk=record.contested.pk).update(state="decided")  # past the actions
    with pytest.raises(CommandError, match="incident_decided_has_one_standing_decision"):
        call_command("case_life")
    Incident.objects.filter(pk=record.contested.pk).update(state="open")
