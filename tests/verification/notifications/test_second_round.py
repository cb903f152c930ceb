"""A case that comes back: who is told, and that its clock starts anew."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import World, settle
from tests.second_round import MONTHS_LATER, REASON, a_decided, a_reserve, asked
from verification.caseload.queries import clocks_of
from verification.caseload.rules import Step
from verification.incidents.models import Incident
from verification.notifications.models import Notification
from verification.reopening.actions import admit_reopening


def told(topic: str) -> set[str]:
    rows = Notification.objects.filter(topic=topic)
    return set(rows.values_list("user__username", flat=True))


def test_it_is_told_and_its_clock_starts_anew(world: World) -> None:
    decision = a_decided(world)
    reserve = a_reserve(world)
    one = asked(world, decision)
    settle()
    assert told("reopening_asked") == {"chair", "deputy"} - {one.asked_by.username}
    admit_reopening(reopening=one, reason=REASON, by=reserve.deputy, at=MONTHS_LATER)
    settle()
    assert told("reopening_answered") == {one.asked_by.username}
    assert told("case_reopened") <= {"liaison-arm", "liaison-aze"}
    incident = Incident.objects.get(pk=decision.incident_id)
    clock = next(c for c in clocks_of([incident])[incident.pk] if c.step == Step.DECISION)
    assert clock.is_running()
    assert (clock.since, clock.due_at) == (MONTHS_LATER, MONTHS_LATER + timedelta(days=30))
