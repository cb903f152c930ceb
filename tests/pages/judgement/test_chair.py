"""The chair: opening cases, watching them, and sealing the decision."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.people.actions import revoke_role
from reports.people.models import RoleGrant
from tests.factories import (
    NOW,
    World,
    a_ballot,
    a_case,
    an_allegation,
    an_incident,
    seal_all,
    settle,
    some_answers,
)
from tests.pages.judgement.conftest import Browse, Clock
from tests.proofs import no_trace
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.models import Case, Decision
from verification.corroboration.actions import lapse_overdue_positions
from verification.publication.models import Finding

REASONS = "The panel read the reports and finds them detailed and not gainsaid."


def shown(answer: Any) -> str:
    return answer.content.decode()


def page_of(case: Case) -> str:
    return reverse("chair-case", args=[case.pk])


def ready_case(world: World, clock: Clock, **changes: Any) -> Case:
    """Return a case with all ballots sealed and the accused silent past the deadline."""
    case = a_case(world)
    seal_all(case, some_answers(**changes))
    clock.at = NOW + timedelta(days=4)
    lapse_overdue_positions(at=clock.at)
    return case


class TestOpening:
    def test_a_case_opens_on_an_incident_and_its_panel_shows(
        self, world: World, browse: Browse
    ) -> None:
        incident = an_incident(world)
        client = browse(world.chair)
        text = shown(client.get(reverse("chair")))
        assert incident.code in text
        assert "Awaiting the party’s answer" in text
        sent = {"incident": incident.code, "version": incident.version}
        done = client.post(reverse("chair"), sent)
        case = Case.objects.get()
        assert done["Location"] == page_of(case)
        text = shown(client.get(page_of(case)))
        assert case.panel_seed in text
        for seat in case.seats.all():
            assert f"Seat {seat.number}" in text
            assert seat.reviewer.organisation.name in text
            assert seat.reviewer.username not in text.replace("chair", "")
        assert "0 of 3 ballots" in shown(client.get(reverse("chair")))

    def test_what_cannot_be_opened(self, world: World, browse: Browse) -> None:
        incident = an_incident(world)
        client = browse(world.chair)
        for sent, status in (
            ({"incident": "NK20-9999"}, 404),
            ({"incident": ""}, 404),
            ({"incident": incident.code, "version": incident.version + 1}, 409),
        ):
            with no_trace():
                assert client.post(reverse("chair"), sent).status_code == status
        for grant in RoleGrant.objects.filter(role="reviewer", user=world.reviewer_spare):
            revoke_role(grant=grant, by=None, at=NOW)
        for grant in RoleGrant.objects.filter(role="reviewer", user=world.chair):
            revoke_role(grant=grant, by=None, at=NOW)
        with no_trace():
            refused = client.post(reverse("chair"), {"incident": incident.code})
        assert refused.status_code == 409
        assert "No panel can be seated by the rules" in shown(refused)
        assert "An operator can grant the role" in shown(refused)

    def test_twice(self, world: World, browse: Browse) -> None:
        case = a_case(world)
        with no_trace():
            again = browse(world.chair).post(
                reverse("chair"), {"incident": case.incident.code, "version": 1}
            )
        assert again.status_code == 409
        assert "it is now “Under review”" in shown(again)

    def test_queries_do_not_grow_with_the_lists(self, world: World, browse: Browse) -> None:
        client = browse(world.chair)
        counts = []
        for side, speaker in (("ARM", world.mod_azerbaijan), ("AZE", world.mod_armenia)):
            an_incident(world)
            a_case(world, an_incident(world, an_allegation(world, speaker, side)))
            with CaptureQueriesContext(connection) as found:
                client.get(reverse("chair"))
            counts.append(len(found))
        assert counts[0] == counts[1]


def answer_of(page: str) -> str:
    """Return what stands in the box for the reasons."""
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    assert found is not None
    return unescape(found.group(1))


class TestDeciding:
    def test_each_lacking_precondition_says_why(self, world: World, browse: Browse) -> None:
        case = a_case(world)
        client = browse(world.chair)
        text = shown(client.get(page_of(case)))
        for reason in (
            "0 of 3 ballots are sealed.",
            "3 of 3 seated reviewers have not sealed a ballot.",
            "Still awaited, and the deadline has not passed: Armenia.",
            "Not ready yet",
        ):
            assert reason in text, reason
        assert 'name="reasons"' not in text
        with no_trace():
            early = client.post(page_of(case), {"reasons": REASONS, "version": case.version})
        assert early.status_code == 409
        assert "Still awaited" in shown(early)

    def test_the_answers_come_from_the_ballots_and_the_effect_shows_before(
        self, world: World, browse: Browse, clock: Clock
    ) -> None:
        case = a_case(world)
        *most, dissenter = case.seats.order_by("number").select_related("reviewer")
        for seat in most:
            seal_ballot(case=case, draft=a_ballot(case), by=seat.reviewer, at=NOW)
        other = some_answers(
            attribution="not_attributable",
            parties=(),
            attribution_likelihood="unlikely",
            attribution_confidence="low",
        )
        seal_ballot(case=case, draft=a_ballot(case, other), by=dissenter.reviewer, at=NOW)
        clock.at = NOW + timedelta(days=4)
        lapse_overdue_positions(at=clock.at)
        client = browse(world.chair)
        text = shown(client.get(page_of(case)))
        for there in (
            "Ready to decide",
            "Violation, attributed",
            "Attributed to a party: Armenia",
            "1 dissent",
            "differs from the panel",
            "publish the finding on",
            "update the standings of Armenia, Azerbaijan",
            "This cannot be undone.",
            "Who did it? Attributed to a party: Armenia (2 of 3 ballots).",
            "1 reviewer answered otherwise",
            "⟦Write here why",
        ):
            assert there in text, there
        with no_trace():
            drafted = {"reasons": answer_of(text), "version": case.version}
            assert client.post(page_of(case), drafted).status_code == 422
        done = client.post(page_of(case), {"reasons": REASONS, "version": case.version})
        assert (done.status_code, done["Location"]) == (302, page_of(case))
        decision = Decision.objects.get()
        assert (decision.outcome, decision.parties) == ("attributed", ["ARM"])
        assert [d["seat"] for d in decision.dissents] == [dissenter.number]
        settle()
        assert Finding.objects.get().incident == case.incident
        after = shown(client.get(page_of(case)))
        assert "The decision is sealed." in after
        assert 'name="reasons"' not in after

    def test_a_decision_without_reasons_and_one_too_late(
        self, world: World, browse: Browse, clock: Clock
    ) -> None:
        case = ready_case(world, clock)
        client = browse(world.chair)
        with no_trace():
            refused = client.post(page_of(case), {"reasons": "Yes.", "version": case.version})
        assert refused.status_code == 422
        assert "in at least 20 characters" in shown(refused)
        assert "Yes.</textarea>" in shown(refused)
        assert 'href="#id_reasons"' in shown(refused)
        seen = case.version
        decide_case(case=case, reasons=REASONS, by=world.chair, at=clock.at)
        with no_trace():
            late = client.post(page_of(case), {"reasons": REASONS, "version": seen})
        assert late.status_code == 409
        assert "it is now “Decided”" in shown(late)
