"""How panels vote: the chair reads all rows, a reviewer their own, nobody else any."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tests.factories import LATER, World, a_case
from tests.pages.judgement.conftest import Browse, Clock
from tests.verification.adjudication.test_measures import decided

URL = "panel-figures"


def test_who_reads_it(world: World, browse: Browse, cast: dict[str, Any]) -> None:
    found = {name: browse(user).get(reverse(URL)).status_code for name, user in cast.items()}
    reviewers = dict.fromkeys(("chair", "reviewer_arm", "reviewer_aze", "reviewer_spare"), 200)
    assert found == dict.fromkeys(cast, 403) | {"anonymous": 302} | reviewers


def test_all_rows_for_the_chair_ones_own_for_a_reviewer(
    world: World, browse: Browse, clock: Clock
) -> None:
    decided(world, otherwise=world.reviewer_arm)
    clock.at = LATER
    chair = browse(world.chair).get(reverse(URL))
    text = chair.content.decode()
    for there in (
        "Between two reviewers",
        "reviewer-arm",
        "reviewer-aze",
        "far too few",
        "October 2020",
    ):
        assert there in text, there
    mine = browse(world.reviewer_arm).get(reverse(URL))
    own = mine.content.decode()
    assert "Your ballots beside the panels" in own
    assert "reviewer-aze" not in own
    assert "Between two reviewers" not in own
    assert mine.context["pairs"] == []
    assert [row["name"] for row in mine.context["reviewers"]] == ["reviewer-arm"]
    (lean,) = mine.context["reviewers"][0]["leans"]
    assert (lean["own"].count, lean["panel"].count, lean["noted"]) == (0, 1, False)


def test_before_anything_is_decided(world: World, browse: Browse) -> None:
    a_case(world)
    text = browse(world.chair).get(reverse(URL)).content.decode()
    assert "No case is decided yet." in text
    assert '<span class="muted reason">–</span>' in text


def test_unsealed_ballots_come_with_alpha(world: World, browse: Browse, clock: Clock) -> None:
    case = decided(world, otherwise=world.reviewer_arm)
    clock.at = LATER
    for user, name in ((world.chair, "chair-case"), (world.reviewer_aze, "review-case")):
        answer = browse(user).get(reverse(name, args=[case.pk]))
        rows = {row["question"]: row["alike"] for row in answer.context["alphas"]}
        assert rows["Attribution"] == "2 of 3 alike"
        assert "Agreement between reviewers" in answer.content.decode()
