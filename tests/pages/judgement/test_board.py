"""The triage board: suggestions with reasons, one key each, without JavaScript plain buttons."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.factories import NOW, World, an_accepted_report, an_allegation, an_incident
from tests.pages.judgement.conftest import Browse
from tests.proofs import no_trace
from verification.incidents.actions import link_report
from verification.incidents.models import Incident
from verification.incidents.queries import linked_reports
from verification.linking.models import Refusal, Split, Tie

URL = reverse("triage-board")


def shown(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def incident(world: World) -> Incident:
    return an_incident(world)


def test_a_report_is_linked_or_refused_by_one_button(
    world: World, browse: Browse, incident: Incident
) -> None:
    first, second = an_accepted_report(world), an_accepted_report(world)
    client = browse(world.triage)
    page = shown(client.get(URL))
    for there in (first.receipt, second.receipt, incident.code, "km apart", 'data-key="c"'):
        assert there in page, there
    sent = {"incident": incident.code, "report": first.pk, "why": "2 km apart.", "do": "confirm"}
    assert client.post(URL, sent).status_code == 302
    assert first in linked_reports(incident)
    sent = {"incident": incident.code, "report": second.pk, "do": "refuse"}
    assert client.post(URL, sent).status_code == 302
    after = shown(client.get(URL))
    assert "Refused lately" in after
    assert reverse("triage-report", args=[second.pk]) not in after
    again = {"refusal": Refusal.objects.get().pk, "do": "again"}
    assert client.post(URL, again).status_code == 302
    assert reverse("triage-report", args=[second.pk]) in shown(client.get(URL))


def test_two_incidents_are_merged_refused_or_tied(
    world: World, browse: Browse, incident: Incident
) -> None:
    other = an_incident(world, an_allegation(world, world.mod_armenia, "AZE"))
    third = an_incident(world)
    client = browse(world.triage)
    pair = {"incident": incident.code, "why": "Near in time and place."}
    assert client.post(URL, {**pair, "other": other.code, "do": "tie"}).status_code == 302
    assert Tie.objects.count() == 1
    assert client.post(URL, {**pair, "other": third.code, "do": "confirm"}).status_code == 302
    third.refresh_from_db()
    assert third.merged_into == incident
    page = shown(client.get(reverse("triage-incident", args=[incident.code])))
    assert "Which came first" in page
    assert "All in exactly this order" in page


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"do": "explode"},
        {"do": "confirm"},
        {"do": "confirm", "incident": "NK20-9999", "other": "NK20-9998"},
        {"do": "refuse", "incident": "NK20-0001", "report": "not-a-key"},
        {"do": "again", "refusal": "not-a-key"},
    ],
)
def test_what_cannot_be_read_changes_nothing(
    world: World, browse: Browse, incident: Incident, sent: dict[str, str]
) -> None:
    with no_trace():
        assert browse(world.triage).post(URL, sent).status_code in (404, 409, 422)


def test_nobody_but_triage_reaches_it(
    cast: dict[str, Any], browse: Browse, incident: Incident
) -> None:
    for name, user in cast.items():
        expected = 200 if name == "triage" else 302 if user is None else 403
        assert browse(user).get(URL).status_code == expected, name


def test_split_tie_and_their_undoing_stand_on_the_incident_s_page(
    world: World, browse: Browse, incident: Incident
) -> None:
    report, other = an_accepted_report(world), an_incident(world)
    link_report(report=report, incident=incident, why="Same.", by=world.triage, at=NOW)
    url, client = reverse("triage-incident", args=[incident.code]), browse(world.triage)
    assert shown(client.post(url, {"do": "split"})).count("This field is required") >= 2
    split = {"do": "split", "links": [report.links.get().pk], "why": "Another street."}
    assert client.post(url, split).status_code == 302
    assert "Split off from this one" in shown(client.get(url))
    assert client.post(url, {"do": "unsplit", "split": Split.objects.get().pk}).status_code == 302
    assert report in linked_reports(incident)
    tie = {"do": "tie", "other": other.code, "why": "Answered fire."}
    assert client.post(url, tie).status_code == 302
    assert client.post(url, {**tie, "other": "NK20-9999"}).status_code == 422
    public = shown(browse(None).get(reverse("incident", args=[incident.code])))
    assert "Incidents of the same exchange, in time" in public
    assert client.post(url, {"do": "untie", "tie": Tie.objects.get().pk}).status_code == 302
    assert "Which came first" not in shown(client.get(url))
    assert client.post(url, {"do": "refuse", "incident": other.code}).status_code == 302
    assert Refusal.objects.count() == 1


def test_a_report_may_belong_to_many_incidents(
    world: World, browse: Browse, incident: Incident
) -> None:
    report, other = an_accepted_report(world), an_incident(world)
    client = browse(world.triage)
    for one in (incident, other):
        sent = {"do": "link", "incident": one.code, "why": "It tells of both."}
        assert client.post(reverse("triage-report", args=[report.pk]), sent).status_code == 302
    assert report in linked_reports(incident) and report in linked_reports(other)
