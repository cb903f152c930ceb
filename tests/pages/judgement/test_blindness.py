"""Blindness: before their own ballot is sealed, no page shows a reviewer a score or a ballot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import NoReverseMatch, reverse

from reports.people.models import User
from tests.factories import NOW, World, a_ballot, a_case, an_incident, settle, some_answers
from tests.pages.judgement.conftest import Browse
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.models import Case, Seat
from verification.publication.published_score import public_score
from verification.scoring.actions import refit_sources
from verification.scoring.models import Score
from verification.scoring.queries import latest_score
from verification.standing.actions import draw_audit, recompute_standing

CANARY = "Canary reasons that only one reviewer has written down."


def traces_of(score: Score) -> list[str]:
    """Return what only the score's own part of a page would print."""
    shown = public_score(score)["contributions"]
    figures = [f">{nats:+.1f}<" for part in shown for nats in part["nats"].values()]
    return ["ajority vote", "ierarchical", score.inputs_hash, 'id="score"', *figures]


def reachable(case: Case) -> Iterator[str]:
    """Yield the address of every page that speaks of this case, whoever may open it."""
    incident = case.incident
    for name, args in (
        ("review", []),
        ("review-case", [case.pk]),
        ("chair", []),
        ("chair-case", [case.pk]),
        ("triage", []),
        ("triage-incident", [incident.code]),
        ("triage-report", [incident.links.get().report_id]),
        ("corroborate", []),
        ("corroborate-incident", [incident.code]),
        ("notice", [incident.positions.get().pk]),
        ("history", [incident.code]),
        ("home", []),
        ("incidents", []),
        ("incident", [incident.code]),
        ("findings", []),
        ("standings", []),
        ("chair-sources", []),
        ("chair-audit", []),
        ("health", []),
    ):
        try:
            yield reverse(name, args=args)
        except NoReverseMatch:  # a page that does not exist shows nothing
            continue


def seated(case: Case) -> list[Seat]:
    return list(case.seats.filter(recused_at=None).select_related("reviewer"))


def read_everything(client: Client, case: Case) -> dict[str, str]:
    return {url: client.get(url).content.decode() for url in reachable(case)}


def in_context(answer: Any, *names: str) -> list[Any]:
    return [answer.context[name] for name in names]


def test_no_page_a_reviewer_can_reach_shows_the_score_before_their_ballot(
    world: World, browse: Browse
) -> None:
    case = a_case(world, an_incident(world))
    score = latest_score(case.incident)
    assert score is not None
    traces = traces_of(score)
    assert len(traces) > 3
    for seat in seated(case):
        pages = read_everything(browse(seat.reviewer), case)
        assert len(pages) > 10
        for url, text in pages.items():
            assert [trace for trace in traces if trace in text] == [], (seat.number, url)


def rewritten(case: Case, p: float, *, at: datetime) -> None:
    """Give the incident another score, as sure or unsure of ARM, and let all follow from it."""
    last = latest_score(case.incident)
    assert last is not None
    fields = {
        field.attname: getattr(last, field.attname)
        for field in Score._meta.concrete_fields
        if field.attname not in ("id", "recorded_at")
    }
    answers = {"ARM": p, "AZE": (1 - p) / 2, "other": (1 - p) / 4, "none": (1 - p) / 4}
    Score.objects.create(**fields | {"p": answers, "p_without_aligned": answers, "at": at})
    recompute_standing(agreement=case.incident.agreement, at=at)


def test_no_page_changes_with_the_score_of_a_case_that_waits_for_a_ballot(
    world: World, browse: Browse
) -> None:
    """Whatever the score says: not a letter on any page moves, sums and pictures included."""
    for _number in range(6):
        an_incident(world)
    case = a_case(world, an_incident(world))
    draw_audit(agreement=world.agreement, share=0.5, by=world.chair, at=NOW)
    refit_sources(agreement=world.agreement, gold={}, at=NOW)
    settle()
    readers = [None, *(seat.reviewer for seat in seated(case))]
    seen = []
    for number, p in enumerate((0.01, 0.99), start=1):
        rewritten(case, p, at=NOW + timedelta(seconds=number))
        seen.append([constant(every_page(browse(reader), case)) for reader in readers])
    assert len(seen[0][0]) > 12
    for before, after in zip(*seen, strict=True):
        for url in before:
            assert before[url] == after[url], url


