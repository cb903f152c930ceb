"""The pages on which a chair recommends and assesses, and an addressee answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.factories import LATER, World, a_decided_incident, a_recommendation, an_incident
from tests.pages.judgement.conftest import Browse, Clock
from verification.recommendations.models import Recommendation

WORDS = "Withdraw the guns behind the line that the text draws."
LINK = "https://news.example/guns"


@pytest.fixture
def issued(world: World, clock: Clock) -> Recommendation:
    clock.at = LATER
    return a_recommendation(world)


def shown(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def work(one: Recommendation) -> str:
    return reverse("recommendation-work", args=[one.code])


def test_the_chair_issues_one(world: World, browse: Browse, clock: Clock) -> None:
    incident = a_decided_incident(world)
    clock.at = LATER
    chair, url = browse(world.chair), reverse("recommend", args=[incident.code])
    assert "Issue and publish" in shown(chair.get(url))
    wrong = shown(chair.post(url, {"party": "", "text": "Stop.", "due_on": "2020-11-30"}), 422)
    assert "Choose a party" in wrong and "Stop." in wrong
    typed = {"party": "AZE", "text": WORDS, "due_on": "2020-11-30"}
    made = chair.post(url, typed, follow=True)
    assert WORDS in shown(made)
    row = Recommendation.objects.get()
    assert (row.party.code, row.due_at.isoformat()) == ("AZE", "2020-11-30T19:59:59+00:00")


def test_not_on_an_open_incident(world: World, browse: Browse) -> None:
    incident = an_incident(world)
    url = reverse("recommend", args=[incident.code])
    assert "This incident has none now" in shown(browse(world.chair).get(url))
    assert browse(world.chair).post(url, {"party": "ARM", "text": WORDS}).status_code == 409
    assert not Recommendation.objects.exists()


def test_who_may_issue(world: World, browse: Browse, cast: dict[str, Any]) -> None:
    url = reverse("recommend", args=[a_decided_incident(world).code])
    found = {name: browse(user).get(url).status_code for name, user in cast.items()}
    assert found == dict.fromkeys(cast, 404) | {"chair": 200, "anonymous": 302}


def test_who_may_work_on_it(browse: Browse, cast: dict[str, Any], issued: Recommendation) -> None:
    found = {name: browse(user).get(work(issued)).status_code for name, user in cast.items()}
    assert found == dict.fromkeys(cast, 404) | {"chair": 200, "liaison_arm": 200, "anonymous": 302}
    posted = {name: browse(user).post(work(issued), {}).status_code for name, user in cast.items()}
    assert posted == dict.fromkeys(cast, 404) | {"chair": 422, "liaison_arm": 422, "anonymous": 302}
    assert not issued.notes.exists()


def test_the_party_accepts_then_reports_and_the_chair_finds(
    world: World, browse: Browse, issued: Recommendation
) -> None:
    liaison, chair = browse(world.liaison_arm), browse(world.chair)
    page = shown(liaison.get(work(issued)))
    assert "We accept it" in page and "The party complied" not in page
    accepted = {"answer": "accepted_by_party", "text": "We shall do it soon enough.", "version": 1}
    assert "We shall do it soon enough." in shown(liaison.post(work(issued), accepted, follow=True))
    stale = {**accepted, "answer": "declined_by_party"}
    assert liaison.post(work(issued), stale).status_code == 409
    empty = {"answer": "compliance_reported", "text": "The guns are withdrawn.", "version": 2}
    assert "Point to at least one" in shown(liaison.post(work(issued), empty), 422)
    done = {**empty, "item_1": LINK, "note_1": "The empty site"}
    assert LINK in shown(liaison.post(work(issued), done, follow=True))
    assert "The party complied" in shown(chair.get(work(issued)))
    found = {"verdict": "complied", "text": "A monitor saw the empty site.", "version": 3}
    assert "Complied with" in shown(chair.post(work(issued), found, follow=True))
    assert "Nothing is to be done" in shown(liaison.get(work(issued)))


def test_before_its_day_a_chair_can_only_withdraw(
    world: World, browse: Browse, clock: Clock, issued: Recommendation
) -> None:
    chair = browse(world.chair)
    page = shown(chair.get(work(issued)))
    assert "The recommendation is withdrawn" in page and "did not comply" not in page
    clock.at = issued.due_at + timedelta(hours=1)
    chair = browse(world.chair)  # the first session has run out
    assert "The party did not comply" in shown(chair.get(work(issued)))
    assert issued.incident.code in shown(chair.get(reverse("overdue")))
    typed = {"verdict": "recommendation_withdrawn", "text": "The decision was replaced since."}
    assert "Withdrawn by the mechanism" in shown(chair.post(work(issued), typed, follow=True))
