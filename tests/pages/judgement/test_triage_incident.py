"""Triage of an incident: unlink, link again, merge, undo, rule, and the score it may see."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from reports.people.actions import grant_role
from tests.factories import (
    NOW,
    World,
    a_case,
    a_draft,
    an_accepted_report,
    an_incident,
    settle,
)
from tests.pages.judgement.conftest import Browse
from tests.proofs import no_trace
from verification.incidents.actions import link_report, open_incident
from verification.incidents.models import Incident, Link, Merge
from verification.publication.models import Finding
from verification.scoring.queries import latest_score


def shown(answer: Any) -> str:
    return answer.content.decode()


def page_of(incident: Incident) -> str:
    return reverse("triage-incident", args=[incident.code])


def another_incident(world: World, **changes: Any) -> Incident:
    report = an_accepted_report(world, a_draft(world, **changes))
    return open_incident(report=report, why="Seen apart.", by=world.triage, at=NOW)


class TestLinks:
    def test_unlink_with_a_reason_and_link_again(self, world: World, browse: Browse) -> None:
        incident = an_incident(world)
        report = an_accepted_report(world)
        link = link_report(
            report=report, incident=incident, why="Near it.", by=world.triage, at=NOW
        )
        client = browse(world.triage)
        with no_trace():
            refused = client.post(page_of(incident), {"do": "unlink", "link": link.pk, "why": ""})
        assert refused.status_code == 422
        assert f"unlink-{link.pk}-why" in shown(refused)
        done = client.post(
            page_of(incident), {"do": "unlink", "link": link.pk, "why": "Another day."}
        )
        assert done.status_code == 302
        link.refresh_from_db()
        assert (link.unlinked_at, link.unlink_why) == (NOW, "Another day.")
        text = shown(client.get(page_of(incident)))
        assert "Another day." in text
        assert "Link again" in text
        with no_trace():
            gone = client.post(
                page_of(incident), {"do": "unlink", "link": link.pk, "why": "Once more."}
            )
        assert gone.status_code == 409
        back = {"do": "relink", "report": report.pk}
        with no_trace():
            short = client.post(page_of(incident), {**back, "why": "x"})
        assert short.status_code == 422
        assert 'value="x"' in shown(short)
        client.post(page_of(incident), {**back, "why": "It was the same day after all."})
        assert Link.objects.filter(report=report, unlinked_at=None).count() == 1
        assert "Linked again since." in shown(client.get(page_of(incident)))

    def test_a_link_or_merge_that_is_not_there(self, world: World, browse: Browse) -> None:
        incident = an_incident(world)
        client = browse(world.triage)
        for sent in (
            {"do": "unlink", "link": "nonsense", "why": "A reason."},
            {"do": "unlink", "link": world.agreement.pk, "why": "A reason."},
            {"do": "relink", "report": world.agreement.pk, "why": "A reason."},
            {"do": "undo_merge", "merge": "nonsense"},
        ):
            with no_trace():
                assert client.post(page_of(incident), sent).status_code == 404, sent

    def test_a_panel_keeps_its_reports(self, world: World, browse: Browse) -> None:
        incident = an_incident(world)
        a_case(world, incident)
        link = incident.links.get()
        with no_trace():
            refused = browse(world.triage).post(
                page_of(incident), {"do": "unlink", "link": link.pk, "why": "A reason."}
            )
        assert refused.status_code == 409
        assert "its reports cannot be taken away" in shown(refused)


class TestMerges:
    def test_merge_by_suggestion_or_code_and_undo(self, world: World, browse: Browse) -> None:
        kept, absorbed = an_incident(world), another_incident(world)
        client = browse(world.triage)
        text = shown(client.get(page_of(kept)))
        assert f'name="incident" value="{absorbed.code}"' in text
        sent = {"do": "merge", "incident": absorbed.code.lower(), "version": kept.version}
        with no_trace():
            assert client.post(page_of(kept), sent).status_code == 422  # no reason
        client.post(page_of(kept), {**sent, "why": "One strike."})
        absorbed.refresh_from_db()
        assert absorbed.merged_into == kept
        text = shown(client.get(page_of(kept)))
        assert "One strike." in text
        assert "2 reports" in text
        assert kept.code in shown(client.get(page_of(absorbed)))
        merge = Merge.objects.get()
        client.post(page_of(kept), {"do": "undo_merge", "merge": merge.pk})
        absorbed.refresh_from_db()
        assert absorbed.state == "open"
        with no_trace():
            again = client.post(page_of(kept), {"do": "undo_merge", "merge": merge.pk})
        assert again.status_code == 409

    def test_a_merge_that_cannot_be(self, world: World, browse: Browse) -> None:
        incident = an_incident(world)
        client = browse(world.triage)
        for code, words in (
            ("NK20-9999", "There is no incident with this code."),
            (incident.code, "Choose another incident of the same agreement."),
        ):
            with no_trace():
                refused = client.post(
                    page_of(incident), {"do": "merge", "incident": code, "why": "One event."}
                )
            assert refused.status_code == 422
            assert words in shown(refused)
            assert 'href="#merge-incident"' in shown(refused)


class TestRuling:
    def test_only_where_a_test_says_outside_and_with_published_reasons(
        self, world: World, browse: Browse
    ) -> None:
        inside = an_incident(world)
        outside = another_incident(
            world,
            observed_from=NOW.replace(day=10, hour=7, minute=50),
            observed_until=NOW.replace(day=10, hour=7, minute=59),
        )
        client = browse(world.triage)
        assert "Rule it inadmissible" not in shown(client.get(page_of(inside)))
        text = shown(client.get(page_of(outside)))
        assert "with your reasons word for word" in text  # what it will do, before it is done
        ruling = "The window ends before the agreement entered into force."
        for incident, typed in ((inside, ruling), (outside, "Too short.")):
            with no_trace():
                refused = client.post(page_of(incident), {"do": "rule", "ruling": typed})
            assert refused.status_code == 422
        assert "Too short." in shown(refused)
        stale = {"do": "rule", "ruling": ruling, "version": outside.version + 1}
        with no_trace():
            assert client.post(page_of(outside), stale).status_code == 409
        done = client.post(
            page_of(outside), {"do": "rule", "ruling": ruling, "version": outside.version}
        )
        assert done.status_code == 302
        settle()
        assert ruling in shown(client.get(page_of(outside)))
        assert Finding.objects.get().incident == outside


class TestScore:
    def test_the_score_is_called_by_its_method_and_shown_without_aligned_sources(
        self, world: World, browse: Browse
    ) -> None:
        incident = an_incident(world)
        score = latest_score(incident)
        assert score is not None
        text = shown(browse(world.triage).get(page_of(incident)))
        assert score.method == "hierarchical Bayesian model with copy detection"
        for there in (
            "Hierarchical Bayesian model with copy detection",
            "Majority vote over independent origins",
            "Without any source aligned with a party",
            "1 independent origin",
            "Ministry of Defence of Azerbaijan",
            "says that it was Armenia",
            f"{score.contributions[0]['nats']['ARM']:+.1f}",
        ):
            assert there in text, there

    def test_whoever_must_still_vote_sees_no_score_in_any_role(
        self, world: World, browse: Browse
    ) -> None:
        incident = an_incident(world)
        case = a_case(world, incident)
        seated = case.seats.first().reviewer
        grant_role(user=seated, role="triage", agreement=world.agreement, by=None, at=NOW)
        answer = browse(seated).get(page_of(incident))
        assert answer.status_code == 200
        assert answer.context["score"] is None
        assert "ajority vote" not in shown(answer)
        assert "ierarchical" not in shown(answer)
        assert "the score shows once your ballot is sealed" in shown(answer)
