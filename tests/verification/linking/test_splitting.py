"""An incident is split and put together again; nothing is lost on either side."""

from datetime import timedelta
from typing import Any

import pytest

from reports.intake.models import Report
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.problems import Invalid, MoveRefused, StaleState
from tests.factories import (
    NOW,
    World,
    a_case,
    a_draft,
    an_accepted_report,
    an_allegation,
    an_incident,
    settle,
)
from tests.proofs import at_once, one_event, refused
from verification.incidents.actions import link_report, merge_incidents
from verification.incidents.models import Incident, Link
from verification.incidents.queries import linked_reports
from verification.linking.actions import split_incident, undo_split
from verification.linking.models import Split

WHY = "Two strikes, told in one breath."


@pytest.fixture
def crowd(world: World) -> tuple[Incident, list[Report]]:
    """An incident of three reports: one accuses Armenia, one Azerbaijan, one nobody."""
    incident = an_incident(world)
    against = an_allegation(world, world.mod_armenia, "AZE")
    reports = [an_accepted_report(world, draft) for draft in (against, a_draft(world))]
    for report in reports:
        link_report(report=report, incident=incident, why="Same.", by=world.triage, at=NOW)
    settle()
    incident.refresh_from_db()
    return incident, linked_reports(incident)


def split(world: World, incident: Incident, *reports: Report, **changes: Any) -> Split:
    links = [r.links.get(incident=incident, unlinked_at=None).pk for r in reports]
    given = {"incident": incident, "links": links, "why": WHY, "by": world.triage, "at": NOW}
    return split_incident(**{**given, **changes})


def test_the_chosen_reports_are_in_the_new_incident_and_nowhere_else(
    world: World, crowd: tuple[Incident, list[Report]]
) -> None:
    incident, reports = crowd
    with one_event(Kind.INCIDENT_SPLIT) as left:
        made = split(world, incident, reports[1])
    assert linked_reports(made.created) == [reports[1]]
    assert linked_reports(incident) == [reports[0], reports[2]]
    assert left[0].file_id == incident.pk
    settle()
    assert {p.party.code for p in made.created.positions.all()} == {"AZE"}
    assert made.created.scores.exists()


def test_undone_everything_is_where_it_was(
    world: World, crowd: tuple[Incident, list[Report]]
) -> None:
    incident, reports = crowd
    made = split(world, incident, reports[1], reports[2])
    late = an_accepted_report(world)
    link_report(report=late, incident=made.created, why="Same.", by=world.triage, at=NOW)
    before = (incident.window_from, incident.window_until)
    with one_event(Kind.SPLIT_UNDONE):
        undo_split(split=made, by=world.triage, at=NOW)
    assert linked_reports(incident) == [*reports, late]  # what came later comes along
    made.created.refresh_from_db()
    assert (made.created.state, made.created.merged_into) == ("merged", incident)
    incident.refresh_from_db()
    assert (incident.window_from, incident.window_until) == before
    with refused(MoveRefused):
        undo_split(split=made, by=world.triage, at=NOW)


def test_a_report_unlinked_meanwhile_stays_unlinked(
    world: World, crowd: tuple[Incident, list[Report]]
) -> None:
    incident, reports = crowd
    made = split(world, incident, reports[1], reports[2])
    Link.objects.filter(incident=made.created, report=reports[2]).update(unlinked_at=NOW)
    undo_split(split=made, by=world.triage, at=NOW)
    assert linked_reports(incident) == reports[:2]


def test_reports_of_a_merged_incident_are_split_off_too(world: World) -> None:
    kept, absorbed = an_incident(world), an_incident(world)
    moved = absorbed.links.get()
    merge_incidents(kept=kept, absorbed=absorbed, why="One.", by=world.triage, at=NOW)
    made = split_incident(incident=kept, links=[moved.pk], why=WHY, by=world.triage, at=NOW)
    assert linked_reports(made.created) == [moved.report]
    undo_split(split=made, by=world.triage, at=NOW)
    assert len(linked_reports(kept)) == 2


def test_what_cannot_be_split(world: World, crowd: tuple[Incident, list[Report]]) -> None:
    incident, reports = crowd
    foreign = an_incident(world).links.get().pk
    for links in ([], [foreign], [world.agreement.pk]):
        with refused(Invalid, "links"):
            split(world, incident, links=links)
    with refused(Invalid, "links", saying="Leave at least one"):
        split(world, incident, *reports)
    with refused(Invalid, "why"):
        split(world, incident, reports[0], why=" ")
    a_case(world, incident)
    with refused(MoveRefused):
        split(world, incident, reports[0])


def test_not_undone_once_a_panel_has_either(
    world: World, crowd: tuple[Incident, list[Report]]
) -> None:
    incident, reports = crowd
    made = split(world, incident, reports[1])
    a_case(world, made.created)
    with refused(MoveRefused):
        undo_split(split=made, by=world.triage, at=NOW + timedelta(hours=1))


def test_sixteen_at_once_split_once_and_undo_once(live_world: World) -> None:
    incident = an_incident(live_world)
    report = an_accepted_report(live_world)
    link = link_report(report=report, incident=incident, why="Same.", by=live_world.triage, at=NOW)

    def attempt() -> Split:
        return split_incident(
            incident=incident, links=[link.pk], why=WHY, by=live_world.triage, at=NOW
        )

    gave, _raised = at_once([attempt] * 16)
    assert len(gave) == Split.objects.count() == 1

    def back() -> Split:
        return undo_split(split=Split.objects.get(), by=live_world.triage, at=NOW)

    undone, raised = at_once([back] * 16)
    assert len(undone) == 1
    assert {type(problem) for problem in raised} <= {MoveRefused, StaleState}
    assert Event.objects.filter(kind=Kind.SPLIT_UNDONE).count() == 1
