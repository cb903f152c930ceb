"""A second person speaks by machine, as on their page: what they see, what is kept, who may."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reports.journal.kinds import Kind
from tests.api.machines import is_problem, key_for, machine
from tests.factories import World, an_incident
from tests.proofs import no_trace, one_event
from verification.corroboration.models import Statement
from verification.incidents.models import Incident

SAID: dict[str, Any] = {
    "question": "occurred",
    "says": "supports",
    "basis": "eyewitness",
    "note": "I heard three explosions myself at two in the morning.",
}


@pytest.fixture
def incident(world: World) -> Incident:
    return an_incident(world)


def speaks(user: Any) -> Client:
    return machine(key_for(user, "statements:read", "statements:write"))


def send(client: Client, incident: Incident, body: Any) -> Any:
    url = reverse("api-statements", args=[incident.code])
    return client.post(url, json.dumps(body), content_type="application/json")


def test_the_list_shows_what_the_public_may_know(
    world: World, incident: Incident, django_assert_max_num_queries: Any
) -> None:
    client = speaks(world.witness)
    with django_assert_max_num_queries(17):  # with those that bound a reading and note the key
        rows = client.get("/api/v1/statements/open").json()["results"]
    assert [(row["code"], row["has_stated"]) for row in rows] == [(incident.code, False)]
    assert set(rows[0]) == {
        *("code", "state", "act", "window_from", "window_until", "has_stated"),
    }


def test_a_statement_is_given_and_read_back(
    world: World, incident: Incident, django_assert_max_num_queries: Any
) -> None:
    client = speaks(world.witness)
    with one_event(Kind.STATEMENT_GIVEN):
        answer = send(client, incident, SAID)
    assert answer.status_code == 201, answer.content
    assert {name: answer.json()[name] for name in SAID} == SAID
    with django_assert_max_num_queries(12):
        seen = client.get(reverse("api-statements", args=[incident.code])).json()
    assert seen["may_state"] is True
    assert [row["note"] for row in seen["results"]] == [SAID["note"]]
    rows = client.get("/api/v1/statements/open").json()["results"]
    assert rows[0]["has_stated"] is True


def test_a_published_claim_can_be_relayed_by_its_digest(world: World, incident: Incident) -> None:
    client = speaks(world.witness)
    claims = client.get(reverse("api-statements", args=[incident.code])).json()["claims"]
    assert claims
    body = {**SAID, "basis": "hearsay", "relays": claims[0]["relays"]}
    answer = send(client, incident, body)
    assert answer.status_code == 201, answer.content
    origins = {str(row.origin_id) for row in incident_reports(incident)}
    assert str(Statement.objects.get().origin_id) in origins


def incident_reports(incident: Incident) -> list[Any]:
    return [link.report for link in incident.links.select_related("report")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"relays": "0" * 16}, "/relays"),
        ({"speaker": "01900000-0000-7000-8000-00000000dead"}, "/speaker"),
        ({"note": "Short."}, "/note"),
        ({"question": "actor"}, "/party"),
        ({"says": "swears"}, "/says"),
    ],
)
def test_what_is_wrong_is_pointed_at(
    world: World, incident: Incident, change: dict[str, Any], field: str
) -> None:
    client = speaks(world.witness)
    with no_trace():
        problem = is_problem(send(client, incident, {**SAID, **change}), 422)
    assert field in {error["pointer"] for error in problem["errors"]}


def test_nobody_corroborates_their_own_report(world: World, incident: Incident) -> None:
    author = speaks(incident_reports(incident)[0].filed_by)
    with no_trace():
        answer = send(author, incident, SAID)
    assert answer.status_code in (403, 404, 409), answer.content


def test_a_key_without_the_scope_is_refused(world: World, incident: Incident) -> None:
    client = machine(key_for(world.witness, "reports:write", "statements:read"))
    with no_trace():
        is_problem(send(client, incident, SAID), 403)
