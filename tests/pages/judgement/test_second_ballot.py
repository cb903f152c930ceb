"""The page of a second ballot: only once all are open, kept as typed, shown beside the first."""

from __future__ import annotations

import html
from typing import Any

from django.urls import reverse

from reports.journal.kinds import Kind
from tests.factories import NOW, World, a_ballot, a_case, seal_all
from tests.pages.judgement.conftest import Browse
from tests.proofs import no_trace, one_event
from verification.adjudication.actions.ballots import seal_ballot
from verification.pages.opaque import opaque

WHY = "The remnants the others cite are of a weapon one side alone has."


def shown(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_it_opens_with_the_ballots(world: World, browse: Browse) -> None:
    case = a_case(world)
    page = reverse("review-again", args=[case.pk])
    seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)
    client = browse(world.reviewer_arm)
    with no_trace():
        assert client.get(page).status_code == 409
        assert client.post(page, {}).status_code == 409
    assert browse(world.triage).get(page).status_code == 404
    assert "Confirm or change" not in shown(client.get(reverse("review-case", args=[case.pk])))


def test_the_first_is_filled_in_and_the_second_shows_beside_it(
    world: World, browse: Browse
) -> None:
    case = a_case(world)
    seal_all(case)
    client = browse(world.reviewer_arm)
    page = reverse("review-again", args=[case.pk])
    assert "Confirm or change" in shown(client.get(reverse("review-case", args=[case.pk])))
    first = client.get(page)
    assert "nothing on file speaks against it" in shown(first)
    typed = {
        name: value
        for name, value in first.context["change"].initial.items()
        if value not in (None, "")
    }
    report = case.incident.links.get().report_id
    typed |= {"severity": "grave", "cited_reports": [opaque(str(report))], "why": "Too short"}
    with no_trace():
        short = client.post(page, typed)
    assert short.status_code == 422
    assert "Too short" in shown(short)
    with one_event(Kind.BALLOT_CHANGED):
        assert client.post(page, typed | {"why": WHY}).status_code == 302
    for who in (world.reviewer_aze, world.chair):
        name = "review-case" if who != world.chair else "chair-case"
        assert WHY in shown(browse(who).get(reverse(name, args=[case.pk])))
    assert client.get(page).status_code == 409
