"""The author's pages: a question shows in the list, with its report, and takes one answer."""

from __future__ import annotations

import html
import uuid
from typing import Any

import pytest
from django.test import Client

from reports.journal.kinds import Kind
from reports.questions.actions import expire_questions, withdraw_question
from reports.questions.models import Answer, Question
from tests.factories import LATER, NOW, World, a_draft, a_question, a_report
from tests.proofs import no_trace, one_event


@pytest.fixture
def filer(client: Client, world: World) -> Client:
    client.force_login(world.filer)
    return client


def shown(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def page_of(question: Question) -> str:
    return f"/reports/{question.report.receipt}/questions/{question.number}/"


def test_it_is_seen_where_one_looks_and_does_not_say_who_asks(filer: Client, world: World) -> None:
    question = a_question(world)
    listed = shown(filer.get("/reports/"))
    assert "1 question waits for your answer" in listed and page_of(question) in listed
    report = shown(filer.get(f"/reports/{question.report.receipt}/"))
    alone = shown(filer.get(page_of(question)))
    for page in (report, alone):
        assert question.text in page
        assert world.triage.pseudonym not in page and "panel asks" not in page


def test_an_answer_is_kept_once_and_shown_with_its_date(filer: Client, world: World) -> None:
    question = a_question(world)
    sent = {"client_uuid": str(uuid.uuid4()), "text": "From the kitchen."}
    with one_event(Kind.QUESTION_ANSWERED):
        done = filer.post(page_of(question), sent)
    assert done.status_code == 302 and done["Location"].endswith("#questions")
    with no_trace():
        assert filer.post(page_of(question), sent).status_code == 302
        assert filer.post(page_of(question), sent | {"text": "Else."}).status_code == 409
    assert "From the kitchen." in shown(filer.get(page_of(question)))
    assert "waits for your answer" not in shown(filer.get("/reports/"))
    assert Answer.objects.get().language == "en"


def test_what_was_typed_comes_back(filer: Client, world: World) -> None:
    question = a_question(world)
    with no_trace():
        back = filer.post(page_of(question), {"client_uuid": str(uuid.uuid4()), "text": " "})
    assert back.status_code == 422 and "data-summary" in shown(back)


def test_a_request_for_a_correction_leads_to_the_form(filer: Client, world: World) -> None:
    report = a_report(world)
    question = a_question(world, report, wants="correction")
    assert f"/reports/{report.receipt}/correct/" in shown(filer.get(page_of(question)))
    a_report(world, a_draft(world, supersedes=report.receipt))
    page = shown(filer.get(page_of(question)))
    assert "You filed a correction" in page and "<textarea" not in page


def test_a_silence_and_a_withdrawal_are_said_as_they_are(filer: Client, world: World) -> None:
    question = a_question(world)
    other = a_question(world, question.report)
    withdraw_question(question=other, by=world.triage, at=NOW)
    expire_questions(at=LATER.replace(year=2021))
    assert "marked as late" in shown(filer.get(page_of(question)))
    page = shown(filer.get(page_of(other)))
    assert "nothing more is needed" in page and "<textarea" not in page
    with no_trace():
        sent = {"client_uuid": str(uuid.uuid4()), "text": "From the kitchen."}
        assert filer.post(page_of(other), sent).status_code == 409


def test_triage_asks_and_reads_the_answer_beside_the_report(client: Client, world: World) -> None:
    report = a_report(world)
    client.force_login(world.triage)
    page = f"/triage/reports/{report.pk}/"
    form = client.get(page).context["ask_form"]
    about = form.fields["about"].choices[0][0]
    sent = {"do": "ask", "about": about, "text": "How far was it?", "wants": "words", "days": "3"}
    with one_event(Kind.QUESTION_ASKED):
        assert client.post(page, sent).status_code == 302
    with no_trace():
        short = client.post(page, sent | {"text": "How?"})
    assert short.status_code == 422 and "Ask in a sentence." in shown(short)
    assert "How far was it?" in shown(client.get(page))
