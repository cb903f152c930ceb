"""A panel asks the author of a report: all of it read the same, and no member learns who."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.people.models import User
from reports.problems import Invalid, MoveRefused, NotFound
from reports.questions.actions import AnswerDraft, answer_question, withdraw_question
from reports.questions.models import Question
from reports.questions.rules import QuestionDraft
from tests.factories import (
    LATER,
    NOW,
    World,
    a_case,
    a_decided_incident,
    an_accepted_report,
    seal_all,
    settle,
)
from tests.proofs import one_event, refused
from verification.adjudication.actions.questions import put_question
from verification.adjudication.models import Case
from verification.adjudication.queries import case_for_reviewer, grown_at, may_vote_again
from verification.api.case_shown import case_shown
from verification.notifications.models import Notification
from verification.scoring.models import Score

ASKED = QuestionDraft("From which direction did the sound come?")


@pytest.fixture
def case(world: World) -> Case:
    return a_case(world)


def put(case: Case, by: User, draft: QuestionDraft = ASKED) -> Question:
    report = case.incident.links.get().report
    return put_question(case=case, report=report, draft=draft, by=by, at=NOW)


def answer(question: Question) -> None:
    draft = AnswerDraft(uuid.uuid4(), "From the south, over the river.")
    answer_question(question=question, draft=draft, by=question.report.filed_by, at=LATER)


def test_all_of_the_panel_read_it_and_nobody_reads_who_asked(world: World, case: Case) -> None:
    with one_event(Kind.QUESTION_PUT) as left:
        asked = put(case, world.reviewer_arm)
    assert left[0].file_id == case.incident_id
    file = case_for_reviewer(world.reviewer_aze, case.pk)
    assert file.questions == [asked]
    shown = json.dumps(case_shown(file, at=NOW)["questions"], default=str)
    for secret in (world.reviewer_arm, asked.report.filed_by):
        assert secret.username not in shown and str(secret.pk) not in shown


def test_who_does_not_sit_or_has_not_declared_cannot_ask(world: World) -> None:
    case = a_case(world)
    seated = set(case.seats.values_list("reviewer__username", flat=True))
    others = {"chair", "reviewer-arm", "reviewer-aze", "reviewer-spare"} - seated
    for name in others:
        with refused(NotFound):
            put(case, User.objects.get(username=name))
    case.seats.filter(reviewer=world.reviewer_arm).update(declared_at=None)
    with refused(NotFound):
        put(case, world.reviewer_arm)


def test_only_about_what_is_on_the_file(world: World, case: Case) -> None:
    other = an_accepted_report(world)
    with refused(NotFound):
        put_question(case=case, report=other, draft=ASKED, by=world.reviewer_arm, at=NOW)
    with refused(Invalid, "text"):
        put(case, world.reviewer_arm, QuestionDraft("Hm?"))


def test_not_after_the_decision(world: World) -> None:
    incident = a_decided_incident(world)
    with refused(MoveRefused):
        put(Case.objects.get(incident=incident), world.reviewer_arm)


def test_only_the_reviewer_who_asked_takes_it_back(world: World, case: Case) -> None:
    asked = put(case, world.reviewer_arm)
    with refused(Invalid):
        withdraw_question(question=asked, by=world.reviewer_aze, at=NOW)
    with one_event(Kind.QUESTION_WITHDRAWN):
        withdraw_question(question=asked, by=world.reviewer_arm, at=NOW)


def test_an_answer_is_new_material_a_question_is_not(world: World, case: Case) -> None:
    before = grown_at(case.incident)
    asked = put(case, world.reviewer_arm)
    seal_all(case)
    assert grown_at(case.incident) == before
    answer(asked)
    assert grown_at(case.incident) == LATER
    assert may_vote_again(world.reviewer_aze, case)


def test_an_answer_moves_no_score(world: World, case: Case) -> None:
    settle()
    scores = Score.objects.filter(incident=case.incident)
    before = list(scores.values_list("pk", "inputs_hash"))
    assert before
    answer(put(case, world.reviewer_arm))
    settle()
    assert list(scores.values_list("pk", "inputs_hash")) == before


class TestWhoIsTold:
    def told(self, topic: str) -> set[str]:
        rows = Notification.objects.filter(topic=topic)
        return set(rows.values_list("user__username", flat=True))

    def test_the_author_is_and_not_by_whom(self, world: World, case: Case) -> None:
        asked = put(case, world.reviewer_arm)
        settle()
        assert self.told("question_to_you") == {asked.report.filed_by.username}
        row = Notification.objects.get(topic="question_to_you")
        assert (row.key, row.as_role) == (asked.report.receipt, "")

    def test_no_panel_before_all_its_ballots_are_open(self, world: World, case: Case) -> None:
        first, second = put(case, world.reviewer_arm), put(case, world.reviewer_aze)
        answer(first)
        settle()
        assert not self.told("look_again")
        seal_all(case)
        settle()
        answer(second)
        settle()
        seated = set(case.seats.values_list("reviewer__username", flat=True))
        assert self.told("look_again") == seated


def test_pages_show_the_day_of_an_answer_and_no_name(world: World, case: Case, client) -> None:  # type: ignore[no-untyped-def]
    asked = put(case, world.reviewer_arm)
    answer(asked)
    client.force_login(world.reviewer_aze)
    page = client.get(reverse("review-case", args=[case.pk])).content.decode()
    part = page.split('id="questions"', 1)[1].split("</section>", 1)[0]
    assert "From the south, over the river." in part
    assert "16 Oct 2020" in part and "12:00" not in part
    for person in (world.reviewer_arm, asked.report.filed_by):
        assert person.username not in part and person.pseudonym not in part
    assert timedelta(days=4) == LATER - NOW
    assert not Event.objects.filter(kind=Kind.QUESTION_PUT, payload__has_key="text").exists()
