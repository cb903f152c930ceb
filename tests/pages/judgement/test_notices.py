"""Notices: what the accused party is told, and how it answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.factories import NOW, World, a_case, a_draft, an_accepted_report, an_incident, seal_all
from tests.pages.judgement.conftest import Browse, Clock
from tests.proofs import no_trace
from verification.adjudication.actions.decisions import decide_case
from verification.corroboration.actions import lapse_overdue_positions
from verification.corroboration.models import PartyPosition
from verification.corroboration.queries import positions_on
from verification.incidents.actions import link_report
from verification.incidents.models import Incident

ANSWER = {
    "position": "denies",
    "reason_code": "no_action_then",
    "text": "No unit of ours fired on that night.",
    "conceded_killed": "",
    "conceded_injured": "2",
    "conceded_injured_most": "5",
    "document_url_2": "https://orders.example/night",
    "document_description_2": "The order of that night.",
    "version": 1,
    "do": "answer",
}


def shown(answer: Any) -> str:
    return answer.content.decode()


def asked(incident: Incident) -> tuple[PartyPosition, str]:
    position = positions_on(incident)[0]
    return position, reverse("notice", args=[position.pk])


class TestList:
    def test_each_side_sees_its_own_notices_with_their_clock(
        self, world: World, browse: Browse
    ) -> None:
        incident = an_incident(world)
        text = shown(browse(world.liaison_arm).get(reverse("notices")))
        assert incident.code in text
        assert "due in 3 days" in text
        assert incident.code not in shown(browse(world.liaison_aze).get(reverse("notices")))

    def test_what_awaits_an_answer_comes_first(self, world: World, browse: Browse) -> None:
        first, second = an_incident(world), an_incident(world)
        client = browse(world.liaison_arm)
        client.post(asked(first)[1], ANSWER)
        text = shown(client.get(reverse("notices")))
        assert text.index(second.code) < text.index(first.code)


class TestPage:
    def test_tells_what_is_alleged_and_nothing_of_sources(
        self, world: World, browse: Browse
    ) -> None:
        incident = an_incident(world)
        private = an_accepted_report(
            world, a_draft(world, narrative="I watched from the water tower."), by=world.witness
        )
        link_report(report=private, incident=incident, why="Same.", by=world.triage, at=NOW)
        _position, url = asked(incident)
        text = shown(browse(world.liaison_arm).get(url))
        for there in (
            "An allegation is not a finding.",
            "The speaker said that the other side struck the city.",
            "Clauses that may be concerned",
            "11 Oct 2020",
        ):
            assert there in text, there
        hidden = ("water tower", private.receipt, "Line Observers", world.witness.pseudonym)
        for word in (*hidden, "ajority vote", "ierarchical", "allot is"):
            assert word not in text, word

    def test_preview_then_record_then_read_only(self, world: World, browse: Browse) -> None:
        incident = an_incident(world)
        position, url = asked(incident)
        client = browse(world.liaison_arm)
        with no_trace():
            preview = client.post(url, {**ANSWER, "do": "preview"})
        assert preview.status_code == 200
        assert "This is what the public will read" in shown(preview)
        assert "Injured, by its own count" in shown(preview)
        assert "at most 5, best 2" in shown(preview)
        assert 'href="https://orders.example/night"' in shown(preview)
        assert 'value="answer"' in shown(preview)
        assert client.post(url, ANSWER)["Location"] == url
        position.refresh_from_db()
        assert (position.state, position.conceded_killed, position.conceded_injured) == (
            "answered",
            None,
            2,
        )
        assert position.conceded_injured_most == 5
        assert position.documents == [
            {"url": "https://orders.example/night", "description": "The order of that night."}
        ]
        after = shown(client.get(url))
        assert "Your answer, as recorded" in after
        assert "<textarea" not in after
        for version, status in ((1, 409), (2, 409)):
            with no_trace():
                again = client.post(url, {**ANSWER, "version": version})
            assert again.status_code == status
        assert "it is now “Answered”" in shown(client.post(url, ANSWER))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"position": ""}, "position"),
            ({"position": "shrugs"}, "position"),
            ({"reason_code": ""}, "reason_code"),
            ({"reason_code": "because"}, "reason_code"),
            ({"conceded_killed": "many"}, "conceded_killed"),
            ({"conceded_killed": "-1"}, "conceded_killed"),
            ({"conceded_injured": "100001"}, "conceded_injured"),
            ({"text": "x" * 5001}, "text"),
            ({"conceded_injured_most": "1"}, "conceded_injured"),
            ({"document_url_2": "javascript:alert(1)"}, "document_url_2"),
            ({"document_description_2": ""}, "document_description_2"),
        ],
    )
    def test_each_wrong_answer_is_named(
        self, world: World, browse: Browse, changes: dict[str, str], field: str
    ) -> None:
        _position, url = asked(an_incident(world))
        typed = {**ANSWER, **changes}
        with no_trace():
            refused = browse(world.liaison_arm).post(url, typed)
        assert refused.status_code == 422
        assert f'href="#id_{field}"' in shown(refused)
        assert str(typed["text"]) in shown(refused)

    def test_late_answers_are_heard_until_the_panel_decides(
        self, world: World, browse: Browse, clock: Clock
    ) -> None:
        incident, other = an_incident(world), an_incident(world)
        clock.at = NOW + timedelta(days=4)
        lapse_overdue_positions(at=clock.at)
        client = browse(world.liaison_arm)
        position, url = asked(incident)
        assert "A late answer is still heard" in shown(client.get(url))
        assert client.post(url, {**ANSWER, "version": position.version}).status_code == 302
        assert "after the deadline" in shown(client.get(url))
        case = a_case(world, other)
        seal_all(case, at=clock.at)
        decide_case(
            case=case, reasons="The panel read it all and agrees.", by=world.chair, at=clock.at
        )
        position, url = asked(other)
        assert "takes no more answers" in shown(client.get(url))
        with no_trace():
            refused = client.post(url, {**ANSWER, "version": position.version})
        assert refused.status_code == 409
        assert "Ask for the case to be reopened" in shown(refused)

    def test_another_sides_liaison_cannot_answer(self, world: World, browse: Browse) -> None:
        _position, url = asked(an_incident(world))
        for who in (world.liaison_aze, world.triage, world.chair):
            with no_trace():
                assert browse(who).post(url, ANSWER).status_code == 404
