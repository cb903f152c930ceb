"""The draft at the desk: saved by button or as one types, two windows, a file that grew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW, World, a_case, a_draft, an_accepted_report, an_incident, settle
from tests.pages.judgement.conftest import Browse, Clock
from tests.pages.judgement.test_review import aligned_member, as_form, page_of, shown
from tests.proofs import no_trace
from verification.adjudication.models import Ballot, Case, DraftBallot
from verification.corroboration.actions import StatementDraft, give_statement
from verification.incidents.actions import link_report
from verification.pages.opaque import opaque

QUIET = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def case(world: World) -> Case:
    return a_case(world, an_incident(world))


@pytest.fixture
def me(case: Case, browse: Browse) -> Client:
    return browse(aligned_member(case))


def half(case: Case, **changes: Any) -> dict[str, Any]:
    """Return what a browser sends of a ballot that is half done."""
    cited = str(case.incident.links.order_by("linked_at").first().report_id)
    typed = {"occurrence": "occurred", "reasons": "Half a sent", "cited_reports": [opaque(cited)]}
    return {**typed, "draft_version": "0", "do": "save", **changes}


class TestSaving:
    def test_by_the_button_and_all_is_there_again(self, case: Case, me: Client) -> None:
        done = me.post(page_of(case), half(case))
        assert (done.status_code, done["Location"]) == (302, page_of(case) + "#ballot")
        answer = me.get(page_of(case))
        text = shown(answer)
        assert "Half a sent</textarea>" in text
        assert 'name="draft_version" value="1"' in text
        assert "Draft saved" in text
        assert answer.context["cited_numbers"] == ["R1"]
        assert answer.context["ballot_form"]["occurrence"].value() == "occurred"
        assert not Ballot.objects.exists()
        assert "your draft is kept" in shown(me.get(reverse("review")))

    def test_as_one_types(self, case: Case, me: Client) -> None:
        first = me.post(page_of(case), half(case), **QUIET)
        assert (first.status_code, first.json()) == (200, {"version": 1})
        again = me.post(
            page_of(case), half(case, draft_version="1", reasons="Half a sentence"), **QUIET
        )
        assert again.json() == {"version": 2}
        assert DraftBallot.objects.get().reasons == "Half a sentence"

    def test_what_is_not_offered_is_not_kept(self, case: Case, me: Client) -> None:
        sent = half(case, clause="99", parties=["RUS"], cited_reports=["x"], draft_version="x")
        assert me.post(page_of(case), sent, **QUIET).status_code == 200
        typed = DraftBallot.objects.get().typed()
        assert (typed.answers, typed.parties, typed.cited) == ({"occurrence": "occurred"}, (), ())

    def test_what_cannot_be_kept_is_said_at_the_field(self, case: Case, me: Client) -> None:
        with no_trace():
            quiet = me.post(page_of(case), half(case, reasons="x" * 20_001), **QUIET)
            loud = me.post(page_of(case), half(case, reasons="x" * 20_001))
        assert (quiet.status_code, list(quiet.json()["errors"])) == (422, ["reasons"])
        assert loud.status_code == 422
        assert "A draft holds up to 20,000 characters" in shown(loud)

    def test_nobody_else_meets_a_word_of_it(
        self, case: Case, me: Client, world: World, browse: Browse
    ) -> None:
        canary = "Canary words of a draft that one person alone may read."
        me.post(page_of(case), half(case, reasons=canary))
        for user in (world.chair, world.triage, *(s.reviewer for s in case.seats.all())):
            if user == aligned_member(case):
                continue
            for name, args in (
                ("review-case", [case.pk]),
                ("chair-case", [case.pk]),
                ("triage-incident", [case.incident.code]),
                ("history", [case.incident.code]),
            ):
                assert canary not in shown(browse(user).get(reverse(name, args=args)))


class TestTwoWindows:
    def test_both_versions_are_shown_and_nothing_is_lost(self, case: Case, me: Client) -> None:
        me.post(page_of(case), half(case, reasons="It was heard in the city.", intent="deliberate"))
        other = half(case, reasons="It was seen in the city.", intent="unknown", cited_reports=[])
        with no_trace():
            answer = me.post(page_of(case), other)
        assert answer.status_code == 409
        text = shown(answer)
        for there in (
            "Two versions of your draft",
            "<mark>heard </mark>",
            "<mark>seen </mark>",
            "Deliberate",
            "It was seen in the city.</textarea>",
            'name="draft_version" value="1"',
        ):
            assert there in text, there
        rows = {
            row["question"]: (row["saved"], row["mine"]) for row in answer.context["merge"]["rows"]
        }
        assert rows == {
            "With which intent?": ("Deliberate", "Not known"),
            "What your reasons rest on": ("R1", "nothing"),
        }

    @pytest.mark.parametrize(
        ("do", "kept"),
        [
            ("save", "It was seen."),
            ("both", "It was heard.\n\nIt was seen."),
            ("take", "It was heard."),
        ],
    )
    def test_each_way_out(self, case: Case, me: Client, do: str, kept: str) -> None:
        me.post(page_of(case), half(case, reasons="It was heard."))
        assert me.post(page_of(case), half(case, reasons="It was seen.")).status_code == 409
        sent = half(case, reasons="It was seen.", draft_version="1", do=do)
        assert me.post(page_of(case), sent).status_code == 302
        assert DraftBallot.objects.get().reasons == kept

    def test_the_page_that_saves_as_one_types_is_told(self, case: Case, me: Client) -> None:
        me.post(page_of(case), half(case))
        late = me.post(page_of(case), half(case, reasons="Something else"), **QUIET)
        assert (late.status_code, late.json()) == (409, {"conflict": True})

    def test_the_same_words_twice_are_no_conflict(self, case: Case, me: Client) -> None:
        me.post(page_of(case), half(case))
        assert me.post(page_of(case), half(case)).status_code == 302

    def test_no_ballot_is_sealed_over_a_newer_draft(self, case: Case, me: Client) -> None:
        me.post(page_of(case), half(case, reasons="A second thought."))
        with no_trace():
            answer = me.post(page_of(case), as_form(case, draft_version="0"))
        assert answer.status_code == 409
        assert "Two versions of your draft" in shown(answer)
        done = me.post(page_of(case), as_form(case, draft_version="1"))
        assert done.status_code == 302
        assert Ballot.objects.count() == 1
        assert not DraftBallot.objects.exists()


class TestAFileThatGrew:
    def grow(self, world: World, case: Case, at: Any) -> None:
        report = an_accepted_report(world, a_draft(world))
        link_report(report=report, incident=case.incident, why="Same.", by=world.triage, at=at)
        told = StatementDraft("occurred", "supports", "eyewitness", "I heard it from my roof.")
        give_statement(incident=case.incident, draft=told, by=world.witness, at=at)
        settle(at=at)

    def test_the_draft_says_what_came_since(
        self, world: World, case: Case, me: Client, clock: Clock
    ) -> None:
        me.post(page_of(case), half(case))
        assert "This file grew" not in shown(me.get(page_of(case)))
        clock.at = NOW + timedelta(hours=1)
        self.grow(world, case, clock.at)
        answer = me.get(page_of(case))
        assert "This file grew since you began your draft:" in shown(answer)
        assert answer.context["grown"].numbers == ("R2", "S1")

    def test_so_does_a_ballot_that_is_older_than_the_last_link(
        self, world: World, case: Case, me: Client, clock: Clock
    ) -> None:
        me.post(page_of(case), as_form(case))
        clock.at = NOW + timedelta(hours=1)
        self.grow(world, case, clock.at)
        assert "This file grew since you sealed your ballot:" in shown(me.get(page_of(case)))
