"""Lists as tables and maps, by suffix and by Accept; and the records a list brings along."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from reports.agreement.models import Party
from tests.api.machines import is_problem, key_for, machine
from tests.factories import LATER, NOW, World
from tests.public_record import PublicRecord
from verification.withholding.models import Withholding

LISTS = ["findings", "incidents", "standings"]


def table(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


class TestBySuffix:
    def test_a_table_holds_the_rows_of_the_list(self, client: Client, record: PublicRecord) -> None:
        rows = client.get("/api/v1/incidents").json()["results"]
        lines = table(client.get("/api/v1/incidents.csv"))
        assert [line["code"] for line in lines] == [row["code"] for row in rows]
        for line, row in zip(lines, rows, strict=True):
            assert {name.split(".")[0] for name in line} == set(row)
            assert line["window_from"] == row["window_from"]
            assert line["place.key"] == (row["place"] or {}).get("key", "")
            assert line["accused"] == "; ".join(one["code"] for one in row["accused"])
            assert line["reports"] == str(row["reports"])

    def test_a_map_holds_them_too(self, client: Client, record: PublicRecord) -> None:
        body = client.get("/api/v1/incidents").json()
        answer = client.get("/api/v1/incidents.geojson")
        assert answer["Content-Type"] == "application/geo+json"
        whole = answer.json()
        assert whole["type"] == "FeatureCollection" and whole["count"] == body["count"]
        for feature, row in zip(whole["features"], body["results"], strict=True):
            assert feature["type"] == "Feature" and feature["id"] == row["code"]
            shape = {name: row.pop(name) for name in ("ring", "lat", "lon")}
            assert feature["properties"] == row
            if shape["ring"]:
                corners = feature["geometry"]["coordinates"][0]
                assert corners[0] == corners[-1] and corners[:3] == shape["ring"][:3]
            else:
                assert feature["geometry"] == {
                    "type": "Point",
                    "coordinates": [shape["lon"], shape["lat"]],
                }

    @pytest.mark.parametrize("name", LISTS)
    def test_json_is_a_suffix_like_the_others(
        self, client: Client, record: PublicRecord, name: str
    ) -> None:
        plain, named = (client.get(f"/api/v1/{name}{end}").json() for end in ("", ".json"))
        assert named | {"as_of": ""} == plain | {"as_of": ""}

    @pytest.mark.parametrize("name", LISTS)
    def test_one_nobody_knows_is_not_there(
        self, client: Client, record: PublicRecord, name: str
    ) -> None:
        for end in ("doc", "csvx", "CSV", "geojson" if name != "incidents" else "kml"):
            is_problem(client.get(f"/api/v1/{name}.{end}"), 404)

    def test_filters_are_those_of_the_list(self, client: Client, record: PublicRecord) -> None:
        code = record.contested.code
        asked = "?shape=contested&fields=code,place,accused"
        lines = table(client.get(f"/api/v1/incidents.csv{asked}"))
        assert [line["code"] for line in lines] == [code]
        assert list(lines[0]) == ["code", "place.key", "place.name", "place.other_names", "accused"]
        for wrong in ("?colour=red", "?shape=round", "?fields=narrative", "?expand=finding"):
            is_problem(client.get(f"/api/v1/incidents.csv{wrong}"), 400)

    @pytest.mark.parametrize("suffix", ["", ".csv", ".geojson"])
    def test_a_day_beyond_the_calendar_s_end_is_refused(
        self, client: Client, record: PublicRecord, suffix: str
    ) -> None:
        for asked in ("until=9999-12-31", "from=0001-01-01"):
            is_problem(client.get(f"/api/v1/incidents{suffix}?{asked}"), 400)
        answer = client.get(f"/api/v1/incidents{suffix}?until=2200-01-01&from=1900-01-01")
        assert answer.status_code == 200

    def test_a_table_of_chosen_fields_is_never_blank(
        self, client: Client, record: PublicRecord
    ) -> None:
        assert list(table(client.get("/api/v1/incidents.csv?fields=code,act"))[0]) == [
            "code",
            "act",
        ]
        for path in ("standings.csv?fields=standings", "standings.csv?fields=agreement"):
            assert all(row["party"] for row in table(client.get(f"/api/v1/{path}")))
        for one in client.get("/api/v1/incidents.geojson?fields=act").json()["features"]:
            assert {"act", "code", "radius_m", "precision"} == set(one["properties"])
            assert one["geometry"] is not None

    def test_link_leads_through_all_pages(self, client: Client, record: PublicRecord) -> None:
        address, seen = "/api/v1/incidents.csv?limit=1", []
        while address:
            answer = client.get(address)
            seen += [line["code"] for line in table(answer)]
            links = [one for one in answer.get("Link", "").split(", ") if 'rel="next"' in one]
            address = links[0].split(">")[0].removeprefix("<") if links else ""
            assert not address or "/api/v1/incidents.csv?" in address
        assert seen == [row["code"] for row in client.get("/api/v1/incidents").json()["results"]]

    def test_it_is_not_sent_again_to_who_has_it(self, client: Client, record: PublicRecord) -> None:
        tags = {
            end: client.get(f"/api/v1/incidents{end}")["ETag"] for end in ("", ".csv", ".geojson")
        }
        assert len(set(tags.values())) == 3
        again = client.get("/api/v1/incidents.csv", headers={"If-None-Match": tags[".csv"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_no_cell_is_a_formula(self, client: Client, world: World) -> None:
        Party.objects.filter(pk=world.armenia.pk).update(names={"en": '=HYPERLINK("x")'})
        names = {line["name"] for line in table(client.get("/api/v1/standings.csv"))}
        assert all(not name.startswith(("=", "+", "-", "@")) for name in names)


class TestByAccept:
    @pytest.mark.parametrize("kind", ["text/csv", "application/geo+json"])
    def test_the_plain_address_speaks_it_too(
        self, client: Client, record: PublicRecord, kind: str
    ) -> None:
        answer = client.get("/api/v1/incidents", headers={"Accept": kind})
        end = {"text/csv": "csv", "application/geo+json": "geojson"}[kind]
        assert answer["Content-Type"].split(";")[0] == kind
        assert "Accept" in answer["Vary"]
        if end == "csv":
            assert answer.content == client.get("/api/v1/incidents.csv").content

    def test_what_is_not_spoken_is_a_406(self, client: Client, record: PublicRecord) -> None:
        is_problem(client.get("/api/v1/findings", headers={"Accept": "text/html"}), 406)
        is_problem(client.get("/api/v1/findings.csv", headers={"Accept": "application/json"}), 406)

    def test_a_refusal_stays_a_problem(self, client: Client, record: PublicRecord) -> None:
        headers = {"Accept": "text/csv"}
        is_problem(client.get("/api/v1/incidents?shape=round", headers=headers), 400)


def test_places_are_found_as_table_and_map(world: World) -> None:
    asks = machine(key_for(world.filer))
    found = asks.get("/api/v1/places?q=Ganja").json()["results"]
    lines = table(asks.get("/api/v1/places.csv?q=Ganja"))
    assert [line["id"] for line in lines] == [row["id"] for row in found]
    first = asks.get("/api/v1/places.geojson?q=Ganja").json()["features"][0]
    assert first["geometry"]["coordinates"] == [found[0]["lon"], found[0]["lat"]]
    is_problem(Client().get("/api/v1/places.csv?q=Ganja"), 401)


class TestExpand:
    def test_an_incident_brings_its_finding(
        self, client: Client, record: PublicRecord, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(16):  # of which four bound the time of the reading
            rows = client.get("/api/v1/incidents?expand=finding").json()["results"]
        assert any(row["finding"] for row in rows)
        for row in rows:
            brought = row["expanded"]["finding"]
            if row["finding"]:
                whole = client.get(f"/api/v1/findings/{row['finding']}").json()
                assert brought == {name: whole[name] for name in brought}
                assert "content" in brought
            else:
                assert brought is None

    def test_a_finding_brings_its_incident(self, client: Client, record: PublicRecord) -> None:
        incidents = {row["code"]: row for row in client.get("/api/v1/incidents").json()["results"]}
        for row in client.get("/api/v1/findings?expand=incident").json()["results"]:
            assert row["expanded"]["incident"] == incidents.get(row["incident"])

    def test_fields_keep_what_was_asked_for(self, client: Client, record: PublicRecord) -> None:
        rows = client.get("/api/v1/findings?expand=incident&fields=code").json()["results"]
        assert all(set(row) == {"code", "expanded"} for row in rows)
        assert "expanded" not in client.get("/api/v1/findings").json()["results"][0]

    @pytest.mark.parametrize("asked", ["", "narrative", "incident,reports", "1"])
    def test_what_cannot_be_brought_is_named(
        self, client: Client, record: PublicRecord, asked: str
    ) -> None:
        problem = is_problem(client.get(f"/api/v1/findings?expand={asked}"), 400)
        assert [one["pointer"] for one in problem["errors"]] == ["/expand"]

    @pytest.mark.parametrize(
        "address",
        ["incidents.csv", "incidents.geojson", "incidents?expand=finding", "findings.csv"],
    )
    def test_nothing_else_comes_out(
        self, client: Client, record: PublicRecord, address: str
    ) -> None:
        told = client.get(f"/api/v1/{address}").content.decode()
        assert [word for word in record.canaries if word in told] == []

    def test_what_is_withheld_is_not_brought(self, client: Client, record: PublicRecord) -> None:
        Withholding.objects.create(
            incident=record.decided, until=LATER, placed_at=NOW, reason="People are still there."
        )
        for address in ("findings?expand=incident", "incidents?expand=finding", "incidents.csv"):
            told = client.get(f"/api/v1/{address}").content.decode()
            assert record.contested.code in told or record.ruled.code in told
            assert record.decided.code not in told, address
