"""Exports by their address: confirmed unless asked otherwise, signed, and with their sidecars."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from reports.agreement.models import ActKind
from tests.factories import LATER, NOW, World
from tests.public_record import PublicRecord
from verification.bulletins.actions import draft_bulletin, release_bulletin

NAMES = ("acled", "ged", "hxl")


@pytest.fixture(autouse=True)
def _codes(db: None) -> None:
    """The taxonomy of the tests has no codes of other systems."""


@pytest.fixture
def coded(record: PublicRecord) -> PublicRecord:
    codes = {"acled_event": "Explosions/Remote violence", "ucdp_type": "1"}
    ActKind.objects.update(codes=codes)
    return record


def body(client: Client, name: str, query: str = "") -> str:
    answer: Any = client.get(f"/data/exports/{name}?agreement=nk2020{query}")
    assert answer.status_code == 200, name
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return raw.decode()


def rows(client: Client, name: str, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client, f"{name}.csv", query), newline="")))


def codes_in(client: Client, query: str = "") -> set[str]:
    return {row["code"] for row in rows(client, "hxl", query)[1:]}


class TestStatus:
    def test_by_itself_only_what_was_confirmed_goes_out(
        self, client: Client, coded: PublicRecord
    ) -> None:
        assert codes_in(client) == codes_in(client, "&status=confirmed") == {coded.decided.code}
        assert {row["event_id_cnty"] for row in rows(client, "acled")} == {coded.decided.code}

    def test_more_only_where_it_is_asked_for(self, client: Client, coded: PublicRecord) -> None:
        assert codes_in(client, "&status=decided") == {coded.decided.code, coded.ruled.code}
        assert codes_in(client, "&status=all") > {coded.contested.code, coded.hidden.code}

    @pytest.mark.parametrize("name", NAMES)
    def test_an_unknown_one_is_refused(
        self, client: Client, coded: PublicRecord, name: str
    ) -> None:
        for end in ("csv", "mapping.json", "README.txt"):
            assert client.get(f"/data/exports/{name}.{end}?status=everything").status_code == 400

    def test_nothing_before_it_is_signed(
        self, client: Client, coded: PublicRecord, by_hand: Any
    ) -> None:
        assert codes_in(client, "&status=decided") == set()
        assert {row["status"] for row in rows(client, "hxl", "&status=all")[1:]} <= {
            *("allegation", "contested")
        }
        by_hand()
        assert codes_in(client) == {coded.decided.code}


@pytest.mark.parametrize("name", NAMES)
class TestSidecars:
    def test_they_name_what_is_dropped_and_how_many_rows_there_are(
        self, client: Client, coded: PublicRecord, name: str
    ) -> None:
        told = json.loads(body(client, f"{name}.mapping.json", "&status=all"))
        n = len(rows(client, name, "&status=all")) - (name == "hxl")
        assert (told["rows"], told["status"]) == (n, "all")
        assert told["dropped"] and told["licence"] and told["as_of"]
        readme = body(client, f"{name}.README.txt", "&status=all")
        assert all(one in readme for one in told["dropped"])

    def test_the_file_leads_to_them(self, client: Client, coded: PublicRecord, name: str) -> None:
        answer = client.get(f"/data/exports/{name}.csv")
        assert f"{name}.mapping.json" in answer["Link"] and "describedby" in answer["Link"]
        assert "confirmed" in answer["Content-Disposition"]

    def test_nothing_of_an_observer_comes_out(
        self, client: Client, coded: PublicRecord, name: str
    ) -> None:
        for end in ("csv", "mapping.json", "README.txt"):
            text = body(client, f"{name}.{end}", "&status=all")
            assert [canary for canary in coded.canaries if canary in text] == []


def test_where_nobody_was_killed_the_readme_says_so(client: Client, coded: PublicRecord) -> None:
    if not rows(client, "ged"):
        assert "holds no incident" in body(client, "ged.README.txt")
    for row in rows(client, "ged", "&status=all"):
        assert int(row["low"]) >= 1


def test_the_daily_table_holds_both_counts_and_the_cut(
    client: Client, world: World, coded: PublicRecord, publish: Any
) -> None:
    assert rows(client, "daily") == []
    bulletin = draft_bulletin(agreement=world.agreement, day=NOW.date(), at=LATER)
    assert bulletin is not None
    assert rows(client, "daily") == []
    release_bulletin(bulletin=bulletin, by=world.publisher, at=LATER)
    publish()
    found = rows(client, "daily")
    assert {row["bulletin"] for row in found} == {bulletin.code}
    assert {row["counted"] for row in found} >= {"incidents", "reports"}
    assert {row["day_ends"] for row in found} == {bulletin.content["cut_off"]}
    assert "cut" in body(client, "daily.README.txt")


def test_the_page_says_what_each_is_for(client: Client, coded: PublicRecord) -> None:
    page = client.get("/data/").content.decode()
    for name in (*NAMES, "daily"):
        assert f"/data/exports/{name}.csv" in page and f"/data/exports/{name}.README.txt" in page


def test_an_unknown_layout_is_not_found(client: Client, coded: PublicRecord) -> None:
    assert client.get("/data/exports/stix.csv").status_code == 404