def every_page(client: Client, case: Case) -> dict[str, str]:
    others = (reverse("method"), "/api/v1/standings", "/api/v1/findings", "/api/v1/incidents")
    return read_everything(client, case) | {url: client.get(url).content.decode() for url in others}


TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]+"')


def constant(pages: dict[str, str]) -> dict[str, str]:
    """Return the pages without what differs from one reading to the next anyway."""
    return {url: TOKEN.sub("", text) for url, text in pages.items()}


def test_a_chair_who_sits_does_not_read_what_was_learned_meanwhile(
    world: World, browse: Browse
) -> None:
    incident = an_incident(world)
    refit_sources(agreement=world.agreement, gold={}, at=NOW)
    url = reverse("chair-sources")
    assert browse(world.chair).get(url).context["tables"]
    case = a_case(world, incident)
    if world.chair not in [seat.reviewer for seat in seated(case)]:  # the lot did not fall on them
        Seat.objects.filter(pk=seated(case)[0].pk).update(reviewer=world.chair)
    hidden = browse(world.chair).get(url)
    assert (hidden.status_code, hidden.context["tables"]) == (200, [])
    seal_ballot(case=case, draft=a_ballot(case), by=world.chair, at=NOW)
    assert browse(world.chair).get(url).context["tables"]


def test_the_hidden_is_not_even_handed_to_the_template(world: World, browse: Browse) -> None:
    case = a_case(world)
    first, second, third = seated(case)
    url = reverse("review-case", args=[case.pk])
    draft = a_ballot(case)
    seal_ballot(case=case, draft=draft, by=first.reviewer, at=NOW)
    answer = browse(second.reviewer).get(url)
    assert in_context(answer, "score", "panel", "own_ballot") == [None, None, None]
    assert in_context(answer, "ballots", "side_by_side") == [[], []]
    own = browse(first.reviewer).get(url)
    assert own.context["score"] is not None
    assert own.context["ballots"] == []
    assert third.reviewer != second.reviewer


def test_no_ballot_shows_until_all_are_sealed(world: World, browse: Browse) -> None:
    case = a_case(world)
    url = reverse("review-case", args=[case.pk])
    first, *others = seated(case)
    draft = a_ballot(case, some_answers(intent="deliberate"))
    seal_ballot(
        case=case,
        draft=type(draft)(answers=draft.answers, reasons=CANARY, cited=draft.cited),
        by=first.reviewer,
        at=NOW,
    )
    everybody: list[User] = [world.chair, world.triage, *(seat.reviewer for seat in others)]
    for user in everybody:
        for address, text in read_everything(browse(user), case).items():
            assert CANARY not in text, address
    assert CANARY in browse(first.reviewer).get(url).content.decode()
    for seat in others:
        seal_ballot(case=case, draft=a_ballot(case), by=seat.reviewer, at=NOW)
    for seat in others:
        text = browse(seat.reviewer).get(url).content.decode()
        assert CANARY in text
        assert "By seat, never by name" in text
        for member in (first, *others):
            assert member.reviewer.pseudonym not in text
            if member not in (seat, *case.seats.filter(reviewer=world.chair)):  # a common word
                assert member.reviewer.username not in text


class TestKeys:
    def test_no_key_of_a_row_tells_a_reviewer_when_it_was_made(
        self, world: World, browse: Browse
    ) -> None:
        case = a_case(world)
        reviewer = case.seats.order_by("number").first().reviewer
        page = browse(reviewer).get(reverse("review-case", args=[case.pk])).content.decode()
        report = case.incident.links.get().report
        for key in (report.pk, report.origin_id):
            assert str(key) not in page and key.hex not in page
