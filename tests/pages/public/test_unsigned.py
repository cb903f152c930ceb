"""Nothing is served as published before its event is under a signed checkpoint."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from reports.once import terms_read_once
from tests.factories import (
    LATER,
    NOW,
    World,
    a_case,
    a_recommendation,
    an_allegation,
    an_incident,
    seal_all,
    settle,
)
from tests.second_round import MONTHS_LATER, REASON, a_decided, a_reserve, asked
from verification.adjudication.actions.decisions import decide_case
from verification.caseload.actions import publish_procedure
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.actions import rule_inadmissible
from verification.incidents.models import Incident
from verification.ledger.actions.sequencer import append_leaves
from verification.publication.models import Finding
from verification.publication.queries import one_snapshot, public_incidents_by_codes
from verification.publication.unsigned import unsigned
from verification.reopening.actions import refuse_reopening

ADDRESSES = ("/", "/findings/", "/standings/", "/incidents/")
MACHINES = ("/api/v1/findings", "/api/v1/incidents", "/api/v1/standings")


@pytest.fixture
def before(world: World, by_hand: Any) -> Incident:
    """An incident before a panel, as the public knows it, all signed."""
    incident = an_incident(world)
    case = a_case(world, incident)
    lapse_overdue_positions(at=LATER)
    seal_all(case, at=LATER)
    by_hand()
    return incident


def decide(incident: Incident, world: World) -> Finding:
    case = incident.cases.get()
    decide_case(case=case, reasons="As the ballots say, all three.", by=world.chair, at=LATER)
    settle()
    return Finding.objects.get(incident=incident)


def seen(client: Client) -> list[str]:
    """Return everything the public is served, without the instants of the reading."""
    texts = [client.get(path).content.decode() for path in (*ADDRESSES, *MACHINES)]
    out = StringIO()
    call_command("standing", agreement="nk2020", stdout=out)
    texts.append(out.getvalue())
    own = r"\d{4}-\d\d-\d\dT[\d:.+]+Z?|\d\d:\d\d(:\d\d)?|value=\"\w{64}\""  # this reading's
    return [re.sub(own, "", text) for text in texts]


class TestADecision:
    def test_until_it_is_signed_nothing_public_changes(
        self, client: Client, world: World, before: Incident, by_hand: Any
    ) -> None:
        incident = f"/incidents/{before.code}/"
        history = f"{incident}history/"
        pages = [client.get(path).content.decode() for path in (incident, history)]
        then = seen(client)
        finding = decide(before, world)
        for signed in (False, True):
            now = seen(client)
            code = client.get(f"/findings/{finding.code}/").status_code
            api = client.get(f"/api/v1/findings/{finding.code}").status_code
            proof = client.get(f"/findings/{finding.code}/proof/").status_code
            assert (code, api, proof) == ((200, 200, 200) if signed else (404, 404, 404))
            assert (now == then) != signed
            assert any(finding.code in text for text in now) is signed
            again = [client.get(path).content.decode() for path in (incident, history)]
            for old, new in zip(pages, again, strict=True):
                assert ("The panel decided" in new) is signed
                assert "The panel decided" not in old
            if not signed:
                append_leaves(at=LATER)  # in the log, and not yet signed
                assert seen(client) == then
                by_hand()

    def test_the_counts_add_up_at_every_moment(
        self, client: Client, world: World, before: Incident, by_hand: Any
    ) -> None:
        decide(before, world)
        for _signed in range(2):
            body = client.get("/api/v1/standings").json()
            assert sum(one["count"] for one in body["partition"]) == body["received"]
            counts = {one["key"]: one["count"] for one in body["partition"]}
            assert (counts["under_review"], counts["attributed"]) == ((0, 1) if _signed else (1, 0))
            by_hand()

    def test_a_recommendation_waits_too(
        self, client: Client, world: World, before: Incident, by_hand: Any
    ) -> None:
        decide(before, world)
        by_hand()
        code = a_recommendation(world, before).code
        addresses = ("/recommendations/", f"/recommendations/{code}/", f"/incidents/{before.code}/")
        machines = ("/api/v1/recommendations", f"/api/v1/recommendations/{code}", "/standings/")
        for signed in (False, True):
            answers = [client.get(path) for path in (*addresses, *machines)]
            codes = [answer.status_code for answer in answers]
            assert codes == [200, 200 if signed else 404, 200, 200, 200 if signed else 404, 200]
            shown = [
                code in answer.content.decode()
                for answer in answers[:4]
                if answer.status_code == 200
            ]
            assert set(shown) == {signed}
            work = Client()
            work.force_login(world.chair, backend="django.contrib.auth.backends.ModelBackend")
            assert work.get(f"/recommendations/{code}/answer/").status_code == 200
            by_hand()

    def test_those_who_work_on_it_do_not_wait(
        self, client: Client, world: World, before: Incident
    ) -> None:
        decide(before, world)
        client.force_login(world.chair, backend="django.contrib.auth.backends.ModelBackend")
        history = client.get(f"/incidents/{before.code}/history/").content.decode()
        assert "The panel decided" in history


def test_a_ruling_waits_too(client: Client, world: World, by_hand: Any) -> None:
    early = datetime(2020, 10, 10, 7, 30, tzinfo=UTC)  # before the truce took effect
    draft = an_allegation(
        world,
        world.mod_armenia,
        "AZE",
        observed_from=early,
        observed_until=early + timedelta(minutes=10),
        time_precision="minute",
    )
    incident = an_incident(world, draft)
    by_hand()
    ruling = "The strike came before the truce took effect."
    rule_inadmissible(incident=incident, ruling=ruling, by=world.triage, at=NOW)
    settle()
    for signed in (False, True):
        page = client.get(f"/incidents/{incident.code}/").content.decode()
        state = client.get(f"/api/v1/incidents/{incident.code}").json()["state"]
        assert (ruling in page) is signed
        assert state == ("inadmissible" if signed else "open")
        by_hand()


def test_a_version_of_the_procedure_waits_too(client: Client, world: World, by_hand: Any) -> None:
    published = publish_procedure(at=NOW)
    assert published is not None
    for signed in (False, True):
        answers = [client.get(path) for path in ("/procedure/1/", "/api/v1/procedures/1")]
        assert [answer.status_code for answer in answers] == [200 if signed else 404] * 2
        assert (published.fingerprint in client.get("/procedure/").content.decode()) is signed
        by_hand()


def test_a_refused_request_stands_as_asked_until_it_is_signed(
    client: Client, world: World, by_hand: Any
) -> None:
    reserve, decision = a_reserve(world), a_decided(world)
    request = asked(world, decision)
    by_hand()
    refuse_reopening(reopening=request, reason=REASON, by=reserve.deputy, at=MONTHS_LATER)
    settle()
    page = f"/findings/{Finding.objects.get(decision=decision).code}/"
    for signed in (False, True):
        assert (REASON in client.get(page).content.decode()) is signed
        by_hand()


@pytest.mark.usefixtures("anew")
def test_when_nothing_is_signed_for_long_the_pages_say_so(
    client: Client, world: World, by_hand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_incident(world)
    words = "The public log is behind"
    for address in (*ADDRESSES, "/log/"):
        assert words not in client.get(address).content.decode()
    monkeypatch.setattr("verification.ledger.queries.LATE_S", -60)  # as if minutes had passed
    for address in (*ADDRESSES[:3], "/log/"):
        assert words in client.get(address).content.decode(), address


def test_what_is_masked_is_read_with_the_rows_it_masks(
    before: Incident, world: World, rf: RequestFactory
) -> None:
    """A decision that comes while a request is under way does not slip through an earlier mask."""

    def request(_request: HttpRequest) -> HttpResponse:
        agreement = world.agreement
        with one_snapshot():
            first = public_incidents_by_codes(agreement, [before.code])[before.code]
        assert unsigned().events == ()
        decide(before, world)
        later = public_incidents_by_codes(agreement, [before.code])[before.code]
        assert (later.state, later.finding_code) == (first.state, first.finding_code)
        assert len(unsigned().events) > 0
        return HttpResponse()

    terms_read_once(request)(rf.get("/api/v1/findings"))
