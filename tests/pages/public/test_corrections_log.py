"""The corrections log: newest first, both versions, pages that no new correction shifts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from reports.people.models import User
from tests.factories import World
from tests.second_round import Reserve, a_correction, a_reserve
from verification.publication.corrections import correction_page
from verification.publication.models import Correction


@pytest.fixture
def three(world: World) -> list[Correction]:
    reserve = a_reserve(world)
    for day in range(1, 4):
        a_correction(world, reserve, days=day)
    return list(Correction.objects.order_by("-published_at", "-id"))


def reserve_of(world: World) -> Reserve:
    """Return the second chair that is there already."""
    deputy = User.objects.get(username="deputy")
    return Reserve(deputy, deputy, deputy, deputy, world.mod_armenia)


class TestPages:
    def test_each_correction_stands_on_exactly_one_page(
        self, world: World, three: list[Correction]
    ) -> None:
        seen: list[str] = []
        after = ""
        for _n in range(5):
            page = correction_page(world.agreement, after=after, most=1)
            seen += [entry.correction.finding for entry in page.entries]
            after = page.older
            if not after:
                break
        assert seen == [row.finding.code for row in three]

    def test_a_new_correction_moves_no_row_of_an_older_page(
        self, world: World, three: list[Correction]
    ) -> None:
        first = correction_page(world.agreement, most=1)
        before = correction_page(world.agreement, after=first.older, most=1)
        a_correction(world, reserve_of(world), days=9)
        assert correction_page(world.agreement, after=first.older, most=1) == before

    def test_an_unknown_mark_begins_at_the_newest(
        self, client: Client, three: list[Correction]
    ) -> None:
        page = client.get("/corrections/?after=NK20-9999-F2")
        assert [row["finding"] for row in page.context["rows"]] == [
            row.finding.code for row in three
        ]


class TestWhatItSays:
    def test_before_and_after_and_what_differs(
        self, client: Client, three: list[Correction]
    ) -> None:
        page = client.get("/corrections/")
        text = page.content.decode()
        for row in page.context["rows"]:
            assert row["finding"] in text and row["corrects"] in text
            assert row["upheld"] or row["changed"]

    def test_an_empty_log_says_so(self, client: Client, world: World) -> None:
        assert "Nothing has been corrected yet" in client.get("/corrections/").content.decode()

    def test_nothing_before_it_is_signed(self, client: Client, world: World, by_hand: Any) -> None:
        a_correction(world, a_reserve(world))
        assert client.get("/corrections/").context["rows"] == []
        by_hand()
        assert len(client.get("/corrections/").context["rows"]) == 1
