"""Open data: what the pages say, as files; nothing more, with what it is as of."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from tests.factories import LATER, World
from tests.public_record import PublicRecord
from tests.second_round import a_correction, a_reserve
from verification.ledger.models import SignedTree
from verification.publication import open_data
from verification.publication.models import Finding
from verification.publication.open_data import LICENCE, TABLES
from verification.publication.queries import incident_list

FILES = (
    *("incidents.csv", "findings.csv", "corrections.csv"),
    *("incidents.geojson", "published.xlsx", "about.json", "dcat.jsonld"),
)


def body(client: Client, name: str) -> bytes:
    answer: Any = client.get(f"/data/{name}?agreement=nk2020")
    assert answer.status_code == 200, name
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def rows(client: Client, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client, name).decode(), newline="")))


def text_of(client: Client, name: str) -> str:
    raw = body(client, name)
    if not name.endswith(".xlsx"):
        return raw.decode()
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        return "".join(book.read(part).decode() for part in book.namelist())


class TestTables:
    def test_incidents_are_those_of_the_pages(self, client: Client, record: PublicRecord) -> None:
        found = rows(client, "incidents.csv")
        everything = (record.decided, record.ruled, record.contested, record.hidden)
        assert {row["code"] for row in found} == {one.code for one in everything}
        by_code = {row["code"]: row for row in found}
        assert by_code[record.decided.code]["shape"] == "finding"
        assert by_code[record.contested.code]["shape"] == "contested"
        assert by_code[record.hidden.code]["place"] == ""
        assert len(found) == incident_list(record.decided.agreement, at=LATER).n_all

    def test_no_row_is_lost_between_two_pages(
        self, client: Client, record: PublicRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = rows(client, "incidents.csv")
        monkeypatch.setattr(open_data, "CHUNK", 1)
        assert rows(client, "incidents.csv") == whole

    def test_findings_hold_every_version_and_say_which_stands(
        self, client: Client, world: World
    ) -> None:
        a_correction(world, a_reserve(world))
        found = rows(client, "findings.csv")
        assert {row["code"] for row in found} == set(Finding.objects.values_list("code", flat=True))
        assert [row["stands"] for row in found] == ["no", "yes"]
        (correction,) = rows(client, "corrections.csv")
        assert (correction["corrects"], correction["finding"]) == tuple(r["code"] for r in found)

    def test_nothing_before_it_is_signed(
        self, client: Client, record: PublicRecord, by_hand: Any
    ) -> None:
        assert rows(client, "findings.csv") == []
        assert "finding" not in {row["shape"] for row in rows(client, "incidents.csv")}
        by_hand()
        assert len(rows(client, "findings.csv")) == 2

    def test_the_map_holds_the_same_incidents(self, client: Client, record: PublicRecord) -> None:
        made = json.loads(body(client, "incidents.geojson"))
        codes = [feature["properties"]["code"] for feature in made["features"]]
        assert codes == [row["code"] for row in rows(client, "incidents.csv")]
        for feature in made["features"]:
            shape = feature["geometry"]
            assert shape is None or shape["type"] in ("Point", "Polygon")
            if shape and shape["type"] == "Polygon":
                assert shape["coordinates"][0][0] == shape["coordinates"][0][-1]

    def test_the_workbook_has_a_sheet_for_each(self, client: Client, record: PublicRecord) -> None:
        with zipfile.ZipFile(io.BytesIO(body(client, "published.xlsx"))) as book:
            names = book.read("xl/workbook.xml").decode()
        for name in ("about", *TABLES, "dictionary"):
            assert f'name="{name}"' in names

    def test_an_unknown_table_is_not_found(self, client: Client, record: PublicRecord) -> None:
        assert client.get("/data/reports.csv").status_code == 404


@pytest.mark.parametrize("name", FILES)
class TestEveryFile:
    def test_nothing_of_an_observer_comes_out(
        self, client: Client, record: PublicRecord, name: str
    ) -> None:
        text = text_of(client, name)
        assert [canary for canary in record.canaries if canary in text] == []

    def test_it_says_where_it_is_described(
        self, client: Client, record: PublicRecord, name: str
    ) -> None:
        answer = client.get(f"/data/{name}")
        if name != "dcat.jsonld":
            assert "about.json" in answer["Link"]
            assert f"nk2020-{name}" in answer["Content-Disposition"]


class TestWhatGoesWithThem:
    def test_the_sidecar_carries_as_of_licence_and_checkpoint(
        self, client: Client, record: PublicRecord
    ) -> None:
        about = json.loads(body(client, "about.json"))
        newest = SignedTree.objects.latest("size")
        assert (about["checkpoint"], about["log_size"]) == (newest.note, newest.size)
        assert about["licence"] == LICENCE and about["as_of"].endswith("Z")

    def test_the_dictionary_names_every_column_of_every_file(
        self, client: Client, record: PublicRecord
    ) -> None:
        about = json.loads(body(client, "about.json"))
        page = client.get("/data/").content.decode()
        for name in TABLES:
            header = body(client, f"{name}.csv").decode().partition("\r\n")[0].split(",")
            assert header == [column["name"] for column in about["tables"][name]]
            assert all(column["meaning"] for column in about["tables"][name])
            assert all(f">{column}</code>" in page for column in header)

    def test_catalogues_and_search_engines_find_the_files(
        self, client: Client, record: PublicRecord
    ) -> None:
        page = client.get("/data/").content.decode()
        start = page.index('<script type="application/ld+json">') + 35
        said = json.loads(page[start : page.index("</script>", start)])
        assert said["@type"] == "Dataset" and said["license"].startswith("https://creative")
        dcat = json.loads(body(client, "dcat.jsonld"))
        addresses = [one["contentUrl"] for one in said["distribution"]]
        assert addresses == [d["dcat:downloadURL"]["@id"] for d in dcat["dcat:distribution"]]
        for address in addresses:
            assert client.get(address).status_code == 200

    def test_pages_have_a_preview(self, client: Client, record: PublicRecord) -> None:
        code = Finding.objects.get(incident=record.decided).code
        page = client.get(f"/findings/{code}/").content.decode()
        assert f'property="og:title" content="{code}' in page
        assert f'property="og:image" content="http://testserver/preview/finding/{code}.png' in page
