"""The public register: pages and interface say the same, and nothing of who said it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import LATER, World, a_draft, a_recommendation, a_report, settle
from verification.recommendations.actions import report_compliance
from verification.recommendations.models import Recommendation
from verification.recommendations.rules import Evidence


def shown(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def issued(world: World, monkeypatch: pytest.MonkeyPatch) -> Recommendation:
    made = a_recommendation(world)
    monkeypatch.setattr(timezone, "now", lambda: made.due_at + timedelta(days=1))
    return made


def test_an_empty_register_says_what_will_stand_there(client: Client, world: World) -> None:
    assert "Nothing has been recommended yet" in shown(client.get("/recommendations/"))


def test_the_overdue_one_stands_first_and_is_a_fact(client: Client, issued: Recommendation) -> None:
    text = shown(client.get("/recommendations/?state=overdue&party=ARM"))
    assert issued.text in text and ">overdue<" in text
    assert issued.text not in shown(client.get("/recommendations/?party=AZE"))
    standings = shown(client.get("/standings/"))
    assert "state=overdue" in standings
    body = client.get("/api/v1/standings").json()["recommendations"]["ARM"]
    assert (body["issued"], body["overdue"]) == (1, 1)
    (row,) = client.get("/api/v1/recommendations").json()["results"]
    assert (row["code"], row["overdue"], row["state"]) == (issued.code, True, "issued")
    assert issued.code in shown(client.get(reverse("incident", args=[issued.incident.code])))


def test_nothing_tells_who_said_it_or_which_report(
    client: Client, world: World, issued: Recommendation
) -> None:
    own = a_report(world, a_draft(world), by=world.liaison_arm)
    pointed = (Evidence(receipt=own.receipt, note="What our people saw"),)
    said = "The guns were withdrawn on the ninth day."
    report_compliance(
        recommendation=issued, text=said, evidence=pointed, by=world.liaison_arm, at=LATER
    )
    settle()
    page = shown(client.get(reverse("recommendation", args=[issued.code])))
    body = client.get(reverse("api-recommendation", args=[issued.code]))
    assert said in page and "a report on file" in page
    assert body.json()["notes"][0]["evidence"] == [
        {"kind": "report", "code": "", "url": "", "words": "What our people saw"}
    ]
    for secret in (own.receipt, str(own.pk), "liaison-arm", str(world.liaison_arm.pk), "chair"):
        assert secret not in body.content.decode()
    assert own.receipt not in page and "liaison-arm" not in page


def test_what_is_not_there(client: Client, world: World) -> None:
    for address in ("/recommendations/NK20-9999-R1/", "/recommendations/?agreement=none"):
        assert client.get(address).status_code == 404
    assert client.get("/api/v1/recommendations/NK20-9999-R1").status_code == 404
    assert client.post("/recommendations/").status_code == 405
