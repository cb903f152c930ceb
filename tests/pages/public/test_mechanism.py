"""The public page of the mechanism's figures, and the same for machines."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import World, a_decided_incident
from tests.public_record import PublicRecord


def shown(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_before_anything_it_stands(client: Client, world: World) -> None:
    assert "nothing yet" in shown(client.get("/mechanism/"))


def test_both_parties_stand_in_the_same_tables(client: Client, record: PublicRecord) -> None:
    text = shown(client.get("/mechanism/"))
    for method in ("Wilson", "Kaplan and Meier", "Brookmeyer and Crowley", "resamples"):
        assert method in text
    table = text.split('id="m-attributed"')[1].split("</section>")[0]
    assert table.count("Accused:") == 2 and table.count("Reported by the side of:") == 2
    assert "withheld: too few cases" in text
    assert "few" in table


def test_machines_read_the_same_and_nulls_where_withheld(
    client: Client, record: PublicRecord
) -> None:
    body = client.get("/api/v1/mechanism").json()
    measures = {one["key"]: one for one in body["measures"]}
    (whole,) = [f for f in measures["attributed"]["figures"] if f["group"] == "all"]
    assert (whole["hits"], whole["n"], whole["value"]) == (1, 1, 1.0)
    hidden = [f for f in measures["recused"]["figures"] if f["withheld"]]
    assert hidden
    assert {f[name] for f in hidden for name in ("n", "hits", "value", "low", "high")} == {None}


def test_it_is_only_read_and_names_nobody(client: Client, record: PublicRecord) -> None:
    assert client.post("/mechanism/").status_code == 405
    assert client.get("/mechanism/?agreement=none").status_code == 404
    text = shown(client.get("/mechanism/")) + client.get("/api/v1/mechanism").content.decode()
    assert [canary for canary in record.canaries if canary in text] == []


def test_more_incidents_do_not_ask_more_of_the_database(client: Client, world: World) -> None:
    a_decided_incident(world)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/mechanism/")
        return len(queries)

    first = asked()
    a_decided_incident(world)
    assert asked() <= first
