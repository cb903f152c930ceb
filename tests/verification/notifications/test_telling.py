"""Who is told of what: each once, nobody of what they may not know, and no words that name."""

from __future__ import annotations

import re
from typing import Any

import pytest

from reports.intake.actions import accept_report, reject_report
from reports.journal.kinds import Kind
from reports.journal.models import Event, Job
from reports.people.actions import grant_role, register_user, revoke_role
from reports.people.models import User
from tests.factories import (
    LATER,
    NOW,
    World,
    a_ballot,
    a_case,
    a_decided_incident,
    a_draft,
    a_recommendation,
    a_report,
    an_accepted_report,
    an_incident,
    settle,
)
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.panels import recuse_reviewer
from verification.caseload.actions import escalate_overdue
from verification.corroboration.actions import (
    Answer,
    StatementDraft,
    answer_notice,
    give_statement,
    lapse_overdue_positions,
)
from verification.flow import FLOW, tell_people
from verification.incidents.actions import open_incident
from verification.notifications.actions import set_preferences, tell
from verification.notifications.audience import AUDIENCES, NOT_TOLD
from verification.notifications.models import Notification
from verification.notifications.queries import inbox, unread_count
from verification.notifications.topics import TOPICS


def told(user: User) -> list[str]:
    """Return what a person was told, oldest first."""
    rows = inbox(user, at=LATER).order_by("told_at", "event_id")
    return list(rows.values_list("topic", flat=True))


def everybody() -> dict[str, list[str]]:
    users = User.objects.order_by("username")
    return {user.username: topics for user in users if (topics := told(user))}


class TestReports:
    def test_triage_hears_of_a_filing_and_nobody_else(self, world: World) -> None:
        report = a_report(world)
        settle()
        assert everybody() == {"triage": ["report_to_triage"]}
        accept_report(report=report, by=world.triage, at=NOW)
        settle()
        assert everybody() == {"triage": ["report_to_triage"], "filer": ["report_accepted"]}

    def test_the_author_hears_of_a_rejection(self, world: World) -> None:
        report = a_report(world)
        reject_report(report=report, reason="Twice the same.", by=world.triage, at=NOW)
        settle()
        assert told(world.filer) == ["report_rejected"]
        assert inbox(world.filer, at=LATER).first().about == report.receipt  # type: ignore[union-attr]

    def test_whoever_did_it_is_not_told(self, world: World) -> None:
        a_report(world, a_draft(world), by=world.triage)
        settle()
        assert everybody() == {}

    def test_monitors_hear_of_an_incident_they_did_not_report(self, world: World) -> None:
        report = an_accepted_report(world)
        open_incident(report=report, why="First.", by=world.triage, at=NOW)
        settle()
        assert "incident_to_corroborate" not in told(world.filer)
        for user in (world.witness, world.colleague):
            assert told(user) == ["incident_to_corroborate"]
        assert told(world.chair) == ["incident_opened"]


class TestTheAccused:
    def test_only_its_own_liaison_hears(self, world: World) -> None:
        an_incident(world)
        assert told(world.liaison_arm) == ["accused"]
        assert told(world.liaison_aze) == []
        lapse_overdue_positions(at=LATER)
        settle()
        assert told(world.liaison_arm) == ["accused", "silence_recorded"]
        assert "answer_missing" in told(world.chair)

    def test_recommendations_and_their_answers(self, world: World) -> None:
        one = a_recommendation(world)
        settle()
        assert told(world.liaison_arm)[-1] == "recommended"
        escalate_overdue(at=one.due_at)
        settle()
        assert told(world.liaison_arm)[-1] == "recommendation_overdue"
        assert told(world.liaison_aze) == []


