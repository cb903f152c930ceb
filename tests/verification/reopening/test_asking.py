"""Who asks for a reopening, what the rule puts to the chair by itself, and taking it back."""

from datetime import timedelta

import pytest

from reports.intake.drafts import OriginDraft
from reports.journal.kinds import Kind
from reports.problems import Invalid, MoveRefused, NotAllowed, NotFound, StaleState
from tests.factories import NOW, World, an_incident, settle, some_answers
from tests.proofs import no_trace, one_event, refused
from tests.second_round import (
    MONTHS_LATER,
    WHY,
    Reserve,
    a_decided,
    a_finding_of_others,
    a_reserve,
    asked,
    linked_late,
)
from verification.adjudication.models import Decision
from verification.corroboration.actions import StatementDraft, give_statement
from verification.incidents.actions import open_incident
from verification.reopening.actions import (
    Request,
    ask_reopening,
    flag_reopening,
    withdraw_reopening,
)
from verification.reopening.models import Reopening


@pytest.fixture
def decision(world: World) -> Decision:
    return a_decided(world)


@pytest.fixture
def reserve(world: World, decision: Decision) -> Reserve:
    return a_reserve(world)  # granted after the panel was drawn: none of them sat on it


class TestAsking:
    def test_a_party_concerned_asks(self, world: World, decision: Decision) -> None:
        with one_event(Kind.REOPENING_ASKED) as left:
            reopening = asked(world, decision)
        assert (reopening.asker, reopening.party, reopening.number) == ("party", world.armenia, 1)
        assert (reopening.decision, reopening.first_decider) == (decision, world.chair)
        assert (reopening.ground, reopening.text) == ("new_evidence", WHY)
        assert left[0].file_id == decision.incident_id
        assert left[0].payload == {"number": 1, "ground": "new_evidence"}
        decision.incident.refresh_from_db()
        assert decision.incident.state == "decided"  # nothing moves before it is answered

    def test_the_accuser_s_side_and_a_reviewer_ask_too(
        self, world: World, decision: Decision
    ) -> None:
        assert asked(world, decision, by=world.liaison_aze).party == world.azerbaijan
        by_reviewer = asked(world, decision, by=world.reviewer_spare)
        assert (by_reviewer.asker, by_reviewer.party, by_reviewer.number) == ("reviewer", None, 2)

    def test_a_party_that_the_case_does_not_concern_may_not(
        self, world: World, decision: Decision
    ) -> None:
        world.liaison_arm.organisation.alignments.update(aligned_until=MONTHS_LATER)
        with refused(NotAllowed, saying="Only a party that this case concerns"):
            asked(world, decision)

    def test_only_a_decided_case(self, world: World, decision: Decision) -> None:
        decision.incident = an_incident(world)
        with refused(MoveRefused):
            asked(world, decision)

    def test_grounds_are_a_closed_list(self, world: World, decision: Decision) -> None:
        with refused(Invalid, "ground", "text"):
            ask_reopening(
                incident=decision.incident,
                request=Request("unfair", "We disagree."),
                by=world.liaison_arm,
                at=MONTHS_LATER,
            )

    def test_one_request_at_a_time(self, world: World, decision: Decision) -> None:
        first = asked(world, decision)
        with refused(StaleState, saying="already"):
            asked(world, decision)
        with one_event(Kind.REOPENING_WITHDRAWN):
            withdraw_reopening(reopening=first, by=world.liaison_arm, at=MONTHS_LATER)
        assert asked(world, decision).number == 2

    def test_only_who_asked_withdraws_and_once(self, world: World, decision: Decision) -> None:
        reopening = asked(world, decision)
        with refused(NotFound):
            withdraw_reopening(reopening=reopening, by=world.liaison_aze, at=MONTHS_LATER)
        withdraw_reopening(reopening=reopening, by=world.liaison_arm, at=MONTHS_LATER)
        with refused(MoveRefused):
            withdraw_reopening(reopening=reopening, by=world.liaison_arm, at=MONTHS_LATER)


class TestTheRule:
    def test_an_independent_finding_is_put_to_the_chair(
        self, world: World, decision: Decision, reserve: Reserve
    ) -> None:
        report = a_finding_of_others(world, reserve.inquiry)
        linked_late(world, report, decision.incident)
        flagged = Reopening.objects.get()
        assert (flagged.asker, flagged.asked_by, flagged.report) == ("rule", None, report)
        assert flagged.ground == "other_finding"
        assert "names who did" in flagged.text
        decision.incident.refresh_from_db()
        assert decision.incident.state == "decided"  # a rule asks; a person answers

    def test_once_for_a_report(self, world: World, decision: Decision, reserve: Reserve) -> None:
        report = a_finding_of_others(world, reserve.inquiry)
        linked_late(world, report, decision.incident)
        with no_trace():
            again = flag_reopening(incident=decision.incident, report=report, at=MONTHS_LATER)
        assert again is None

    def test_the_decision_s_facts_stay(
        self, world: World, decision: Decision, reserve: Reserve
    ) -> None:
        before = (decision.incident.window_from, decision.incident.window_until)
        moved = decision.incident.window_until + timedelta(hours=1)
        report = a_finding_of_others(world, reserve.inquiry, observed_until=moved)
        linked_late(world, report, decision.incident)
        decision.incident.refresh_from_db()
        assert (decision.incident.window_from, decision.incident.window_until) == before

    def test_a_side_s_word_is_not(self, world: World, decision: Decision) -> None:
        linked_late(world, a_finding_of_others(world, world.mod_azerbaijan), decision.incident)
        assert not Reopening.objects.exists()

    def test_a_copy_of_what_the_panel_had_is_not(self, world: World, reserve: Reserve) -> None:
        origin = OriginDraft(kind="investigation", key="inquiry-1")
        first = a_finding_of_others(world, reserve.inquiry, origin=origin)
        incident = open_incident(report=first, why="First.", by=world.triage, at=NOW)
        settle()
        incident.refresh_from_db()
        decided = a_decided(world, incident=incident)
        again = a_finding_of_others(world, reserve.inquiry, origin=origin)
        linked_late(world, again, decided.incident)
        assert not Reopening.objects.exists()

    def test_an_independent_witness_who_contradicts_is(
        self, world: World, reserve: Reserve
    ) -> None:
        decision = a_decided(world, some_answers())
        said = StatementDraft("actor", "contradicts", "site_visit", "The crater shows it.", "ARM")
        give_statement(incident=decision.incident, draft=said, by=world.witness, at=MONTHS_LATER)
        settle()
        flagged = Reopening.objects.get()
        assert (flagged.ground, flagged.asker) == ("new_evidence", "rule")
        assert flagged.statement is not None

    def test_a_witness_who_agrees_is_not(self, world: World, reserve: Reserve) -> None:
        decision = a_decided(world, some_answers())
        said = StatementDraft("actor", "supports", "site_visit", "The crater shows it.", "ARM")
        give_statement(incident=decision.incident, draft=said, by=world.witness, at=MONTHS_LATER)
        settle()
        assert not Reopening.objects.exists()

    def test_nothing_is_flagged_on_a_living_file(self, world: World, reserve: Reserve) -> None:
        incident = an_incident(world)
        linked_late(world, a_finding_of_others(world, reserve.inquiry), incident)
        assert not Reopening.objects.exists()
