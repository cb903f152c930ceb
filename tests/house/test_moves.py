"""Every move that is not in a table of states is refused, and leaves nothing."""

from typing import Any

import pytest
from django.db import models

from reports.imports import states as of_imports
from reports.imports.models import Import
from reports.intake import states as of_reports
from reports.journal.actions import Moves, move_state, record_event
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.problems import MoveRefused, StaleState
from reports.questions import states as of_questions
from reports.questions.models import Question
from tests.factories import NOW, World, a_case, a_report, an_incident
from tests.proofs import no_trace
from tests.second_round import a_decided, asked
from verification.adjudication import states as of_cases
from verification.bundles import states as of_bundles
from verification.bundles.models import Bundle
from verification.corroboration import states as of_positions
from verification.incidents import states as of_incidents
from verification.recommendations import states as of_recommendations
from verification.recommendations.models import Recommendation
from verification.reopening import states as of_reopenings

TABLES: dict[str, tuple[type[models.TextChoices], Moves]] = {
    "report": (of_reports.ReportState, of_reports.MOVES),
    "incident": (of_incidents.IncidentState, of_incidents.MOVES),
    "position": (of_positions.PositionState, of_positions.MOVES),
    "case": (of_cases.CaseState, of_cases.MOVES),
    "bundle": (of_bundles.BundleState, of_bundles.MOVES),
    "reopening": (of_reopenings.ReopeningState, of_reopenings.MOVES),
    "import": (of_imports.ImportState, of_imports.MOVES),
    "question": (of_questions.QuestionState, of_questions.MOVES),
    "recommendation": (of_recommendations.RecommendationState, of_recommendations.MOVES),
}
ALL = [
    (noun, before, after)
    for noun, (states, _moves) in TABLES.items()
    for before in states.values
    for after in [*states.values, "nowhere"]
]


@pytest.mark.parametrize("noun", TABLES)
def test_a_table_speaks_of_every_state(noun: str) -> None:
    states, moves = TABLES[noun]
    assert set(moves) == set(states.values)
    assert set().union(*moves.values()) <= set(states.values)


@pytest.fixture
def subjects(world: World) -> dict[str, Any]:
    incident = an_incident(world)
    return {
        "report": a_report(world),
        "incident": incident,
        "position": incident.positions.get(),
        "case": a_case(world),
        "reopening": asked(world, a_decided(world)),
        "question": Question(),
        "import": Import(),
        "recommendation": Recommendation(),
        "bundle": Bundle(),
    }


def test_every_other_move_is_refused(subjects: dict[str, Any]) -> None:
    for noun, before, after in ALL:
        _states, moves = TABLES[noun]
        if after in moves[before]:
            continue
        subject = subjects[noun]
        subject.state = before
        with no_trace(), pytest.raises(MoveRefused):
            move_state(subject, to=after, moves=moves, kind=Kind.REPORT_FILED, by=None, at=NOW)
        assert subject.state == before


def test_a_move_from_a_row_read_earlier_is_refused(world: World) -> None:
    report = a_report(world)
    same = type(report).objects.get(pk=report.pk)
    moved = {"to": "accepted", "moves": of_reports.MOVES, "kind": Kind.REPORT_ACCEPTED}
    event = move_state(report, **moved, by=world.triage, at=NOW)
    assert event.payload == {"from": "filed", "to": "accepted"}
    assert (report.state, report.version) == ("accepted", 2)
    with no_trace(), pytest.raises(StaleState):
        move_state(same, **moved, by=world.triage, at=NOW)
    assert (same.state, same.version) == ("filed", 1)


@pytest.mark.django_db(transaction=True)
def test_an_event_is_recorded_only_inside_the_transaction_of_its_change() -> None:
    with pytest.raises(RuntimeError, match="transaction of the change"):
        record_event(kind=Kind.REPORT_FILED, subject=Event(), by=None, at=NOW)
    assert not Event.objects.exists()
