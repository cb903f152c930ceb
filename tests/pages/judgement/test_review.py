"""The review desk: the queue, the case on one screen, the ballot and the recusal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from reports.people.models import User
from tests.factories import NOW, World, a_ballot, a_case, an_allegation, an_incident, some_answers
from tests.pages.judgement.conftest import Browse, Clock
from tests.proofs import no_trace
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.models import Ballot, Case
from verification.corroboration.actions import StatementDraft, give_statement
from verification.pages.opaque import opaque


def shown(answer: Any) -> str:
    return answer.content.decode()


def page_of(case: Case) -> str:
    return reverse("review-case", args=[case.pk])


def aligned_member(case: Case) -> User:
    seat = case.seats.exclude(alignment="").order_by("number").first()
    assert seat is not None
    return seat.reviewer


def as_form(case: Case, **changes: Any) -> dict[str, Any]:
    """Return what a browser sends for a ballot on this case."""
    draft = a_ballot(case, some_answers())
    answers = {name: getattr(draft.answers, name) for name in draft.answers.__dataclass_fields__}
    return {
        **answers,
        "parties": list(draft.answers.parties),
        "reasons": draft.reasons,
        "cited_reports": [opaque(key) for key in draft.cited],
        "do": "seal",
        **changes,
    }


class TestQueue:
    def test_oldest_deadline_first_and_sealed_ones_apart(
        self, world: World, browse: Browse, clock: Clock
    ) -> None:
        later = a_case(world)
        clock.at = NOW - timedelta(hours=5)
        sooner = a_case(world, an_incident(world, an_allegation(world, world.mod_armenia, "AZE")))
        type(later).objects.filter(pk=sooner.pk).update(ballots_due_at=NOW + timedelta(hours=3))
        clock.at = NOW
        client = browse(world.reviewer_arm)
        text = shown(client.get(reverse("review")))
        assert text.index(sooner.incident.code) < text.index(later.incident.code)
        assert "2 cases await your ballot" in text
        client.post(page_of(sooner), as_form(sooner, parties=["AZE"]))
        text = shown(client.get(reverse("review")))
        assert text.index(later.incident.code) < text.index(sooner.incident.code)
        assert "your ballot is sealed" in text


class TestDesk:
    def test_everything_needed_to_judge_stands_on_one_screen(
        self, world: World, browse: Browse
    ) -> None:
        incident = an_incident(world)
        give_statement(
            incident=incident,
            draft=StatementDraft(
                question="occurred",
                says="contradicts",
                basis="eyewitness",
                note="It was quiet all night where I stood.",
            ),
            by=world.witness,
            at=NOW,
        )
        case = a_case(world, incident)
        text = shown(browse(aligned_member(case)).get(page_of(case)))
        for there in (
            "The speaker said that the other side struck the city.",
            "Ministry of Defence of Azerbaijan",
            "aligned with",
            "It was quiet all night where I stood.",
            "Monitor of Line Observers",
            "Contradicts: no (1)",
            "due in 3 days",  # the accused party's clock
            "Version 1, in force from",
            "A party bound by the agreement is accused.",
            'id="map"',
            "The accused party was notified",  # the history
            "balance of probabilities",
            "Likely (55–80 %)",
            "High confidence",
        ):
            assert there in text, there
        assert world.witness.pseudonym not in text
        assert world.filer.pseudonym not in text

    def test_sealing_shows_ones_ballot_read_only_and_the_score(
        self, world: World, browse: Browse
    ) -> None:
        case = a_case(world)
        me = aligned_member(case)
        client = browse(me)
        done = client.post(page_of(case), as_form(case))
        assert (done.status_code, done["Location"]) == (302, page_of(case))
        ballot = Ballot.objects.get()
        assert ballot.seat.reviewer == me
        assert ballot.answers() == some_answers()
        text = shown(client.get(page_of(case)))
        for there in (
            "Your ballot, as sealed",
            "Hierarchical Bayesian model with copy detection",
            "Majority vote over independent origins",
            "Without any source aligned with a party",
            "The others’ ballots show once all are sealed.",
        ):
            assert there in text, there
        assert 'name="occurrence"' not in text
        with no_trace():
            again = client.post(page_of(case), as_form(case))
        assert again.status_code == 409

    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            ({"occurrence": ""}, "occurrence", "Choose an answer from the list."),
            ({"occurrence_confidence": ""}, "occurrence_confidence", "Choose an answer"),
            ({"breach": "not_asked"}, "breach", "say whether it breaches the agreement"),
            ({"clause": ""}, "clause", "A violation needs a clause that was in force"),
            ({"clause": "99"}, "clause", "Select a valid choice"),
            ({"severity": ""}, "severity", "Say how severe the violation is."),
            ({"attribution": "not_asked"}, "attribution", "Say which party, or"),
            ({"parties": []}, "parties", "Name the party."),
            ({"parties": ["RUS"]}, "parties", "Select a valid choice"),
            (
                {"attribution_likelihood": "unlikely"},
                "attribution_likelihood",
                "standard of proof asks for at least “Likely (55–80 %)”",
            ),
            ({"breach_likelihood": ""}, "breach_likelihood", "Say how likely your answer is"),
            ({"reasons": "Because."}, "reasons", "Give your reasons in 20 to 10,000 characters."),
            ({"cited_reports": []}, "cited_reports", "Cite at least one report or statement"),
        ],
    )
    def test_the_rules_speak_at_the_field_and_nothing_typed_is_lost(
        self, world: World, browse: Browse, changes: dict[str, Any], field: str, words: str
    ) -> None:
        case = a_case(world)
        typed = as_form(case, **changes)
        with no_trace():
            refused = browse(aligned_member(case)).post(page_of(case), typed)
        assert refused.status_code == 422
        text = shown(refused)
        assert f'href="#ballot-{field}"' in text
        assert words in text
        assert typed["reasons"] in text
        assert refused.context["score"] is None

    def test_an_empty_ballot_is_told_everything_at_once(self, world: World, browse: Browse) -> None:
        case = a_case(world)
        with no_trace():
            refused = browse(aligned_member(case)).post(page_of(case), {"do": "seal"})
        assert refused.status_code == 422
        named = ("occurrence", "occurrence_likelihood", "occurrence_confidence", "breach")
        for field in (*named, "attribution", "intent", "reasons", "cited_reports"):
            assert f'href="#ballot-{field}"' in shown(refused), field

    def test_the_answers_an_honest_reviewer_may_give(self, world: World, browse: Browse) -> None:
        case = a_case(world)
        nothing = {
            name: ""
            for name in as_form(case)
            if name.startswith(("breach_", "attribution_", "clause", "severity"))
        }
        sent = as_form(
            case,
            **nothing,
            occurrence="not_established",
            occurrence_likelihood="roughly_even",
            breach="not_asked",
            attribution="not_asked",
            parties=[],
        )
        assert browse(aligned_member(case)).post(page_of(case), sent).status_code == 302


class TestRecusal:
    def test_a_declared_conflict_gives_up_the_seat(self, world: World, browse: Browse) -> None:
        case = a_case(world, an_incident(world))
        me = case.seats.get(alignment="").reviewer
        client = browse(me)
        with no_trace():
            refused = client.post(page_of(case), {"do": "recuse", "reason": "no"})
        assert refused.status_code == 422
        assert 'value="no"' in shown(refused)
        assert 'href="#recuse-reason"' in shown(refused)
        sent = {"do": "recuse", "reason": "A relative of mine was there."}
        done = client.post(page_of(case), sent)
        if me == world.chair:
            assert done["Location"] == reverse("review")
            assert client.get(page_of(case)).status_code == 404
            assert case.seats.count() == 4
        else:  # nobody unaligned is left but the chair, who reads the score
            assert done.status_code == 409
            assert "keep the panel balanced" in shown(done)
            assert client.get(page_of(case)).status_code == 200

    def test_not_after_sealing(self, world: World, browse: Browse) -> None:
        case = a_case(world)
        me = aligned_member(case)
        seal_ballot(case=case, draft=a_ballot(case), by=me, at=NOW)
        with no_trace():
            sent = {"do": "recuse", "reason": "A relative of mine was there."}
            assert browse(me).post(page_of(case), sent).status_code == 409

    def test_what_the_page_never_sends(self, world: World, browse: Browse) -> None:
        case = a_case(world)
        with no_trace():
            assert browse(aligned_member(case)).post(page_of(case), {}).status_code == 409
