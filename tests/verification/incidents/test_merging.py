"""Merging and its undoing: afterwards both sides are as they were before."""

from datetime import timedelta
from typing import Any

import pytest

from reports.intake.drafts import Where
from reports.journal.kinds import Kind
from reports.problems import Invalid, MoveRefused, StaleState
from tests.factories import NOW, World, a_case, a_draft, an_allegation, an_incident, settle
from tests.proofs import one_event, refused
from verification.corroboration.actions import Answer, answer_notice, notify_accused
from verification.corroboration.models import PartyPosition
from verification.corroboration.queries import positions_by_incident, positions_on
from verification.incidents.actions import link_report, merge_incidents, undo_merge, unlink_report
from verification.incidents.models import Incident, Merge
from verification.incidents.queries import (
    linked_reports,
    member_ids,
    merges_of,
    root_of,
    roots_of,
)
from verification.linking.queries import merge_suggestions
from verification.scoring.queries import latest_score
from verification.standing.actions import incident_facts

HOUR = timedelta(hours=1)
WHY = "One strike, told twice."


def two(world: World) -> tuple[Incident, Incident]:
    """Return an incident that accuses Armenia and a sharper one that accuses Azerbaijan."""
    point = Where(kind="point", lat=40.69, lon=46.36, accuracy_m=40)
    kept = an_incident(world)
    absorbed = an_incident(world, an_allegation(world, world.mod_armenia, "AZE", where=point))
    return kept, absorbed


def merged(world: World, kept: Incident, absorbed: Incident) -> Merge:
    merge = merge_incidents(kept=kept, absorbed=absorbed, why=WHY, by=world.triage, at=NOW)
    settle()
    return merge


def picture(incident: Incident) -> dict[str, Any]:
    """Return all that a reader sees of an incident: state, facts, reports, newest score."""
    row = Incident.objects.filter(pk=incident.pk).values().get()
    del row["version"]
    score = latest_score(incident)
    return {
        **row,
        "reports": linked_reports(incident),
        "p": score.p if score else None,
        "inputs": score.inputs if score else None,
    }


def test_merging(world: World) -> None:
    kept, absorbed = two(world)
    with one_event(Kind.INCIDENTS_MERGED) as left:
        merge = merge_incidents(kept=kept, absorbed=absorbed, why=WHY, by=world.triage, at=NOW)
    settle()
    absorbed.refresh_from_db()
    assert (absorbed.state, absorbed.merged_into) == ("merged", kept)
    assert left[0].file_id == kept.pk
    assert kept.radius_m == 40  # the sharper place of the two
    assert len(linked_reports(kept)) == 2
    assert merges_of(kept) == [merge]
    assert root_of(absorbed) == kept
    assert set(member_ids(kept)) == {kept.pk, absorbed.pk}
    assert roots_of([kept.pk]) == {kept.pk: kept.pk, absorbed.pk: kept.pk}
    assert latest_score(kept).n_statements == 2


def test_undoing_restores_both_sides(world: World) -> None:
    kept, absorbed = two(world)
    before = picture(kept), picture(absorbed)
    merge = merged(world, kept, absorbed)
    assert picture(kept) != before[0]
    with one_event(Kind.MERGE_UNDONE):
        undo_merge(merge=merge, by=world.triage, at=NOW + HOUR)
    settle()
    assert (picture(kept), picture(absorbed)) == before
    assert merges_of(kept) == []


def test_undoing_a_chain_from_its_end(world: World) -> None:
    kept, absorbed = two(world)
    third = an_incident(world)
    before = [picture(i) for i in (kept, absorbed, third)]
    inner = merged(world, absorbed, third)
    outer = merged(world, kept, absorbed)
    assert root_of(Incident.objects.get(pk=third.pk)) == kept
    assert len(linked_reports(kept)) == 3
    with refused(MoveRefused):
        undo_merge(merge=inner, by=world.triage, at=NOW)  # the outer one first
    undo_merge(merge=outer, by=world.triage, at=NOW + HOUR)
    settle()
    undo_merge(merge=Merge.objects.get(pk=inner.pk), by=world.triage, at=NOW + 2 * HOUR)
    settle()
    assert [picture(i) for i in (kept, absorbed, third)] == before


