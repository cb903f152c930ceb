"""The door of the change feed: thin rows or whole ones, bounded, resumable, strict."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import LATER, World
from tests.public_record import PublicRecord
from verification.partners.actions.feed import tell_changes
from verification.publication.models import PublicRow
from verification.withholding.actions import place_embargo

MOST_QUERIES = 12
ROW = {"schema", "type", "id", "change", "at", "url", "cursor"}


@pytest.fixture
def told(world: World, record: PublicRecord) -> PublicRecord:
    tell_changes(at=LATER)
    return record


def asked(client: Client, **query: Any) -> Any:
    return client.get("/api/v1/changes", query)


def test_thin_rows_name_records_that_anybody_can_read(client: Client, told: PublicRecord) -> None:
    body = asked(client).json()
    kinds = {row["type"] for row in body["results"]}
    assert kinds >= {"incident", "finding", "standings"}
    assert body["more"] is False
    for row in body["results"]:
        assert (set(row), row["schema"], row["change"]) == (ROW, 1, "added")
        assert row["at"].endswith("Z")
        assert client.get(row["url"]).status_code == 200, row["url"]


def test_whole_rows_hold_what_their_own_doors_answer(client: Client, told: PublicRecord) -> None:
    rows = asked(client, expand=1).json()["results"]
    lists = {row["code"]: row for row in client.get("/api/v1/incidents").json()["results"]}
    incidents = {row["id"]: row["object"] for row in rows if row["type"] == "incident"}
    assert incidents == lists
    for row in rows:
        if row["type"] == "finding":
            own = client.get(row["url"]).json()
            assert row["object"].items() <= own.items()


def test_nothing_of_an_observer_comes_out(client: Client, told: PublicRecord) -> None:
    text = asked(client, expand=1).content.decode()
    assert [one for one in told.canaries if one in text] == []


@pytest.mark.parametrize("expand", [0, 1])
def test_it_asks_the_database_little(
    client: Client, world: World, told: PublicRecord, expand: int
) -> None:
    assert place_embargo(incident=told.hidden, days=2, reason="At risk.", by=world.chair, at=LATER)
    with CaptureQueriesContext(connection) as queries:
        assert asked(client, expand=expand).status_code == 200
    assert len(queries) <= MOST_QUERIES


def test_link_next_leads_through_all_of_it_and_then_waits(
    client: Client, told: PublicRecord
) -> None:
    whole = [(row["type"], row["id"]) for row in asked(client).json()["results"]]
    found: list[tuple[str, str]] = []
    answer = asked(client, limit=1)
    while answer.json()["results"]:
        body = answer.json()
        found += [(row["type"], row["id"]) for row in body["results"]]
        assert answer["Link"] == f'<{body["next"]}>; rel="next"'
        assert body["more"] == (found != whole)
        answer = client.get(body["next"])
    assert found == whole
    assert client.get(answer.json()["next"]).json() == answer.json()


def test_it_answers_304_until_something_is_new(client: Client, told: PublicRecord) -> None:
    address = asked(client).json()["next"]
    tag = client.get(address)["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    PublicRow.objects.filter(pk=told.contested.pk).update(n_reports=9)
    tell_changes(at=LATER)
    fresh = client.get(address, headers={"If-None-Match": tag})
    assert [row["id"] for row in fresh.json()["results"]] == [told.contested.code]


@pytest.mark.parametrize(
    "query",
    [
        {"after": "x"},
        {"after": "WzAsMF0:AAAA"},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "-1"},
        {"limit": "९"},
        {"limit": "9" * 40},
        {"expand": "yes"},
        {"since": "2020-10-10"},
    ],
)
def test_what_it_does_not_know_is_a_problem(
    client: Client, told: PublicRecord, query: dict[str, str]
) -> None:
    answer = asked(client, **query)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] in ("unknown-parameter", "foreign-cursor")