class TestThePanel:
    def seat(self, case: Any, n: int) -> User:
        return case.seats.select_related("reviewer").order_by("number")[n].reviewer

    def test_no_ballot_is_told_before_all_are_sealed(self, world: World) -> None:
        case = a_case(world)
        settle()
        before = everybody()
        for n in range(2):
            seal_ballot(case=case, draft=a_ballot(case), by=self.seat(case, n), at=NOW)
            settle()
            assert everybody() == before
        seal_ballot(case=case, draft=a_ballot(case), by=self.seat(case, 2), at=NOW)
        settle()
        new = {name: topics[len(before.get(name, [])) :] for name, topics in everybody().items()}
        new = {name: topics for name, topics in new.items() if topics}
        others = {self.seat(case, n).username for n in range(2)}  # the last one knows
        assert {name for name in new if name != "chair"} | {"chair"} == others | {"chair"}
        assert {topic for topics in new.values() for topic in topics} <= {
            "ballots_open",
            "all_ballots_sealed",
        }

    def test_two_ballots_sealed_before_anybody_looked_are_told_once(self, world: World) -> None:
        case = a_case(world)
        for n in range(3):
            seal_ballot(case=case, draft=a_ballot(case), by=self.seat(case, n), at=NOW)
        settle()
        first = told(self.seat(case, 0))
        assert first.count("ballots_open") == 1

    def test_a_statement_or_a_link_tells_no_reviewer(self, world: World) -> None:
        """Its minute could name the monitor; the file shows reviewers only its day."""
        case = a_case(world)
        settle()
        before = everybody()
        draft = StatementDraft("occurred", "supports", "eyewitness", "I saw it from a balcony.")
        give_statement(incident=case.incident, draft=draft, by=world.witness, at=NOW)
        settle()
        assert everybody() == before

    def test_an_answer_tells_those_who_still_vote(self, world: World) -> None:
        case = a_case(world)
        seal_ballot(case=case, draft=a_ballot(case), by=self.seat(case, 0), at=NOW)
        answer = Answer("denies", "no_forces_there", "We were not there at all.")
        notice = case.incident.positions.get()
        answer_notice(position=notice, answer=answer, by=world.liaison_arm, at=NOW)
        settle()
        assert "party_answered" not in told(self.seat(case, 0))
        for n in (1, 2):  # a chair who sits is told as the chair
            assert {"party_answered", "answer_given"} & set(told(self.seat(case, n)))

    def test_the_one_who_takes_a_seat_is_told(self, world: World) -> None:
        organisation = world.partner.organisation
        new = register_user(
            username="new",
            display_name="",
            organisation=organisation,
            password=None,
            by=None,
            at=NOW,
        )
        grant_role(user=new, role="reviewer", agreement=None, by=None, at=NOW)
        case = a_case(world)
        settle()
        leaving = case.seats.get(alignment="").reviewer
        recuse_reviewer(case=case, reason="A cousin of mine.", by=leaving, at=NOW)
        settle()
        seat = case.seats.select_related("reviewer").get(alignment="", recused_at=None)
        assert told(seat.reviewer).count("seated") == 1

    def test_only_those_who_owe_a_ballot_hear_that_it_is_late(self, world: World) -> None:
        case = a_case(world)
        seal_ballot(case=case, draft=a_ballot(case), by=self.seat(case, 0), at=NOW)
        settle()
        late = case.ballots_due_at
        escalate_overdue(at=late)
        settle(at=late)
        owing = {self.seat(case, n).pk for n in (1, 2)}
        rows = Notification.objects.filter(topic="ballot_overdue")
        assert set(rows.values_list("user_id", flat=True)) == owing
        chairs = Notification.objects.filter(topic="step_overdue").values_list("user_id", "about")
        code, owes = case.incident.code, world.chair.pk in owing  # then it is told that instead
        assert list(chairs) == ([] if owes else [(world.chair.pk, code)])


def test_a_finding_reaches_those_it_concerns(world: World) -> None:
    a_decided_incident(world)
    assert "finding_on_accused" in told(world.liaison_arm)
    assert "finding_on_yours" in told(world.filer)
    for user in (world.publisher, world.partner):
        assert "finding_published" in told(user)
    assert told(world.liaison_aze) == []
    assert "panel_decided" in told(world.reviewer_arm)


class TestOnce:
    def test_an_event_told_again_changes_nothing(self, world: World) -> None:
        a_report(world)
        settle()
        event = Event.objects.get(kind=Kind.REPORT_FILED)
        tell_people(event=event, at=LATER)
        assert told(world.triage) == ["report_to_triage"]
        assert Job.objects.filter(event=event, handler="tell_people").count() == 1

    def test_every_audience_is_in_the_flow(self) -> None:
        assert {kind for kind, after in FLOW.items() if tell_people in after} == set(AUDIENCES)

    def test_of_every_kind_somebody_or_nobody_is_told(self) -> None:
        assert not NOT_TOLD & set(AUDIENCES)
        assert NOT_TOLD | set(AUDIENCES) == set(Kind)


class TestWhatShows:
    def test_what_was_told_under_a_role_goes_with_it(self, world: World) -> None:
        a_report(world)
        settle()
        assert told(world.triage) == ["report_to_triage"]
        revoke_role(grant=world.triage.grants.get(), by=None, at=NOW)
        settle()
        assert told(world.triage) == ["role_revoked"]
        assert Notification.objects.filter(user=world.triage, topic="report_to_triage").exists()
        grant_role(user=world.triage, role="triage", agreement=None, by=None, at=NOW)
        assert told(world.triage) == ["report_to_triage", "role_revoked"]

    def test_what_was_turned_off_is_not_told_but_a_seat_always_is(self, world: World) -> None:
        quiet = {"digest": "off", "language": "en", "at": NOW}
        set_preferences(muted=["report_to_triage"], by=world.triage, **quiet)
        a_report(world)
        case = a_case(world)
        settle()
        assert "report_to_triage" not in told(world.triage)
        assert "seated" in told(case.seats.first().reviewer)  # type: ignore[union-attr]

    def test_the_count_of_unread_stops_at_a_hundred(self, world: World) -> None:
        for _n in range(3):
            a_report(world)
        settle()
        assert unread_count(world.triage, at=LATER) == 3
        assert unread_count(world.outsider, at=LATER) == 0

    @pytest.mark.parametrize("topic", TOPICS)
    def test_no_words_name_a_case_a_party_or_a_person(self, topic: str) -> None:
        words = str(TOPICS[topic].words)
        assert not re.search(r"NK20|ARM|AZE|Armenia|Azerbaijan|\d|%", words)

    def test_a_locked_account_is_told_nothing(self, world: World) -> None:
        User.objects.filter(pk=world.triage.pk).update(is_active=False)
        a_report(world)
        settle()
        event = Event.objects.get(kind=Kind.REPORT_FILED)
        assert tell(event=event, at=NOW) == 0