class TestRefusals:
    def test_with_itself_or_across_agreements(self, world: World) -> None:
        kept, _absorbed = two(world)
        with refused(Invalid, "incident"):
            merge_incidents(kept=kept, absorbed=kept, why=WHY, by=world.triage, at=NOW)

    @pytest.mark.parametrize("why", ["", "  ", "x"])
    def test_without_a_reason(self, world: World, why: str) -> None:
        kept, absorbed = two(world)
        with refused(Invalid, "why"):
            merge_incidents(kept=kept, absorbed=absorbed, why=why, by=world.triage, at=NOW)

    def test_of_one_that_is_merged_already(self, world: World) -> None:
        kept, absorbed = two(world)
        third = an_incident(world)
        stale = Incident.objects.get(pk=absorbed.pk)
        merged(world, kept, absorbed)
        with refused(StaleState):
            merge_incidents(kept=third, absorbed=stale, why=WHY, by=world.triage, at=NOW)
        absorbed.refresh_from_db()
        with refused(MoveRefused):
            merge_incidents(kept=third, absorbed=absorbed, why=WHY, by=world.triage, at=NOW)
        with refused(MoveRefused, saying="must be open"):
            merge_incidents(kept=absorbed, absorbed=third, why=WHY, by=world.triage, at=NOW)

    def test_while_a_panel_has_either(self, world: World) -> None:
        kept, absorbed = two(world)
        a_case(world, kept)
        kept.refresh_from_db()
        with refused(MoveRefused):
            merge_incidents(kept=kept, absorbed=absorbed, why=WHY, by=world.triage, at=NOW)
        with refused(MoveRefused):
            merge_incidents(kept=absorbed, absorbed=kept, why=WHY, by=world.triage, at=NOW)

    def test_of_an_undoing_twice_or_too_late(self, world: World) -> None:
        kept, absorbed = two(world)
        merge = merged(world, kept, absorbed)
        undo_merge(merge=merge, by=world.triage, at=NOW)
        with refused(StaleState):
            undo_merge(merge=Merge.objects.get(pk=merge.pk), by=world.triage, at=NOW)
        for incident in (kept, absorbed):
            incident.refresh_from_db()
        again = merged(world, kept, absorbed)
        a_case(world, kept)
        with refused(MoveRefused, saying="no longer be undone"):
            undo_merge(merge=again, by=world.triage, at=NOW)


class TestTheFileAsAWhole:
    def test_a_report_leaves_through_the_absorbed_incident(self, world: World) -> None:
        kept, absorbed = two(world)
        merged(world, kept, absorbed)
        link = absorbed.links.get()
        unlink_report(link=link, why="Another event.", by=world.triage, at=NOW + HOUR)
        settle()
        kept.refresh_from_db()
        assert kept.radius_m == 5000  # the sharper place left with its report
        assert latest_score(kept).n_statements == 1

    def test_but_not_from_under_a_panel(self, world: World) -> None:
        kept, absorbed = two(world)
        merged(world, kept, absorbed)
        a_case(world, kept)
        with refused(MoveRefused, saying="A panel has this case"):
            unlink_report(link=absorbed.links.get(), why=WHY, by=world.triage, at=NOW)

    def test_no_party_is_asked_twice(self, world: World) -> None:
        kept, absorbed = two(world)
        merged(world, kept, absorbed)
        asked = PartyPosition.objects.count()
        assert notify_accused(incident=kept, at=NOW + HOUR) == []
        assert PartyPosition.objects.count() == asked == 2
        assert {p.party.code for p in positions_on(kept)} == {"ARM", "AZE"}
        assert positions_by_incident([kept])[kept.pk] == positions_on(kept)

    def test_a_party_answers_the_notice_it_got_for_the_absorbed_one(self, world: World) -> None:
        kept, absorbed = two(world)
        merged(world, kept, absorbed)
        notice = absorbed.positions.get()
        answer = Answer("denies", "no_forces_there", "We had no forces there.")
        Incident.objects.filter(pk=kept.pk).update(state="decided")
        with refused(MoveRefused, saying="The panel has decided"):
            answer_notice(position=notice, answer=answer, by=world.liaison_aze, at=NOW)
        Incident.objects.filter(pk=kept.pk).update(state="open")
        with one_event(Kind.POSITION_ANSWERED):
            answer_notice(position=notice, answer=answer, by=world.liaison_aze, at=NOW)

    def test_both_parties_accused_count_in_the_standing(self, world: World) -> None:
        kept, absorbed = two(world)
        merged(world, kept, absorbed)
        (fact,) = incident_facts(world.agreement.pk)
        assert fact.accused == ("ARM", "AZE")

    def test_suggestions_come_from_what_is_open(self, world: World) -> None:
        kept, absorbed = two(world)
        assert [s.incident for s in merge_suggestions(kept)] == [absorbed]
        merged(world, kept, absorbed)
        kept.refresh_from_db()
        assert merge_suggestions(kept) == []

    def test_a_new_report_joins_the_kept_one(self, world: World) -> None:
        from tests.factories import an_accepted_report
        from verification.incidents.actions import NotLinkable

        kept, absorbed = two(world)
        merged(world, kept, absorbed)
        absorbed.refresh_from_db()
        report = an_accepted_report(world, a_draft(world))
        with refused(NotLinkable):
            link_report(report=report, incident=absorbed, why=WHY, by=world.triage, at=NOW)
        link_report(report=report, incident=kept, why=WHY, by=world.triage, at=NOW)
        assert len(linked_reports(kept)) == 3
