"""More time for an accused party: the chair's page, and where the party and the public read it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.factories import NOW, World, an_incident
from tests.pages.judgement.conftest import Browse, Clock
from tests.proofs import no_trace
from verification.corroboration.models import PartyPosition

MORE = {"hours": "24", "reason": "The roads to the unit were closed.", "version": 1, "do": "extend"}


@pytest.fixture
def notice(world: World) -> PartyPosition:
    return an_incident(world).positions.select_related("incident").get()


def url_of(notice: PartyPosition) -> str:
    return reverse("chair-notice", args=[notice.pk])


def shown(answer: Any) -> str:
    return answer.content.decode()


class TestPage:
    def test_it_says_what_will_follow_then_does_it_once(
        self, world: World, browse: Browse, notice: PartyPosition
    ) -> None:
        client, was_due = browse(world.chair), notice.due_at
        page = shown(client.get(url_of(notice)))
        assert "move the party’s deadline, once" in page
        assert "At most 72 hours" in page
        assert client.post(url_of(notice), MORE).status_code == 302
        notice.refresh_from_db()
        assert notice.due_at == was_due + timedelta(hours=24)
        after = shown(client.get(url_of(notice)))
        assert "was extended before" in after
        assert "<textarea" not in after
        with no_trace():
            assert client.post(url_of(notice), {**MORE, "version": 2}).status_code == 409

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"hours": ""}, "hours"),
            ({"hours": "0"}, "hours"),
            ({"hours": "73"}, "hours"),
            ({"hours": "a day"}, "hours"),
            ({"hours": "99999999999999"}, "hours"),
            ({"reason": "Snow."}, "reason"),
        ],
    )
    def test_each_wrong_entry_is_named(
        self,
        world: World,
        browse: Browse,
        notice: PartyPosition,
        changes: dict[str, str],
        field: str,
    ) -> None:
        with no_trace():
            refused = browse(world.chair).post(url_of(notice), MORE | changes)
        assert refused.status_code == 422
        assert f'href="#id_{field}"' in shown(refused)

    def test_nobody_else_reaches_it(
        self, cast: dict[str, Any], browse: Browse, notice: PartyPosition
    ) -> None:
        for name, user in cast.items():
            client = browse(user)
            expected = 200 if name == "chair" else 302 if user is None else 404
            assert client.get(url_of(notice)).status_code == expected, name
            if name != "chair":
                with no_trace():
                    assert client.post(url_of(notice), MORE).status_code == expected, name

    def test_after_the_deadline_there_is_no_form(
        self, world: World, browse: Browse, notice: PartyPosition, clock: Clock
    ) -> None:
        clock.at = NOW + timedelta(days=4)
        page = shown(browse(world.chair).get(url_of(notice)))
        assert "The time to answer is over." in page
        assert "<textarea" not in page


def test_party_and_public_read_the_new_deadline_and_its_reason(
    world: World, browse: Browse, notice: PartyPosition
) -> None:
    browse(world.chair).post(url_of(notice), MORE)
    liaison = browse(world.liaison_arm)
    assert "more time was given" in shown(liaison.get(reverse("notices")))
    for client, url in (
        (liaison, reverse("notice", args=[notice.pk])),
        (browse(None), reverse("incident", args=[notice.incident.code])),
        (browse(world.chair), reverse("chair-notice", args=[notice.pk])),
    ):
        assert "The roads to the unit were closed." in shown(client.get(url)), url


def test_the_chair_finds_the_way_there(world: World, browse: Browse, notice: PartyPosition) -> None:
    assert url_of(notice) in shown(browse(world.chair).get(reverse("chair")))
