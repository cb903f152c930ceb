"""The accused is asked once, answers in time or late, or the clock records its silence."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.problems import Invalid, MoveRefused, NotAllowed, NotFound, StaleState
from tests.factories import (
    LATER,
    NOW,
    World,
    a_case,
    an_accepted_report,
    an_allegation,
    an_incident,
    seal_all,
    settle,
)
from tests.proofs import no_trace, one_event, refused
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.readiness import awaited_parties
from verification.corroboration.actions import (
    Answer,
    answer_notice,
    lapse_overdue_positions,
    lapse_position,
    notify_accused,
)
from verification.corroboration.models import PartyPosition
from verification.corroboration.queries import (
    accused_parties,
    notice_for,
    notices_for,
    overdue_positions,
)
from verification.incidents.actions import link_report
from verification.incidents.models import Incident
from verification.scoring.queries import latest_score
from verification.standing.queries import standing_lines

DENIES = Answer(position="denies", reason_code="no_forces_there", text="None of ours was there.")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def notice(world: World) -> PartyPosition:
    return an_incident(world).positions.get()


def answer(world: World, notice: PartyPosition, **changes: Any) -> PartyPosition:
    return answer_notice(
        position=notice, answer=replace(DENIES, **changes), by=world.liaison_arm, at=NOW
    )


class TestAsking:
    def test_every_accused_party_and_nobody_else(self, world: World) -> None:
        incident = an_incident(world)
        notice = incident.positions.get()
        assert notice.party == world.armenia
        assert accused_parties(incident) == [world.armenia]
        assert notice.due_at == notice.notified_at + timedelta(hours=72)
        event = Event.objects.get(kind=Kind.POSITION_REQUESTED)
        assert (event.actor, event.acting_as, event.payload) == (None, "clock", {"party": "ARM"})

    def test_once(self, world: World, notice: PartyPosition) -> None:
        with no_trace():
            assert notify_accused(incident=notice.incident, at=LATER) == []

    def test_who_is_accused_later_is_asked_then(self, world: World) -> None:
        incident = an_incident(world)
        against = an_accepted_report(world, an_allegation(world, world.mod_armenia, "AZE"))
        link_report(report=against, incident=incident, why="Same.", by=world.triage, at=NOW)
        settle()
        assert {p.party.code for p in incident.positions.all()} == {"ARM", "AZE"}

    def test_nobody_about_what_lies_plainly_outside(self, world: World) -> None:
        incident = an_incident(world)
        PartyPosition.objects.all().delete()
        Incident.objects.filter(pk=incident.pk).update(admissibility="inadmissible")
        with no_trace():
            assert notify_accused(incident=incident, at=NOW) == []


class TestAnswering:
    def test_one_answer_one_event(self, world: World, notice: PartyPosition) -> None:
        with one_event(Kind.POSITION_ANSWERED) as left:
            answer(world, notice, conceded_killed=0)
        notice.refresh_from_db()
        assert (notice.state, notice.position) == ("answered", "denies")
        assert notice.answered_by == world.liaison_arm
        assert left[0].payload["party"] == "ARM"
        assert awaited_parties(notice.incident) == []

    def test_it_moves_the_score(self, world: World, notice: PartyPosition) -> None:
        before = latest_score(notice.incident)
        answer(world, notice, position="admits", reason_code="")
        settle()
        after = latest_score(notice.incident)
        assert after.p["ARM"] > before.p["ARM"]
        assert standing_lines(world.agreement.pk)[0].admitted == 1

    def test_no_position_is_an_answer_too(self, world: World, notice: PartyPosition) -> None:
        answer(world, notice, position="no_position", reason_code="", text="")
        assert notice.state == "answered"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"position": ""}, "position"),
            ({"position": "maybe"}, "position"),
            ({"reason_code": ""}, "reason_code"),
            ({"reason_code": "weather"}, "reason_code"),
            ({"text": "x" * 5001}, "text"),
            ({"text": "no\x00"}, "text"),
            ({"conceded_killed": -1}, "conceded_killed"),
            ({"conceded_injured": 100_001}, "conceded_injured"),
        ],
        ids=lambda value: repr(value)[:60],
    )
    def test_what_needs_another_look(
        self, world: World, notice: PartyPosition, changes: dict[str, Any], field: str
    ) -> None:
        with refused(Invalid, field):
            answer(world, notice, **changes)

    def test_only_for_one_s_own_party(self, world: World, notice: PartyPosition) -> None:
        with refused(NotFound):
            answer_notice(position=notice, answer=DENIES, by=world.liaison_aze, at=NOW)
        assert notice_for(world.liaison_arm, str(notice.pk), at=NOW) == notice
        assert list(notices_for(world.liaison_arm, world.agreement, at=NOW)) == [notice]
        assert not notices_for(world.liaison_aze, world.agreement, at=NOW)
        for user, key in ((world.liaison_aze, notice.pk), (world.liaison_arm, "not-an-id")):
            with pytest.raises(NotFound):
                notice_for(user, key, at=NOW)

    def test_once(self, world: World, notice: PartyPosition) -> None:
        same = PartyPosition.objects.get(pk=notice.pk)
        answer(world, notice)
        with refused(StaleState):
            answer(world, same)
        with refused(MoveRefused):
            answer(world, notice)

    def test_not_after_the_decision(self, world: World, notice: PartyPosition) -> None:
        case = a_case(world, notice.incident)
        seal_all(case)
        lapse_overdue_positions(at=LATER)
        decide_case(case=case, reasons="As the ballots say, all of them.", by=world.chair, at=LATER)
        notice.refresh_from_db()
        with refused(MoveRefused, saying="The panel has decided"):
            answer(world, notice)


class TestSilence:
    def test_recorded_by_the_clock_after_the_deadline(
        self, world: World, notice: PartyPosition
    ) -> None:
        with one_event(Kind.POSITION_LAPSED) as left:
            assert lapse_overdue_positions(at=notice.due_at) == 1
        assert (left[0].actor, left[0].acting_as) == (None, "clock")
        notice.refresh_from_db()
        assert (notice.state, notice.lapsed_at) == ("lapsed", notice.due_at)
        assert awaited_parties(notice.incident) == []
        settle()
        assert standing_lines(world.agreement.pk)[0].silent == 1

    def test_never_before(self, world: World, notice: PartyPosition) -> None:
        with no_trace():
            assert lapse_overdue_positions(at=notice.due_at - MINUTE) == 0
        with refused(NotAllowed, saying="has not passed"):
            lapse_position(position=notice, at=notice.due_at - MINUTE)

    def test_again_and_again_changes_nothing(self, world: World, notice: PartyPosition) -> None:
        lapse_overdue_positions(at=LATER)
        with no_trace():
            assert lapse_overdue_positions(at=LATER) == 0
        assert overdue_positions(at=LATER) == []

    def test_who_answered_in_time_is_not_silent(self, world: World, notice: PartyPosition) -> None:
        answer(world, notice)
        with no_trace():
            assert lapse_overdue_positions(at=LATER) == 0

    def test_a_late_answer_is_still_heard(self, world: World, notice: PartyPosition) -> None:
        lapse_overdue_positions(at=LATER)
        notice.refresh_from_db()
        with one_event(Kind.POSITION_ANSWERED):
            answer_notice(position=notice, answer=DENIES, by=world.liaison_arm, at=LATER + MINUTE)
        assert (notice.state, notice.lapsed_at) == ("answered", LATER)

    def test_an_answer_in_the_same_moment_wins_or_loses_whole(
        self, world: World, notice: PartyPosition
    ) -> None:
        same = PartyPosition.objects.get(pk=notice.pk)
        answer(world, notice)
        with refused(StaleState):
            lapse_position(position=same, at=LATER)
