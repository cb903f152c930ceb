"""Reopenings at the browser: who reaches which page, asking, answering, a second person."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.urls import reverse

from reports.journal.kinds import Kind
from tests.factories import World
from tests.pages.judgement.conftest import Browse, Clock
from tests.pages.judgement.test_who_may import expected, statuses
from tests.proofs import no_trace, one_event
from tests.second_round import (
    MONTHS_LATER,
    REASON,
    WHY,
    Reserve,
    a_decided,
    a_finding_of_others,
    a_reserve,
    asked,
    linked_late,
)
from verification.adjudication.models import Decision
from verification.reopening.models import Reopening


def shown(answer: Any) -> str:
    return html.unescape(answer.content.decode())


@pytest.fixture
def decision(world: World, clock: Clock) -> Decision:
    clock.at = MONTHS_LATER
    return a_decided(world)


@pytest.fixture
def reserve(world: World, decision: Decision) -> Reserve:
    return a_reserve(world)


def page_of(row: Reopening) -> str:
    return reverse("reopening", args=[row.pk])


def send(browse: Browse, user: Any, row: Reopening, do: str, **typed: str) -> Any:
    row.refresh_from_db()
    data = {"do": do, "version": str(row.version), **typed}
    return browse(user).post(page_of(row), data)


class TestWhoReachesWhat:
    def test_each_page(
        self, world: World, browse: Browse, cast: dict[str, Any], decision: Decision
    ) -> None:
        row = asked(world, decision)
        liaisons = dict.fromkeys(("liaison_arm", "liaison_aze"), 200)
        reviewers = dict.fromkeys(("chair", "reviewer_arm", "reviewer_aze", "reviewer_spare"), 200)
        everybody = expected(cast, 403, **liaisons, **reviewers)
        assert statuses(browse, cast, reverse("reopenings")) == everybody
        ask = reverse("reopening-ask", args=[decision.incident.code])
        assert statuses(browse, cast, ask) == expected(cast, 404, **liaisons, **reviewers)
        own = expected(cast, 404, liaison_arm=200, chair=200)
        assert statuses(browse, cast, page_of(row)) == own

    def test_what_is_not_there_or_not_decided(
        self, world: World, browse: Browse, decision: Decision
    ) -> None:
        row = asked(world, decision)
        browser = browse(world.liaison_arm)
        assert browser.get(reverse("reopening", args=[decision.pk])).status_code == 404
        assert browser.get(reverse("reopening-ask", args=["NK20-9999"])).status_code == 404
        assert browse(world.liaison_aze).post(page_of(row), {"do": "withdraw"}).status_code == 404


class TestAsking:
    def test_a_liaison_asks_and_takes_it_back(
        self, world: World, browse: Browse, decision: Decision
    ) -> None:
        ask = reverse("reopening-ask", args=[decision.incident.code])
        with one_event(Kind.REOPENING_ASKED):
            answer = browse(world.liaison_arm).post(ask, {"ground": "not_heard", "text": WHY})
        row = Reopening.objects.get()
        assert answer["Location"] == page_of(row)
        assert WHY in shown(browse(world.liaison_arm).get(page_of(row)))
        assert decision.incident.code in shown(browse(world.liaison_arm).get(reverse("reopenings")))
        with one_event(Kind.REOPENING_WITHDRAWN):
            send(browse, world.liaison_arm, row, "withdraw")

    def test_what_was_typed_is_kept(self, world: World, browse: Browse, decision: Decision) -> None:
        ask = reverse("reopening-ask", args=[decision.incident.code])
        with no_trace():
            answer = browse(world.liaison_arm).post(ask, {"ground": "", "text": "Too short"})
        assert answer.status_code == 422
        assert "Too short" in shown(answer)
        assert "Choose the ground that comes nearest." in shown(answer)


class TestAnswering:
    def test_a_chair_without_a_hand_in_it_admits(
        self, world: World, browse: Browse, decision: Decision, reserve: Reserve
    ) -> None:
        row = asked(world, decision)
        assert "Answer the request" in shown(browse(reserve.deputy).get(page_of(row)))
        with one_event(Kind.REOPENING_ADMITTED):
            send(browse, reserve.deputy, row, "answer", proposal="admit", reason=REASON)
        assert REASON in shown(browse(world.liaison_arm).get(page_of(row)))
        assert decision.incident.code in shown(browse(world.chair).get(reverse("chair")))

    def test_the_first_decider_proposes_and_another_agrees(
        self, world: World, browse: Browse, decision: Decision, reserve: Reserve
    ) -> None:
        row = asked(world, decision)
        assert "You had a hand in this decision" in shown(browse(world.chair).get(page_of(row)))
        with one_event(Kind.REOPENING_PROPOSED):
            send(browse, world.chair, row, "answer", proposal="refuse", reason=REASON)
        with no_trace():
            assert send(browse, world.chair, row, "agree").status_code == 409
        assert "Agree: make this the answer" in shown(browse(reserve.neutral).get(page_of(row)))
        assert "Agree: make this the answer" not in shown(browse(reserve.arm).get(page_of(row)))
        with one_event(Kind.REOPENING_RETURNED):
            send(browse, reserve.neutral, row, "return")
        send(browse, world.chair, row, "answer", proposal="refuse", reason=REASON)
        with one_event(Kind.REOPENING_REFUSED):
            send(browse, reserve.neutral, row, "agree")

    def test_reasons_are_asked_for_and_a_stale_page_changes_nothing(
        self, world: World, browse: Browse, decision: Decision, reserve: Reserve
    ) -> None:
        row = asked(world, decision)
        with no_trace():
            answer = send(browse, reserve.deputy, row, "answer", proposal="admit", reason="Yes")
            assert answer.status_code == 422
            stale = {"do": "answer", "version": "9", "proposal": "admit", "reason": REASON}
            assert browse(reserve.deputy).post(page_of(row), stale).status_code == 409
            assert send(browse, reserve.deputy, row, "burn").status_code == 409

    def test_what_a_rule_flagged_names_no_reporter(
        self, world: World, browse: Browse, decision: Decision, reserve: Reserve
    ) -> None:
        report = a_finding_of_others(world, reserve.inquiry)
        linked_late(world, report, decision.incident)
        text = shown(browse(world.chair).get(page_of(Reopening.objects.get())))
        assert "It names who did what was found not attributable." in text
        assert report.receipt not in text
        assert "filer" not in text
