"""Seats at the browser: declaring one's interest first, replacing by rule, overriding."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from reports.journal.kinds import Kind
from tests.factories import NOW, World, a_ballot, a_case, an_incident
from tests.pages.judgement.conftest import Browse, Clock
from tests.pages.judgement.test_who_may import expected, statuses
from tests.proofs import no_trace, one_event
from tests.second_round import a_reserve
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.panels import open_case
from verification.adjudication.models import Case, Seat

WHY = "The mission lost contact with this reviewer a week ago."


def shown(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def seat_of(case: Case, side: str) -> Seat:
    return case.seats.select_related("reviewer").get(alignment=side, recused_at=None)


@pytest.fixture
def case(world: World) -> Case:
    a_reserve(world)
    return open_case(incident=an_incident(world), by=world.chair, at=NOW)


class TestInterest:
    def test_the_file_opens_only_after_it(self, world: World, browse: Browse, case: Case) -> None:
        seat = seat_of(case, "ARM")
        client = browse(seat.reviewer)
        file, interest = (reverse(n, args=[case.pk]) for n in ("review-case", "review-interest"))
        assert client.get(file)["Location"] == interest
        with no_trace():
            assert client.post(file, {"do": "seal"})["Location"] == interest
        page = shown(client.get(interest))
        assert "Does anything tie you to this case?" in page
        assert "Ministry of Defence of Azerbaijan" in page  # who speaks in public
        assert "The speaker said that the other side struck" not in page  # not the file itself
        with one_event(Kind.INTEREST_DECLARED):
            assert client.post(interest, {"do": "none"})["Location"] == file
        assert client.get(file).status_code == 200
        assert client.get(interest)["Location"] == file

    def test_a_conflict_seats_somebody_else(self, world: World, browse: Browse, case: Case) -> None:
        member = seat_of(case, "ARM").reviewer
        page = reverse("review-interest", args=[case.pk])
        with no_trace():
            short = browse(member).post(page, {"do": "conflict", "reason": "Yes"})
        assert short.status_code == 422
        with one_event(Kind.REVIEWER_RECUSED):
            browse(member).post(page, {"do": "conflict", "reason": "I wrote about this strike."})
        assert browse(member).get(page).status_code == 404
        assert seat_of(case, "ARM").reviewer != member

    def test_who_reaches_it(
        self, world: World, browse: Browse, cast: dict[str, Any], case: Case
    ) -> None:
        sitting = {
            name: 200
            for name, user in cast.items()
            if user and case.seats.filter(reviewer=user).exists()
        }
        url = reverse("review-interest", args=[case.pk])
        assert statuses(browse, cast, url) == expected(cast, 404, **sitting)
        with no_trace():
            first = seat_of(case, "ARM").reviewer
            assert browse(first).post(url, {"do": "nothing"}).status_code == 409


class TestReplacing:
    def test_the_button_shows_once_the_time_is_over_and_seats_another(
        self, world: World, browse: Browse, clock: Clock
    ) -> None:
        a_reserve(world)
        case = a_case(world)
        seat = seat_of(case, "ARM")
        page = reverse("chair-case", args=[case.pk])
        assert f"Replace seat {seat.number}" not in shown(browse(world.chair).get(page))
        with no_trace():
            early = browse(world.chair).post(page, {"replace": str(seat.number)})
        assert early.status_code == 422
        for side in ("", "AZE"):
            seal_ballot(case=case, draft=a_ballot(case), by=seat_of(case, side).reviewer, at=NOW)
        clock.at = case.ballots_due_at + timedelta(hours=1)
        text = shown(browse(world.chair).get(page))
        assert f"Replace seat {seat.number}" in text
        assert "The time for ballots passed without one from this seat." in text
        with one_event(Kind.REVIEWER_REPLACED):
            done = browse(world.chair).post(page, {"replace": str(seat.number)})
        assert done["Location"] == page
        assert seat_of(case, "ARM").reviewer != seat.reviewer
        assert "recused" in shown(browse(world.chair).get(page))

    @pytest.mark.parametrize("number", ["", "x", "-1", "99999", "9"])
    def test_a_seat_that_is_not_there(
        self, world: World, browse: Browse, case: Case, number: str
    ) -> None:
        page = reverse("chair-case", args=[case.pk])
        with no_trace():
            for name in ("replace", "override"):
                sent = {name: number, "why": WHY}
                assert browse(world.chair).post(page, sent).status_code == 404


class TestOverride:
    def test_only_with_a_reason_which_is_kept(
        self, world: World, browse: Browse, case: Case
    ) -> None:
        seat = seat_of(case, "ARM")
        page = reverse("chair-case", args=[case.pk])
        assert f"Vacate seat {seat.number}" in shown(browse(world.chair).get(page))
        with no_trace():
            short = browse(world.chair).post(page, {"override": seat.number, "why": "Too short"})
        assert short.status_code == 422
        assert "Too short" in shown(short)
        assert "Give the reason in at least 20 characters." in shown(short)
        with one_event(Kind.PANEL_OVERRIDDEN):
            browse(world.chair).post(page, {"override": seat.number, "why": WHY})
        assert WHY in shown(browse(world.chair).get(page))
