"""Whose score enters the expected breaches: what a clause prohibits and no panel has."""

from tests import factories as f
from tests.factories import World
from verification.standing.actions import incident_facts


def facts_of(world: World, act: str) -> float:
    """Return what an undecided incident of this act adds to Armenia's expected breaches."""
    f.an_incident(world, f.an_allegation(world, world.mod_azerbaijan, "ARM", act=act))
    (fact,) = incident_facts(world.agreement.pk)
    return fact.p.get("ARM", 0.0)


def test_a_prohibited_act_counts_by_its_score(world: World) -> None:
    assert facts_of(world, "shelling") > 0.3


def test_an_act_without_a_clause_adds_nothing(world: World) -> None:
    assert facts_of(world, "drone_flight") == 0.0


def test_what_a_panel_has_before_it_adds_nothing(world: World) -> None:
    incident = f.an_incident(world)
    f.a_case(world, incident)
    (fact,) = incident_facts(world.agreement.pk)
    assert fact.p == {}
    assert fact.accused == ("ARM",)
