"""Sixteen hands deciding, reopening and merging one case at one moment: one effect of each."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.problems import MoveRefused, StaleState
from tests.factories import LATER, World, a_case, an_incident, seal_all, settle, some_answers
from tests.proofs import at_once
from tests.second_round import (
    MONTHS_LATER,
    REASON,
    WHY,
    Reserve,
    a_decided,
    a_finding_of_others,
    a_reserve,
    asked,
)
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.panels import open_case
from verification.adjudication.models import Case, Decision
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.actions import link_report, merge_incidents
from verification.incidents.models import Incident, Merge
from verification.publication.actions import publish_correction, publish_finding
from verification.publication.models import Correction, Finding
from verification.reopening.actions import (
    Request,
    admit_reopening,
    ask_reopening,
    flag_reopening,
    refuse_reopening,
    withdraw_reopening,
)
from verification.reopening.models import Reopening

MANY = 16
Call = Callable[[], Any]


def events(kind: Kind) -> int:
    return Event.objects.filter(kind=kind).count()


def lost(problems: list[Exception]) -> None:
    """Check that whoever came too late was told so, by one of the two refusals that mean it."""
    assert set(Counter(type(problem) for problem in problems)) <= {StaleState, MoveRefused}


def deciding(world: World, case: Case, at: datetime = MONTHS_LATER) -> Call:
    fresh = Case.objects.get(pk=case.pk)
    return partial(decide_case, case=fresh, reasons=REASON, by=world.chair, at=at)


def merging(world: World, kept: Incident, absorbed: Incident) -> Call:
    fresh = [Incident.objects.get(pk=one.pk) for one in (kept, absorbed)]
    why: dict[str, Any] = {"why": "One event.", "by": world.triage, "at": MONTHS_LATER}
    return partial(merge_incidents, kept=fresh[0], absorbed=fresh[1], **why)


def admitting(reserve: Reserve, row: Reopening) -> Call:
    fresh = Reopening.objects.get(pk=row.pk)
    return partial(
        admit_reopening, reopening=fresh, reason=REASON, by=reserve.deputy, at=MONTHS_LATER
    )


def test_deciding_and_merging_a_case_that_is_ready(live_world: World) -> None:
    world = live_world
    other = an_incident(world)
    case = a_case(world, an_incident(world))
    seal_all(case)
    lapse_overdue_positions(at=LATER)
    calls = [
        deciding(world, case)
        if n % 4 < 2
        else merging(world, *((case.incident, other) if n % 4 == 2 else (other, case.incident)))
        for n in range(MANY)
    ]
    done, refused = at_once(calls)
    assert (len(done), len(refused)) == (1, MANY - 1)
    lost(refused)
    assert (Decision.objects.count(), events(Kind.CASE_DECIDED)) == (1, 1)
    assert (Merge.objects.count(), events(Kind.INCIDENTS_MERGED)) == (0, 0)
    assert Incident.objects.get(pk=case.incident_id).state == "decided"


def test_opening_and_merging_an_incident_that_is_open(live_world: World) -> None:
    world = live_world
    one, other = an_incident(world), an_incident(world)
    opening = partial(open_case, incident=one, by=world.chair, at=LATER)
    calls = [opening if n % 2 else merging(world, other, one) for n in range(MANY)]
    done, refused = at_once(calls)
    assert (len(done), len(refused)) == (1, MANY - 1)
    lost(refused)
    one.refresh_from_db()
    assert (one.state, Case.objects.count(), Merge.objects.count()) in {
        ("under_review", 1, 0),
        ("merged", 0, 1),
    }


def test_sixteen_answers_to_two_requests(live_world: World) -> None:
    world = live_world
    decision = a_decided(world)
    reserve = a_reserve(world)
    rows = [asked(world, decision), asked(world, decision, by=world.liaison_aze)]
    refusing: dict[str, Any] = {"reason": REASON, "by": reserve.deputy, "at": MONTHS_LATER}
    calls: list[Call] = []
    for n in range(MANY):
        row = rows[n % 2]
        fresh = Reopening.objects.get(pk=row.pk)
        calls.append(
            [
                admitting(reserve, row),
                partial(refuse_reopening, reopening=fresh, **refusing),
                partial(withdraw_reopening, reopening=fresh, by=row.asked_by, at=MONTHS_LATER),
                merging(world, decision.incident, an_incident(world))
                if n == 3
                else admitting(reserve, row),
            ][(n // 2) % 4]
        )
    _done, refused = at_once(calls)
    lost(refused)
    states = Counter(Reopening.objects.values_list("state", flat=True))
    reopened = states["admitted"]
    assert reopened <= 1
    assert sum(states.values()) == 2 and not states["asked"]
    assert events(Kind.REOPENING_ADMITTED) == reopened
    assert events(Kind.REOPENING_REFUSED) == states["refused"]
    assert events(Kind.REOPENING_WITHDRAWN) == states["withdrawn"]
    assert states["joined"] <= reopened
    state = Incident.objects.get(pk=decision.incident_id).state
    assert state == ("reopened" if reopened else "decided")


def test_one_request_admitted_by_sixteen(live_world: World) -> None:
    world = live_world
    decision = a_decided(world)
    reserve = a_reserve(world)
    row = asked(world, decision)
    done, refused = at_once([admitting(reserve, row) for _ in range(MANY)])
    assert (len(done), len(refused)) == (1, MANY - 1)
    lost(refused)
    assert events(Kind.REOPENING_ADMITTED) == 1


def test_one_party_asks_sixteen_times_and_one_report_is_flagged_once(live_world: World) -> None:
    world = live_world
    decision = a_decided(world)
    reserve = a_reserve(world)
    report = a_finding_of_others(world, reserve.inquiry)
    link_report(
        report=report,
        incident=decision.incident,
        why="The same night.",
        by=world.triage,
        at=MONTHS_LATER,
    )
    ask = partial(
        ask_reopening,
        incident=decision.incident,
        request=Request("new_evidence", WHY),
        by=world.liaison_arm,
        at=MONTHS_LATER,
    )
    flag = partial(flag_reopening, incident=decision.incident, report=report, at=MONTHS_LATER)
    done, refused = at_once([ask if n % 2 else flag for n in range(MANY)])
    assert len([row for row in done if row is not None]) == 2
    lost(refused)
    assert sorted(Reopening.objects.values_list("asker", "number")) in (
        [("party", 1), ("rule", 2)],
        [("party", 2), ("rule", 1)],
    )


def test_the_second_decision_and_all_that_follows_happen_once(live_world: World) -> None:
    world = live_world
    decision = a_decided(world)
    reserve = a_reserve(world)
    admitting(reserve, asked(world, decision))()
    settle()
    case = a_case(world, decision.incident, at=MONTHS_LATER)
    seal_all(case, some_answers(), at=MONTHS_LATER)
    heard = MONTHS_LATER + timedelta(days=4)  # the second hearing is over
    lapse_overdue_positions(at=heard)
    ask = partial(asked, world, decision, by=world.liaison_aze)
    done, refused = at_once([deciding(world, case, heard) if n % 2 else ask for n in range(MANY)])
    lost(refused)
    made = [row for row in done if isinstance(row, Decision)]
    assert len(made) == 1
    assert made[0].overrides == decision
    for again in (partial(publish_finding, incident=case.incident, at=heard + timedelta(days=1)),):
        at_once([again] * 8)
    finding = Finding.objects.get(version=2)
    at_once([partial(publish_correction, finding=finding, at=heard)] * 8)
    settle()
    assert (Finding.objects.count(), Correction.objects.count()) == (2, 1)
    assert (events(Kind.FINDING_PUBLISHED), events(Kind.CORRECTION_PUBLISHED)) == (2, 1)
