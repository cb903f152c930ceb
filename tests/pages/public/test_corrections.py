"""A finding that was corrected: both versions, what changed and why, on the page and by machine."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from reports.journal.kinds import Kind
from reports.journal.models import Event
from tests.factories import World, a_case, seal_all, settle, some_answers
from tests.second_round import (
    MONTHS_LATER,
    NOT_ATTRIBUTED,
    REASON,
    WHY,
    a_decided,
    a_finding_of_others,
    a_reserve,
    asked,
    linked_late,
)
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.answers import Answers
from verification.corroboration.actions import lapse_overdue_positions
from verification.publication.actions import publish_correction
from verification.publication.models import Correction, Finding
from verification.reopening.actions import admit_reopening, refuse_reopening
from verification.reopening.models import Reopening

SECOND = MONTHS_LATER + timedelta(days=4)  # the second hearing is over


def shown(answer: Any) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def reopened(world: World) -> str:
    """Reopen a decided case because of an independent finding; return the incident's code."""
    decision = a_decided(world)
    reserve = a_reserve(world)
    linked_late(world, a_finding_of_others(world, reserve.inquiry), decision.incident)
    flagged = Reopening.objects.get(asker="rule")
    admit_reopening(reopening=flagged, reason=REASON, by=reserve.deputy, at=MONTHS_LATER)
    settle()
    return str(decision.incident.code)


def decided_again(world: World, code: str, answers: Answers) -> None:
    incident = Finding.objects.get(code=f"{code}-F1").incident
    case = a_case(world, incident, at=SECOND)
    seal_all(case, answers, at=SECOND)
    lapse_overdue_positions(at=SECOND)
    decide_case(case=case, reasons="With the new finding.", by=world.chair, at=SECOND)
    settle()


@pytest.mark.django_db
def test_while_it_is_reopened_the_finding_is_in_question(world: World, client: Client) -> None:
    code = reopened(world)
    text = shown(client.get(f"/findings/{code}-F1/"))
    assert "This case has been reopened." in text
    assert REASON in text
    assert "An independent body found otherwise" in text
    body = client.get(f"/api/v1/findings/{code}-F1").json()
    assert (body["in_question"], body["corrected_by"], body["corrects"]) == (True, None, None)
    assert [row["state"] for row in body["requests"]] == ["admitted"]
    assert body["requests"][0]["asked_at"] is None  # when a report came in is nobody's business


@pytest.mark.django_db
def test_both_versions_stand_side_by_side(world: World, client: Client) -> None:
    code = reopened(world)
    decided_again(world, code, some_answers())
    first, second = (shown(client.get(f"/findings/{code}-F{n}/")) for n in (1, 2))
    assert "This version has been superseded." in first
    assert "not attributable" in first and "This case has been reopened." not in first
    assert f"This finding takes the place of {code}-F1, which stays readable." in second
    assert "Another panel judged the case again and came to other answers." in second
    assert REASON in second
    heard = first[first.index("The accused") :].split("In their words")[0]
    again = second[second.index("The accused") :].split("In their words")[0]
    assert heard.count("did not answer in time") == 1 and "heard again" not in heard
    assert again.count("did not answer in time") == 2 and again.count("heard again") == 1
    assert again.count("Armenia") == 1  # one party with two answers by date, not two parties
    assert "As the ballots say, all three." in second  # the first reasons, word for word
    row = second[second.index("Both decisions side by side") :]
    assert row.index("Not attributable") < row.index("Attributed to a party")

    corrections = client.get("/api/v1/corrections").json()
    assert corrections["count"] == 1
    one = corrections["results"][0]
    assert (one["finding"], one["corrects"]) == (f"{code}-F2", f"{code}-F1")
    changed = {row["question"]: (row["before"], row["after"]) for row in one["changes"]}
    assert changed["attribution"] == ("not_attributable", "attributed")
    assert changed["parties"] == ([], ["ARM"])
    assert "occurrence" not in changed
    assert one["request"]["reason"] == REASON
    body = client.get(f"/api/v1/findings/{code}-F1").json()
    assert body["corrected_by"] == one
    assert body["in_question"] is False


@pytest.mark.django_db
def test_a_decision_that_is_upheld_says_so(world: World, client: Client) -> None:
    code = reopened(world)
    decided_again(world, code, NOT_ATTRIBUTED)
    assert Correction.objects.get().changes == []
    assert "answered every question as the first did" in shown(client.get(f"/findings/{code}-F2/"))


@pytest.mark.django_db
def test_it_is_published_once(world: World) -> None:
    code = reopened(world)
    assert not Correction.objects.exists()  # the first version corrects nothing
    decided_again(world, code, some_answers())
    finding = Finding.objects.get(code=f"{code}-F2")
    assert publish_correction(finding=finding, at=SECOND) is None
    assert Correction.objects.count() == 1
    assert Event.objects.filter(kind=Kind.CORRECTION_PUBLISHED).count() == 1


@pytest.mark.django_db
def test_what_is_public_of_a_request(world: World, client: Client) -> None:
    decision = a_decided(world)
    reserve = a_reserve(world)
    of_party = asked(world, decision)
    asked(world, decision, by=world.reviewer_spare)
    page = f"/findings/{decision.incident.code}-F1/"
    text = shown(client.get(page))
    assert "asked by" in text and "Armenia" in text
    assert WHY not in text  # what a party wrote to the chair
    assert "A reviewer" not in text  # before it is answered nobody learns that one asked
    refuse_reopening(reopening=of_party, reason=REASON, by=reserve.deputy, at=MONTHS_LATER)
    settle()
    assert REASON in shown(client.get(page))
    assert "reserve" not in shown(client.get(page)) and "deputy" not in shown(client.get(page))
