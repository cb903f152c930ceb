"""Rows that contradict each other cannot be committed, whoever writes them and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from reports.identity import new_key
from tests.factories import LATER, NOW, World, a_case, an_incident, seal_all
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.models import Case, Decision
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.models import Incident


def a_decided_case(world: World) -> Case:
    case = a_case(world)
    seal_all(case)
    lapse_overdue_positions(at=LATER)
    decide_case(case=case, reasons="As the ballots say, all three.", by=world.chair, at=LATER)
    return Case.objects.get(pk=case.pk)


def incident_to(state: str) -> Callable[[World], Any]:
    """Return a deed that sets an open incident's state without anything that belongs to it."""
    return lambda world: Incident.objects.filter(pk=an_incident(world).pk).update(state=state)


def case_closes_alone(world: World) -> None:
    Case.objects.filter(pk=a_case(world).pk).update(state="decided")


def incident_leaves_its_panel(world: World) -> None:
    Incident.objects.filter(pk=a_case(world).incident_id).update(state="open")


def a_case_without_review(world: World) -> None:
    incident = an_incident(world)
    Case.objects.create(
        incident=incident,
        quorum=3,
        panel_seed="x",
        opened_by=world.chair,
        opened_at=NOW,
        ballots_due_at=LATER,
    )


def a_decided_incident_opens(world: World) -> None:
    Incident.objects.filter(pk=a_decided_case(world).incident_id).update(state="open")


def a_second_decision_stands(world: World) -> None:
    case = a_decided_case(world)
    second = Case.objects.create(
        incident=case.incident,
        round=2,
        quorum=3,
        panel_seed="x",
        opened_by=world.chair,
        opened_at=NOW,
        ballots_due_at=LATER,
        state="decided",
    )
    row = Decision.objects.get(case=case)
    row.pk, row.case, row._state.adding = new_key(), second, True
    row.save(force_insert=True)


def merges_in_a_ring(world: World) -> None:
    one, other = an_incident(world), an_incident(world)
    Incident.objects.filter(pk=one.pk).update(state="merged", merged_into=other)
    Incident.objects.filter(pk=other.pk).update(state="merged", merged_into=one)


@pytest.mark.parametrize(
    ("deed", "broken"),
    [
        (incident_to("decided"), "incident_decided_has_one_standing_decision"),
        (incident_to("reopened"), "incident_decided_has_one_standing_decision"),
        (incident_to("under_review"), "incident_under_review_has_one_open_case"),
        (case_closes_alone, "case_is_decided_by_its_decision"),
        (incident_leaves_its_panel, "incident_under_review_has_one_open_case"),
        (a_case_without_review, "incident_under_review_has_one_open_case"),
        (a_decided_incident_opens, "incident_open_is_undecided"),
        (a_second_decision_stands, "incident_decided_has_one_standing_decision"),
        (merges_in_a_ring, "incident_merges_end_in_an_incident"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_it_cannot_be_committed(world: World, deed: Callable[[World], Any], broken: str) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        deed(world)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what COMMIT does
    assert refused.value.__cause__.diag.constraint_name == broken  # type: ignore[union-attr]


def test_what_the_actions_do_can(world: World) -> None:
    a_decided_case(world)
    a_case(world)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT count(*) FROM verification_incident")
        assert cursor.fetchone() == (2,)
