"""A partner's machine hands a file in, follows it, reads what was wrong, stops it."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reports.imports.models import Import
from reports.intake.models import Report
from tests.api.machines import is_problem, key_for, machine
from tests.factories import World
from tests.imported import (
    a_data_source,
    a_mapping,
    an_import,
    as_csv,
    brought,
    ged_row,
    own_row,
    taken_in,
)

IMPORTS, MAPPINGS = "/api/v1/imports", "/api/v1/mappings"


@pytest.fixture
def partner(world: World) -> Client:
    return machine(key_for(world.partner, "imports:read", "imports:write"))


def sent(client: Client, world: World, content: bytes, **changes: Any) -> Any:
    data = {
        "id": str(uuid.uuid4()),
        "mapping": str(a_mapping(world).pk),
        "format": "csv",
        "file": SimpleUploadedFile("secret-name.csv", content),
    }
    return client.post(IMPORTS, data | changes)


class TestHandingIn:
    def test_202_with_where_to_follow_it(self, partner: Client, world: World) -> None:
        answer = sent(partner, world, as_csv([ged_row(n) for n in range(3)]))
        assert answer.status_code == 202
        first = partner.get(answer["Location"]).json()
        assert (first["state"], first["progress"]) == ("queued", answer.json()["progress"])
        brought(Import.objects.get())
        body = partner.get(answer["Location"]).json()
        assert (body["state"], body["progress"]) == ("succeeded", 1.0)
        assert body["rows"] == {
            **{"read": 3, "filed": 3, "corrected": 0, "unchanged": 0, "refused": 0}
        }
        assert Report.objects.filter(filed_by=world.partner).count() == 3

    def test_the_same_twice_is_one(self, partner: Client, world: World) -> None:
        key = str(uuid.uuid4())
        one = sent(partner, world, as_csv([ged_row(1)]), id=key)
        two = sent(partner, world, as_csv([ged_row(1)]), id=key)
        assert (one.status_code, two.status_code) == (202, 200)
        assert one["Location"] == two["Location"]
        other = sent(partner, world, as_csv([ged_row(2)]), id=key)
        assert is_problem(other, 409)["code"] == "another-import-has-this-id"

    def test_what_is_wrong_is_told_by_row_and_never_repeated(
        self, partner: Client, world: World
    ) -> None:
        mapping = a_mapping(world, "own")
        rows = [own_row(1), own_row(2, kind="=cmd|calc"), own_row(3, dead="=1+1")]
        job = brought(an_import(world, as_csv(rows), mapping=mapping, dry_run=True))
        body = partner.get(f"{IMPORTS}/{job.pk}").json()
        assert [(one["row"], one["field"]) for one in body["first_problems"]] == [
            (3, "kind"),
            (4, "dead"),
        ]
        answer: Any = partner.get(body["problems"])
        text = b"".join(answer.streaming_content).decode()
        listed = list(csv.DictReader(io.StringIO(text, newline="")))
        assert [one["code"] for one in listed] == ["act", "number"]
        assert all(one["what_to_do"] for one in listed)
        assert "cmd" not in text and "1+1" not in text

    @pytest.mark.parametrize(
        ("changes", "status", "where"),
        [
            ({"format": "xlsx"}, 422, "/format"),
            ({"mapping": "x"}, 422, "/mapping"),
            ({"file": SimpleUploadedFile("f", b"")}, 422, "/file"),
            ({"other": "1"}, 400, "/other"),
        ],
    )
    def test_refusals_point_at_what_is_wrong(
        self, partner: Client, world: World, changes: dict[str, Any], status: int, where: str
    ) -> None:
        answer = sent(partner, world, as_csv([ged_row(1)]), **changes)
        body = is_problem(answer, status)
        assert [error["pointer"] for error in body["errors"]] == [where]
        assert not Import.objects.exists()

    def test_it_can_be_stopped(self, partner: Client, world: World) -> None:
        job = an_import(world, as_csv([ged_row(1)]))
        assert partner.post(f"{IMPORTS}/{job.pk}/cancel").json()["state"] == "cancelled"
        assert is_problem(partner.post(f"{IMPORTS}/{job.pk}/cancel"), 409)

    def test_a_list_goes_on_by_its_cursor(self, partner: Client, world: World) -> None:
        jobs = [taken_in(world, [ged_row(n)]) for n in range(3)]
        body = partner.get(IMPORTS).json()
        assert {one["id"] for one in body["results"]} == {str(job.pk) for job in jobs}
        assert body["next"] is None
        after = partner.get(f"{IMPORTS}?cursor={body['results'][0]['id']}").json()
        assert after["results"] == body["results"][1:]
        is_problem(partner.get(f"{IMPORTS}?cursor=x"), 404)


class TestWhoMay:
    def test_a_key_needs_the_scope(self, world: World) -> None:
        other = machine(key_for(world.partner, "reports:read", "reports:write"))
        is_problem(sent(other, world, as_csv([ged_row(1)])), 403)

    def test_nobody_hands_in_as_another_organisation(self, world: World) -> None:
        operator = machine(key_for(world.operator, "imports:read", "imports:write"))
        body = is_problem(sent(operator, world, as_csv([ged_row(1)])), 422)
        assert body["errors"][0]["pointer"] == "/mapping"
        house = a_data_source(world, "house", organisation=world.operator.organisation)
        changed = operator.put(
            f"{MAPPINGS}/{a_mapping(world).pk}",
            TestMappings.body(world, source=str(house.pk)),
            content_type="application/json",
            headers={"If-Match": '"1"'},
        )
        assert is_problem(changed, 422)["errors"][0]["pointer"] == "/name"

    def test_an_operator_sees_and_stops_those_of_partners(self, world: World) -> None:
        operator = machine(key_for(world.operator, "imports:read", "imports:write"))
        job = an_import(world, as_csv([ged_row(1)]))
        assert operator.get(f"{IMPORTS}/{job.pk}").status_code == 200
        assert operator.post(f"{IMPORTS}/{job.pk}/cancel").status_code == 200


class TestMappings:
    @staticmethod
    def body(world: World, **changes: Any) -> dict[str, Any]:
        body = {
            "agreement": "nk2020",
            "name": "Weekly",
            "shape": "acled",
            "source": str(a_data_source(world).pk),
            "licence": "By letter of 1 October",
            "values": {"accused": {"Military of the north": "ARM"}},
        }
        return body | changes

    def test_saved_read_and_changed_from_what_was_read(self, partner: Client, world: World) -> None:
        made = partner.post(MAPPINGS, self.body(world), content_type="application/json")
        assert (made.status_code, made["ETag"]) == (201, '"1"')
        url, changed = made["Location"], self.body(world, name="Monthly")
        put: dict[str, Any] = {"content_type": "application/json"}
        is_problem(partner.put(url, changed, **put), 428)
        after = partner.put(url, changed, **put, headers={"If-Match": made["ETag"]})
        assert (after.status_code, after.json()["name"], after["ETag"]) == (200, "Monthly", '"2"')
        is_problem(partner.put(url, changed, **put, headers={"If-Match": made["ETag"]}), 412)
        assert [one["name"] for one in partner.get(MAPPINGS).json()["results"]] == ["Monthly"]

    @pytest.mark.parametrize(
        ("changes", "where"),
        [
            ({"values": {"accused": {"x": "XXX"}}}, "/values"),
            ({"values": {"act": {"x": "nonsense"}}}, "/values"),
            ({"columns": {"nonsense": "x"}}, "/columns"),
            ({"shape": "own"}, "/columns"),
            ({"licence": " "}, "/licence"),
        ],
    )
    def test_what_does_not_hold_together(
        self, partner: Client, world: World, changes: dict[str, Any], where: str
    ) -> None:
        body = self.body(world, **changes)
        answer = partner.post(MAPPINGS, body, content_type="application/json")
        assert is_problem(answer, 422)["errors"][0]["pointer"] == where

    @pytest.mark.parametrize("changes", [{"grade": "A"}, {"kind": "party"}])
    def test_no_source_of_a_better_grade_or_of_a_party_speaks_in_bulk(
        self, partner: Client, world: World, changes: dict[str, Any]
    ) -> None:
        source = a_data_source(world, "relief-other", **changes)
        body = self.body(world, source=str(source.pk))
        is_problem(partner.post(MAPPINGS, body, content_type="application/json"), 404)

    def test_nor_one_of_another_organisation(self, partner: Client, world: World) -> None:
        body = self.body(world, source=str(world.mod_armenia.pk))
        is_problem(partner.post(MAPPINGS, body, content_type="application/json"), 404)
