"""Corroborate: what a second person sees, says, and is told when it cannot be."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.journal.kinds import Kind
from tests.factories import (
    NOW,
    World,
    a_case,
    a_draft,
    an_accepted_report,
    an_allegation,
    an_incident,
    seal_all,
)
from tests.pages.judgement.conftest import Browse, Clock
from tests.proofs import no_trace, one_event
from verification.adjudication.actions.decisions import decide_case
from verification.corroboration.actions import Answer, answer_notice
from verification.corroboration.models import Statement
from verification.corroboration.queries import positions_on
from verification.incidents.actions import link_report, merge_incidents, open_incident
from verification.incidents.models import Incident
from verification.pages.opaque import opaque
from verification.pages.public_view import PublicView

SAID = {
    "question": "occurred",
    "says": "supports",
    "basis": "eyewitness",
    "note": "I heard three explosions myself at two in the morning.",
}


def shown(answer: Any) -> str:
    return answer.content.decode()


def page_of(incident: Incident) -> str:
    return reverse("corroborate-incident", args=[incident.code])


class TestList:
    def test_own_incidents_are_left_out_and_spoken_on_ones_come_last(
        self, world: World, browse: Browse
    ) -> None:
        first = an_incident(world)
        report = an_accepted_report(world, by=world.colleague)
        second = open_incident(report=report, why="Apart.", by=world.triage, at=NOW)
        assert first.code not in shown(browse(world.filer).get(reverse("corroborate")))
        client = browse(world.witness)
        client.post(page_of(second), SAID)
        text = shown(client.get(reverse("corroborate")))
        assert text.index(first.code) < text.index(second.code)
        assert text.count("you stated") == 1

    def test_queries_do_not_grow_with_the_list(self, world: World, browse: Browse) -> None:
        client = browse(world.witness)
        counts = []
        for _number in range(2):
            an_incident(world)
            with CaptureQueriesContext(connection) as found:
                client.get(reverse("corroborate"))
            counts.append(len(found))
        assert counts[0] == counts[1]


class TestPage:
    def test_shows_what_the_public_may_know_and_nothing_of_who_filed(
        self, world: World, browse: Browse
    ) -> None:
        incident = an_incident(world)
        private = an_accepted_report(
            world,
            a_draft(world, narrative="From the roof of house number nine I saw the flashes."),
            by=world.colleague,
        )
        link_report(
            report=private, incident=incident, why="The same night.", by=world.triage, at=NOW
        )
        answer = browse(world.witness).get(page_of(incident))
        text = shown(answer)
        for there in (
            "The speaker said that the other side struck the city.",
            "Ministry of Defence of Azerbaijan",
            "2 reports",
            "from 2 independent origins",
            "1 of them by an observer, whose words stay inside",
        ):
            assert there in text, there
        for person in (world.filer, world.colleague, world.triage):
            assert person.pseudonym not in text
        for hidden in ("house number nine", private.receipt, str(private.pk), "Valley Monitors"):
            assert hidden not in text, hidden

    def test_the_view_is_an_allow_list(self) -> None:
        assert {field.name for field in dataclasses.fields(PublicView)} == {
            *("code", "state", "shape", "act", "window_from", "window_until", "precision", "zone"),
            *("place", "place_detail", "n_reports", "n_origins", "n_observers", "accused"),
            *("parties", "statements", "features", "clocks"),
        }

    def test_an_observers_exact_minute_and_place_stay_inside(
        self, world: World, browse: Browse
    ) -> None:
        report = an_accepted_report(world)
        incident = open_incident(report=report, why="Apart.", by=world.triage, at=NOW)
        text = shown(browse(world.witness).get(page_of(incident)))
        assert "02:00" not in text
        assert "40.683" not in text
        assert "46.361" not in text
        assert "11 Oct 2020" in text


class TestStatement:
    def test_a_later_one_replaces_the_earlier_and_both_stay(
        self, world: World, browse: Browse, clock: Clock
    ) -> None:
        incident = an_incident(world)
        client = browse(world.witness)
        done = client.post(page_of(incident), SAID)
        assert (done.status_code, done["Location"]) == (302, page_of(incident))
        clock.at += timedelta(minutes=5)
        client.post(page_of(incident), {**SAID, "says": "cannot_say", "note": "I was not there."})
        assert Statement.objects.count() == 2
        text = shown(client.get(page_of(incident)))
        assert "I was not there." in text
        assert SAID["note"] not in text

    def test_on_an_actor_in_somebody_elses_name(self, world: World, browse: Browse) -> None:
        incident = an_incident(world)
        passed_on = {
            **SAID,
            "question": "actor",
            "party": "ARM",
            "basis": "document",
            "speaker": world.mod_armenia.pk,
            "publisher": "News",
            "url": "https://news.example/denial",
            "published_on": "2020-10-11",
            "says": "contradicts",
        }
        assert browse(world.witness).post(page_of(incident), passed_on).status_code == 302
        statement = Statement.objects.get()
        assert (statement.source, statement.party) == (world.mod_armenia, world.armenia)
        assert statement.origin.url == "https://news.example/denial"

    def test_repeating_what_is_on_record_counts_with_it(self, world: World, browse: Browse) -> None:
        incident = an_incident(world)
        origin = incident.links.get().report.origin
        client = browse(world.witness)
        page = client.get(page_of(incident)).content.decode()
        assert opaque(str(origin.pk)) in page
        assert str(origin.pk) not in page
        client.post(page_of(incident), {**SAID, "relays": opaque(str(origin.pk))})
        assert Statement.objects.get().origin == origin

    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            ({"question": ""}, "question", "Choose one of these."),
            ({"says": "perhaps"}, "says", "Select a valid choice"),
            ({"basis": ""}, "basis", "Choose one of these."),
            ({"note": "short"}, "note", "Say in 10 to 5,000 characters"),
            ({"question": "actor"}, "party", "Say which party you mean."),
            ({"url": "javascript:alert(1)"}, "url", "A link begins with https://"),
            ({"published_on": "yesterday"}, "published_on", "Enter a valid date."),
            ({"relays": "0"}, "relays", "Select a valid choice"),
            ({"speaker": "0"}, "speaker", "Select a valid choice"),
        ],
    )
    def test_each_wrong_answer_is_named_and_nothing_typed_is_lost(
        self, world: World, browse: Browse, changes: dict[str, str], field: str, words: str
    ) -> None:
        incident = an_incident(world)
        typed = {**SAID, "publisher": "A paper I typed", **changes}
        with no_trace():
            refused = browse(world.witness).post(page_of(incident), typed)
        assert refused.status_code == 422
        text = shown(refused)
        assert f'href="#id_{field}"' in text
        assert words in text
        assert "A paper I typed" in text
        assert typed["note"] in text

    def test_not_on_ones_own(self, world: World, browse: Browse) -> None:
        incident = an_incident(world)
        own = browse(world.filer)
        page = own.get(page_of(incident))
        assert "A second person has to corroborate it." in shown(page)
        assert "<textarea" not in shown(page)
        with no_trace():
            assert own.post(page_of(incident), SAID).status_code == 409

    def test_once_decided_it_says_what_a_statement_can_still_do(
        self, world: World, browse: Browse
    ) -> None:
        incident = an_incident(world)
        position = positions_on(incident)[0]
        answer = Answer(position="denies", reason_code="other", text="No.")
        answer_notice(position=position, answer=answer, by=world.liaison_arm, at=NOW)
        case = a_case(world, incident)
        seal_all(case)
        decide_case(case=case, reasons="The panel read it all and agrees.", by=world.chair, at=NOW)
        late = browse(world.witness)
        assert "changes nothing in that decision" in shown(late.get(page_of(incident)))
        with one_event(Kind.STATEMENT_GIVEN):
            assert late.post(page_of(incident), SAID).status_code == 302

    def test_a_merged_incident_leads_to_the_one_that_kept_it(
        self, world: World, browse: Browse
    ) -> None:
        kept = an_incident(world)
        absorbed = an_incident(world, an_allegation(world, world.mod_armenia, "AZE"))
        merge_incidents(kept=kept, absorbed=absorbed, why="One event.", by=world.triage, at=NOW)
        answer = browse(world.witness).get(page_of(absorbed))
        assert answer["Location"] == page_of(kept)
