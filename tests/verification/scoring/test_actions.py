"""A score is a row with all it rests on; nothing new makes no new row."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reports.journal.kinds import Kind
from reports.people.models import Alignment
from tests.factories import LATER, NOW, World, a_draft, an_allegation, an_incident, settle
from tests.proofs import no_trace, one_event
from verification.corroboration.actions import StatementDraft, give_statement
from verification.scoring.actions import rescore_incident
from verification.scoring.assemble import inputs_of
from verification.scoring.models import Score
from verification.scoring.queries import latest_score, latest_scores, scores_of
from verification.scoring.replay import differences, replay

SAW = StatementDraft("occurred", "supports", "eyewitness", "I saw it from my balcony.")


def test_it_is_written_by_the_drain(world: World) -> None:
    incident = an_incident(world)
    score = latest_score(incident)
    assert score is not None
    assert set(score.p) == {"ARM", "AZE", "other", "none"}
    assert sum(score.p.values()) == pytest.approx(1)
    assert (score.n_origins, score.n_statements) == (1, 1)


def test_the_event_does_not_carry_the_figures(world: World) -> None:
    incident = an_incident(world)
    give_statement(incident=incident, draft=SAW, by=world.witness, at=NOW)
    with one_event(Kind.INCIDENT_SCORED) as left:
        rescore_incident(incident=incident, at=LATER)
    assert left[0].payload == {"origins": 2}


def test_nothing_new_no_new_row(world: World) -> None:
    incident = an_incident(world)
    with no_trace():
        assert rescore_incident(incident=incident, at=LATER) == latest_score(incident)


def test_any_score_can_be_computed_again_from_what_it_keeps(world: World) -> None:
    incident = an_incident(world)
    give_statement(incident=incident, draft=SAW, by=world.witness, at=NOW)
    settle()
    found = scores_of(incident)
    assert len(found) == 2
    assert [differences(score, replay(score)) for score in found] == [[], []]


def test_a_side_s_own_word_is_set_apart(world: World) -> None:
    incident = an_incident(world)  # the only source speaks for Azerbaijan
    score = latest_score(incident)
    assert score.contributions[0]["aligned"]
    without = score.p_without_aligned
    assert without["ARM"] == pytest.approx(without["AZE"]) != score.p["ARM"]


@pytest.mark.parametrize(
    ("changes", "says", "party"),
    [
        ({}, "observed", ""),
        ({"accused_kind": "party", "accused_code": "ARM"}, "accuses", "ARM"),
        ({"accused_kind": "other"}, "accuses_other", ""),
    ],
)
def test_what_a_monitor_s_report_says(
    world: World, changes: dict[str, str], says: str, party: str
) -> None:
    incident = an_incident(world, a_draft(world, **changes))
    (item,) = inputs_of(incident)
    assert (item.says, item.party, item.group, item.public) == (says, party, "monitor", False)


@pytest.mark.parametrize(
    ("stance", "kind", "code", "says"),
    [
        ("alleges", "party", "AZE", "accuses"),
        ("admits", "party", "ARM", "admits"),
        ("denies", "nobody", "", "denies"),
    ],
)
def test_what_a_ministry_says(world: World, stance: str, kind: str, code: str, says: str) -> None:
    draft = replace(
        an_allegation(world, world.mod_armenia, "AZE"),
        stance=stance,
        accused_kind=kind,
        accused_code=code,
    )
    (item,) = inputs_of(an_incident(world, draft))
    assert (item.says, item.group, item.aligned, item.public) == (says, "ARM", True, True)


def test_who_changes_sides_counts_by_where_they_stood_when_they_spoke(world: World) -> None:
    """Nobody becomes neutral afterwards, and nobody is tainted by what they joined later."""
    organisation = world.mod_armenia.organisation
    Alignment.objects.filter(organisation=organisation).update(
        aligned_until=NOW + timedelta(days=1)
    )
    said = an_allegation(world, world.mod_armenia, "AZE")
    before = an_incident(world, said)
    assert [item.group for item in inputs_of(before)] == ["ARM"]
    Alignment.objects.filter(organisation=organisation).update(
        aligned_from=NOW + timedelta(hours=1)
    )
    assert [item.group for item in inputs_of(before)] == ["public"]


def test_newest_scores_in_one_go(world: World) -> None:
    incidents = [an_incident(world), an_incident(world)]
    newest = latest_scores([i.pk for i in incidents])
    assert newest == {i.pk: latest_score(i) for i in incidents}
    assert Score.objects.count() == 2
