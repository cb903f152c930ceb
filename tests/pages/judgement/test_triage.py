"""Triage: what an officer sees and does with a report, and how each step can go wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.intake.actions import accept_report, reject_report
from reports.intake.drafts import OriginDraft, Where
from reports.intake.models import Report
from reports.journal.models import Event
from tests.factories import (
    NOW,
    World,
    a_draft,
    a_report,
    an_accepted_report,
    an_allegation,
    an_incident,
    settle,
)
from tests.lines.phones import a_form, a_handset
from tests.pages.judgement.conftest import Browse
from tests.pictures import drawn, encoded
from tests.proofs import no_trace
from verification.incidents.models import Incident, Link


def shown(answer: Any) -> str:
    return answer.content.decode()


def page_of(report: Report) -> str:
    return reverse("triage-report", args=[report.pk])


class TestFilesKeptApart:
    def test_triage_reads_which_and_why(self, world: World, browse: Browse) -> None:
        cache.clear()
        a_handset(world).send(a_form(), {"stranger.jpg": encoded(drawn())})
        report = Report.objects.get()
        page = shown(browse(world.triage).get(page_of(report)))
        assert "stranger.jpg" in page and "The form that came with it does not name it." in page
        assert "Files kept apart" not in shown(browse(world.triage).get(page_of(a_report(world))))


class TestInbox:
    def test_every_report_stands_under_one_tab_and_the_counts_add_up(
        self, world: World, browse: Browse
    ) -> None:
        waiting = a_report(world)
        unlinked = an_accepted_report(world)
        turned = a_report(world)
        reject_report(report=turned, reason="No time given.", by=world.triage, at=NOW)
        incident = an_incident(world)
        client = browse(world.triage)
        for tab, there in (
            ("awaiting", waiting.receipt),
            ("unlinked", unlinked.receipt),
            ("rejected", turned.receipt),
            ("incidents", incident.code),
        ):
            text = shown(client.get(reverse("triage"), {"tab": tab}))
            codes = {waiting.receipt, unlinked.receipt, turned.receipt, incident.code}
            assert {code for code in codes if code in text} == {there}, tab
            assert (
                "4 received = 1 awaiting + 1 accepted without incident + 1 in incidents "
                "+ 1 rejected + 0 withdrawn" in text
            )
        assert "No time given." in shown(client.get(reverse("triage"), {"tab": "rejected"}))
        assert client.get(reverse("triage"), {"tab": "nonsense"}).status_code == 404

    def test_pages_and_queries_stay_bounded(self, world: World, browse: Browse) -> None:
        client = browse(world.triage)
        a_report(world)
        with CaptureQueriesContext(connection) as few:
            client.get(reverse("triage"))
        for _number in range(26):
            a_report(world)
        with CaptureQueriesContext(connection) as many:
            first = shown(client.get(reverse("triage")))
        assert len(many) <= len(few) + 1  # one more to count the pages
        assert "1 to 25 of 27" in first
        assert "26 to 27 of 27" in shown(client.get(reverse("triage"), {"page": 2}))


class TestReport:
    def test_shows_everything_said_and_whether_it_would_be_admissible(
        self, world: World, browse: Browse
    ) -> None:
        report = a_report(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
        text = shown(browse(world.triage).get(page_of(report)))
        for there in (
            report.receipt,
            report.narrative,
            "Ministry of Defence of Azerbaijan",
            "https://news.example/mod-azerbaijan",
            "News (example)",
            "11 Oct 2020, 02:00",  # in the zone of the event
            "UTC+4",
            "Gəncə",
            "± 5000 m",
            "The whole time window lies while the agreement was in force.",
            "A party bound by the agreement is accused.",
            world.filer.pseudonym,
        ):
            assert there in text, there
        assert "filer" not in text  # the account's name stays out even here

    def test_accept_then_link_by_suggestion_or_code_or_open(
        self, world: World, browse: Browse
    ) -> None:
        incident = an_incident(world)
        report, other = a_report(world), a_report(world)
        client = browse(world.triage)
        done = client.post(page_of(report), {"do": "accept", "version": report.version})
        assert (done.status_code, done["Location"]) == (302, page_of(report))
        text = shown(client.get(page_of(report)))
        assert "Fits" in text
        assert 'data-key="1"' in text
        assert "The time windows overlap." in text
        linked = client.post(
            page_of(report), {"do": "link", "incident": incident.code, "why": "The same blasts."}
        )
        assert linked.status_code == 302
        assert Link.objects.get(report=report).incident == incident
        accept_report(report=other, by=world.triage, at=NOW)
        opened = client.post(page_of(other), {"do": "open", "why": "Another strike."})
        fresh = Incident.objects.latest("opened_at", "code")
        assert opened["Location"] == reverse("triage-incident", args=[fresh.code])
        assert Link.objects.get(report=other).incident == fresh

    def test_reject_with_a_reason_and_undo_it(self, world: World, browse: Browse) -> None:
        report = a_report(world)
        client = browse(world.triage)
        with no_trace():
            refused = client.post(page_of(report), {"do": "reject", "reason": "no", "version": 1})
        assert refused.status_code == 422
        assert "no</textarea>" in shown(refused)
        assert "Say why, so that the author can file it better." in shown(refused)
        assert 'href="#reject-reason"' in shown(refused)
        reason = "The place is missing."
        client.post(page_of(report), {"do": "reject", "reason": reason, "version": 1})
        report.refresh_from_db()
        assert (report.state, report.state_reason) == ("rejected", reason)
        assert reason in shown(client.get(page_of(report)))
        client.post(page_of(report), {"do": "reinstate", "version": report.version})
        report.refresh_from_db()
        assert report.state == "filed"

    @pytest.mark.parametrize("do", ["accept", "reject"])
    def test_a_report_handled_meanwhile_says_what_happened(
        self, world: World, browse: Browse, do: str
    ) -> None:
        report = a_report(world)
        seen = report.version
        accept_report(report=report, by=world.triage, at=NOW)
        sent = {"do": do, "version": seen, "reason": "A reason of length."}
        with no_trace():
            late = browse(world.triage).post(page_of(report), sent)
        assert late.status_code == 409
        assert "somebody else handled this record: it is now “Accepted”" in shown(late)
        assert page_of(report) in shown(late)

    def test_the_wrong_step_is_refused_without_a_trace(self, world: World, browse: Browse) -> None:
        report = a_report(world)
        incident = an_incident(world)
        client = browse(world.triage)
        for sent, status in (
            ({"do": "link", "incident": incident.code, "why": "Same."}, 409),  # not accepted yet
            ({"do": "open"}, 409),
            ({"do": "reinstate"}, 409),
            ({"do": "dance"}, 409),
            ({"do": "link", "incident": "", "why": "Same."}, 422),
        ):
            with no_trace():
                assert client.post(page_of(report), sent).status_code == status, sent
        accept_report(report=report, by=world.triage, at=NOW)
        for incident_code, why, words in (
            ("NK20-9999", "Same.", "There is no incident with this code."),
            (incident.code, "", "Give a short reason; it stays in the history."),
        ):
            sent = {"do": "link", "incident": incident_code, "why": why}
            with no_trace():
                refused = client.post(page_of(report), sent)
            assert refused.status_code == 422
            assert words in shown(refused)
            assert f'value="{incident_code}"' in shown(refused)

    def test_minutes_before_noon_lie_outside_the_period(self, world: World, browse: Browse) -> None:
        draft = a_draft(
            world,
            observed_from=NOW.replace(day=10, hour=7, minute=50),
            observed_until=NOW.replace(day=10, hour=7, minute=59),
        )
        text = shown(browse(world.triage).get(page_of(a_report(world, draft))))
        assert "Inadmissible" in text
        assert "The time window lies outside the period in force." in text

    def test_what_was_typed_cannot_become_markup(self, world: World, browse: Browse) -> None:
        draft = a_draft(
            world,
            narrative="<script>alert(1)</script> and <b>bold</b>",
            where=Where(kind="named", typed="</script><img src=x>"),
        )
        text = shown(browse(world.triage).get(page_of(a_report(world, draft))))
        assert "<script>alert" not in text
        assert "<img src=x" not in text


class TestCopies:
    def test_copies_stand_under_their_origin(self, world: World, browse: Browse) -> None:
        incident = an_incident(world)
        again = an_allegation(world, world.mod_azerbaijan, "ARM")
        an_accepted_report(
            world,
            a_draft(
                world,
                speaker=again.speaker,
                stance="alleges",
                means="told",
                accused_kind="party",
                accused_code="ARM",
                narrative="Another paper carried the same statement.",
                origin=OriginDraft(kind="statement", url=again.origin.url, publisher="Paper"),
            ),
            by=world.witness,
        )
        settle()
        text = shown(browse(world.triage).get(reverse("triage-incident", args=[incident.code])))
        assert "2 reports, 1 origin" in text.replace("\n", " ")
        assert "1 copy: it counts once" in text
        assert "linked by rule" in text
        assert Event.objects.filter(kind="report.linked", acting_as="machine").count() == 1
