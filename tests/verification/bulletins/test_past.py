"""The record as of an instant: read now it is what the caseload says; read back it stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from reports.intake.actions import accept_report, withdraw_report
from tests.factories import (
    LATER,
    NOW,
    World,
    a_report,
    an_accepted_report,
    an_allegation,
    an_incident,
    settle,
)
from tests.public_record import build_public_record
from tests.second_round import MONTHS_LATER
from verification.bulletins.incidents import past_incidents
from verification.bulletins.past import past_of
from verification.incidents.actions import link_report, merge_incidents, undo_merge, unlink_report
from verification.linking.actions import split_incident, undo_split
from verification.publication.assemble import case_book, public_faces

AFTER_ALL = MONTHS_LATER + timedelta(days=400)


class TestReadBack:
    """Each test does something later, and reads what stood before."""

    def test_a_report_withdrawn_later_still_stands(self, world: World) -> None:
        report = an_accepted_report(world)
        withdraw_report(report=report, by=world.filer, at=LATER)
        assert past_of(world.agreement, at=LATER).report_states[report.pk] == "accepted"
        later = past_of(world.agreement, at=LATER + timedelta(seconds=1))
        assert later.report_states[report.pk] == "withdrawn"

    def test_what_comes_at_the_instant_itself_is_not_in_it(self, world: World) -> None:
        report = a_report(world)
        assert not past_of(world.agreement, at=NOW).reports
        accept_report(report=report, by=world.triage, at=LATER)
        assert past_of(world.agreement, at=LATER).report_states[report.pk] == "filed"

    def test_a_link_ended_later_still_holds(self, world: World) -> None:
        incident, report = an_incident(world), an_accepted_report(world)
        link = link_report(
            report=report, incident=incident, why="Same night.", by=world.triage, at=NOW
        )
        unlink_report(link=link, why="Another night.", by=world.triage, at=LATER)
        assert report.pk in past_of(world.agreement, at=LATER).homes()
        assert report.pk not in past_of(world.agreement, at=LATER + timedelta(hours=1)).homes()

    def test_a_merge_and_its_undoing_are_dated(self, world: World) -> None:
        kept, absorbed = an_incident(world), an_incident(world)
        merge = merge_incidents(
            kept=kept, absorbed=absorbed, why="One event.", by=world.triage, at=LATER
        )
        undo_merge(merge=merge, by=world.triage, at=LATER + timedelta(days=1))
        steps = [timedelta(0), timedelta(hours=1), timedelta(days=2)]
        roots = [past_of(world.agreement, at=LATER + step).roots[absorbed.pk] for step in steps]
        assert roots == [absorbed.pk, kept.pk, absorbed.pk]

    def test_a_split_and_its_undoing_are_dated(self, world: World) -> None:
        incident, report = an_incident(world), an_accepted_report(world)
        link_report(report=report, incident=incident, why="Same night.", by=world.triage, at=NOW)
        split = split_incident(
            incident=incident,
            links=[report.links.get().pk],
            why="Two after all.",
            by=world.triage,
            at=LATER,
        )
        undo_split(split=split, by=world.triage, at=LATER + timedelta(days=1))
        between = past_of(world.agreement, at=LATER + timedelta(hours=1))
        assert between.homes()[report.pk] == split.created_id
        after = past_of(world.agreement, at=LATER + timedelta(days=2))
        assert after.homes()[report.pk] == incident.pk
        assert after.roots[split.created_id] == incident.pk

    def test_a_party_is_awaited_until_it_answers(self, world: World) -> None:
        incident = an_incident(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
        settle()
        past = past_of(world.agreement, at=NOW + timedelta(minutes=1))
        assert past.class_of_root(incident.pk) == "awaiting_party"

    def test_incidents_look_as_the_public_pages_show_them(self, world: World, publish: Any) -> None:
        record = build_public_record(world)
        publish()
        shown = {face.code: face for face in public_faces(case_book(world.agreement))}
        past = {one.code: one for one in past_incidents(past_of(world.agreement, at=AFTER_ALL))}
        assert (
            set(past)
            == set(shown)
            == {one.code for one in (record.decided, record.ruled, record.contested, record.hidden)}
        )
        for code, one in past.items():
            face = shown[code]
            assert (one.act, one.shape) == (face.act, face.shape)
            assert one.window == (
                face.window_from.isoformat(),
                face.window_until.isoformat(),
                face.precision,
            )
            assert (one.where["lat"], one.where["lon"]) == (face.lat, face.lon)
            assert one.accused == tuple(party.code for party in face.accused)
