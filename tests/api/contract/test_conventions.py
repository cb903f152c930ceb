"""What every operation does alike, asked of all of them by the document, not door by door."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from reports.api.conventions import announce, validator
from reports.api.document.finishing import operations
from reports.api.document.operations import operation_at, read_operation
from reports.api.document.written import written
from reports.api.parameters import part_of
from tests.factories import World

INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z$")
ALL = [(path, method, one) for path, method, one in operations(written())]
GETS = [(path, one) for path, method, one in ALL if method == "get"]
OPEN_LISTS = [
    path
    for path, one in GETS
    if {} in one["security"]
    and "{" not in path
    and "limit" in {p["name"] for p in one["parameters"]}
]
VALUES = {"receipt": "22222-22222", "code": "NK20-9999", "slug": "nk2020", "number": "1"}


def address_of(path: str) -> str:
    """Return an address that leads to the operation, of a record that is not there."""
    missing = "01900000-0000-7000-8000-00000000dead"
    values = VALUES | ({"code": "22222-22222"} if path.startswith("/bundles") else {})
    return "/api/v1" + re.sub(r"{(\w+)}", lambda m: values.get(m[1], missing), path)


def routes(found: Any = None, before: str = "") -> list[str]:
    """Return every route of the site."""
    out: list[str] = []
    for one in found or get_resolver().url_patterns:
        if isinstance(one, URLResolver):
            out += routes(one.url_patterns, before + str(one.pattern))
        elif isinstance(one, URLPattern):
            out.append(before + str(one.pattern))
    return out


def test_every_operation_is_found_by_its_route() -> None:
    known = {
        (operation_at(route, m.upper()) or SimpleNamespace(id="")).id
        for route in routes()
        for m in ("get", "post", "put", "patch", "delete")
    }
    assert {one["operationId"] for _p, _m, one in ALL} <= known


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "method"), [(p, m) for p, m, _o in ALL])
def test_a_name_nobody_knows_is_refused_everywhere(client: Client, path: str, method: str) -> None:
    answer = client.generic(method.upper(), f"{address_of(path)}?bogus=1")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"] == [
        {"pointer": "/bogus", "detail": "This name is not known here."}
    ]


CLOSED = [
    (path, method, one["name"])
    for path, method, operation in ALL
    for one in operation.get("parameters", ())
    if one["in"] == "query"
    and (
        "enum" in one["schema"]
        or one["schema"]["type"] in ("boolean", "integer")
        or one["schema"].get("format") == "date"
    )
]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "method", "name"), CLOSED)
def test_a_value_the_document_does_not_know_is_refused_everywhere(
    client: Client, path: str, method: str, name: str
) -> None:
    for wrong in ("", "AAA", "null", "2020-13-01", "2020-1-1", "-1", "1.0"):
        answer = client.generic(method.upper(), f"{address_of(path)}?{name}={wrong}")
        assert answer.status_code == 400, wrong
        assert [one["pointer"] for one in answer.json()["errors"]] == [f"/{name}"]


@pytest.mark.parametrize("path", OPEN_LISTS)
class TestOpenLists:
    def test_their_limit_is_kept(self, client: Client, world: World, path: str) -> None:
        for wrong in ("0", "-1", "x", "100000", "", "٣"):
            assert client.get(f"/api/v1{path}?limit={wrong}").status_code == 400, wrong
        assert len(client.get(f"/api/v1{path}?limit=1").json()["results"]) <= 1

    def test_their_parts_lead_to_each_other(self, client: Client, world: World, path: str) -> None:
        if path == "/changes":  # goes on for ever: its own tests follow it
            return
        whole = client.get(f"/api/v1{path}").json()["results"]
        answer = client.get(f"/api/v1{path}?limit=1")
        parts, before = list(answer.json()["results"]), None
        while answer.json()["next"]:
            assert f'<{answer.json()["next"]}>; rel="next"' in answer["Link"]
            answer, before = client.get(answer.json()["next"]), answer
            parts += answer.json()["results"]
            back = client.get(answer.json()["previous"]).json()
            assert back["results"] == before.json()["results"]
            assert 'rel="prev"' in answer["Link"]
        assert parts == whole

    def test_they_are_not_sent_twice(self, client: Client, world: World, path: str) -> None:
        first = client.get(f"/api/v1{path}")
        again = client.get(f"/api/v1{path}", headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        other = client.get(f"/api/v1{path}", headers={"If-None-Match": '"another"'})
        assert other.status_code == 200

    def test_their_fields_can_be_chosen(self, client: Client, world: World, path: str) -> None:
        operation = operation_at(f"api/v1{path}", "GET")
        assert operation is not None
        one = sorted(operation.fields)[0]
        rows = client.get(f"/api/v1{path}?fields={one}").json()["results"]
        assert all(set(row) <= {one} for row in rows)
        assert client.get(f"/api/v1{path}?fields={one},nothing").status_code == 400


def instants(data: Any) -> list[str]:
    """Return every value in a body that looks like an instant."""
    if isinstance(data, dict):
        return [found for value in data.values() for found in instants(value)]
    if isinstance(data, list):
        return [found for value in data for found in instants(value)]
    looks = isinstance(data, str) and re.match(r"^\d{4}-\d\d-\d\dT", data)
    return [data] if looks else []


@pytest.mark.django_db
@pytest.mark.parametrize("path", [p for p, one in GETS if {} in one["security"]])
def test_instants_are_in_utc_and_say_so(client: Client, world: World, path: str) -> None:
    answer = client.get(address_of(path))
    if answer.status_code == 200:
        assert [one for one in instants(answer.json()) if not INSTANT.match(one)] == []


class TestParts:
    """A cursor names the row it follows: what comes and goes before it moves nothing."""

    def part(self, rows: list[str], **asked: str) -> Any:
        request: Any = SimpleNamespace(query_params=asked, user=AnonymousUser())
        return part_of(request, [{"code": one} for one in rows])

    def codes(self, part: Any) -> list[str]:
        return [row["code"] for row in part.rows]

    def test_a_row_that_comes_before_moves_nothing(self) -> None:
        first = self.part(["a", "b", "c", "d"], limit="2")
        second = self.part(["new", "a", "b", "c", "d"], limit="2", cursor=first.following)
        assert self.codes(second) == ["c", "d"]

    def test_where_its_row_has_gone_its_place_counts(self) -> None:
        first = self.part(["a", "b", "c", "d"], limit="2")
        assert self.codes(self.part(["a", "c", "d"], limit="2", cursor=first.following)) == ["d"]

    def test_a_place_beyond_the_end_is_empty(self) -> None:
        first = self.part(["a", "b", "c"], limit="2")
        assert self.codes(self.part(["x"], limit="2", cursor=first.following)) == []


class TestWhatWillGo:
    OPERATION = {
        "operationId": "list_old",
        "deprecated": True,
        "x-deprecated-on": "2026-11-23",
        "x-sunset-on": "2027-11-23",
        "responses": {},
    }

    def test_is_announced_in_the_headers(self) -> None:
        answer = HttpResponse()
        answer["Link"] = '<https://here/?cursor=x>; rel="next"'
        announce(read_operation(self.OPERATION, {}), answer)
        assert answer["Deprecation"] == "@1795392000"
        assert answer["Sunset"] == "Tue, 23 Nov 2027 00:00:00 GMT"
        assert answer["Link"].endswith('rel="next", </api/v1/schema>; rel="deprecation"')

    def test_everything_else_is_not(self) -> None:
        answer = HttpResponse()
        announce(read_operation({**self.OPERATION, "deprecated": False}, {}), answer)
        assert not {"Deprecation", "Sunset", "Link"} & set(answer.headers)

    def test_nobody_is_given_less_than_twelve_months(self) -> None:
        for path, method, one in ALL:
            if one.get("deprecated"):
                days = [date.fromisoformat(one[k]) for k in ("x-deprecated-on", "x-sunset-on")]
                assert (days[1] - days[0]).days >= 365, f"{method} {path}"


def test_a_validator_knows_no_clock() -> None:
    assert validator({"as_of": "now", "n": 1}) == validator({"as_of": "later", "n": 1})
    assert validator({"n": 1}) != validator({"n": 2})
