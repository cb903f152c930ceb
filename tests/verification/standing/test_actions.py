"""Standings: a row for each party when something changed, none when nothing did."""

from datetime import timedelta

from reports.coverage.actions import end_watch, start_watch
from reports.journal.kinds import Kind
from tests.factories import LATER, NOW, World, a_draft, an_incident
from tests.proofs import no_trace, one_event
from verification.incidents.models import Incident
from verification.standing.actions import incident_facts, recompute_standing
from verification.standing.models import Standing
from verification.standing.queries import standing_lines

HOUR = timedelta(hours=1)


def test_without_any_incident_both_parties_stand_at_nought(world: World) -> None:
    with one_event(Kind.STANDING_COMPUTED) as left:
        rows = recompute_standing(agreement=world.agreement, at=NOW)
    assert [(row.party.code, row.bound_low, row.bound_high) for row in rows] == [
        ("ARM", 0, 0),
        ("AZE", 0, 0),
    ]
    assert (left[0].actor, left[0].acting_as) == (None, "machine")


def test_again_the_same_day_leaves_nothing(world: World) -> None:
    recompute_standing(agreement=world.agreement, at=NOW)
    with no_trace():
        assert recompute_standing(agreement=world.agreement, at=NOW + HOUR) == []


def test_while_in_force_the_period_grows_by_the_day(world: World) -> None:
    recompute_standing(agreement=world.agreement, at=NOW)
    assert len(recompute_standing(agreement=world.agreement, at=NOW + 24 * HOUR)) == 2
    after = NOW + timedelta(days=60)  # the text has ended: the period grows no more
    recompute_standing(agreement=world.agreement, at=after)
    with no_trace():
        assert recompute_standing(agreement=world.agreement, at=after + 48 * HOUR) == []


def test_an_open_case_widens_the_bounds_of_the_accused_alone(world: World) -> None:
    an_incident(world)
    arm, aze = standing_lines(world.agreement.pk)
    assert (arm.decided, arm.bound_low, arm.bound_high, arm.open_against) == (0, 0, 1, 1)
    assert (aze.bound_low, aze.bound_high) == (0, 0)
    assert arm.n_admissible == arm.n_open == 1
    assert arm.comparison == "too few incidents have been decided"


def test_what_lies_outside_the_agreement_does_not_count(world: World) -> None:
    incident = an_incident(world)
    Incident.objects.filter(pk=incident.pk).update(admissibility="inadmissible")
    assert incident_facts(world.agreement.pk) == []


def test_an_unknown_actor_counts_against_nobody(world: World) -> None:
    an_incident(world, a_draft(world))
    assert [fact.accused for fact in incident_facts(world.agreement.pk)] == [()]
    assert [line.open_against for line in standing_lines(world.agreement.pk)] == [0, 0]


def test_covered_hours_are_counted_once(world: World) -> None:
    for user in (world.filer, world.witness):
        watch = start_watch(
            agreement=world.agreement, place=world.ganja, means="saw", by=user, at=NOW
        )
        end_watch(watch=watch, by=user, at=NOW + 6 * HOUR)
    recompute_standing(agreement=world.agreement, at=LATER)
    row = Standing.objects.filter(party=world.armenia).get()
    assert row.coverage_hours == 6
    assert row.period_hours == (LATER - row.period_from).total_seconds() / 3600
