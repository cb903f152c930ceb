"""The committed OpenAPI document says what the doors do, and says it completely."""

from __future__ import annotations

import re
from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from reports.api.document.finishing import operations
from reports.api.document.refusals import PROBLEM_JSON
from reports.api.document.written import COMMAND, DOCUMENT, as_text, made

NAME = re.compile(r"^[a-z]+(_[a-z]+)+$")
MOVES = re.compile(r"^(move|decide|rule|vacate|extend|say|seal|answer|withdraw)_")
Made = dict[str, Any]


def test_the_committed_document_is_the_one_the_doors_make(document: Made) -> None:
    assert DOCUMENT.read_text("utf-8") == as_text(document), f"run: {COMMAND}"


def test_it_is_made_without_a_warning_and_is_valid() -> None:
    reset_generator_stats()
    validate_schema(made())
    assert not GENERATOR_STATS


def test_it_is_made_the_same_twice(document: Made) -> None:
    assert as_text(made()) == as_text(document)


class TestEveryOperation:
    def test_has_a_name_of_its_own(self, document: Made) -> None:
        names = [operation["operationId"] for _p, _m, operation in operations(document)]
        assert len(names) == len(set(names))
        assert [name for name in names if not NAME.match(name)] == []

    def test_has_a_summary_a_description_and_a_known_heading(self, document: Made) -> None:
        known = {tag["name"] for tag in document["tags"]}
        for path, method, operation in operations(document):
            where = f"{method} {path}"
            assert operation.get("summary"), where
            assert not operation["summary"].endswith("."), where
            assert operation.get("description"), where
            assert set(operation["tags"]) <= known, where

    def test_says_who_may_ask(self, document: Made) -> None:
        schemes = document["components"]["securitySchemes"]
        for path, method, operation in operations(document):
            assert operation["security"], f"{method} {path}"
            assert {name for one in operation["security"] for name in one} <= schemes.keys()

    def test_tells_its_refusals_by_number_as_problems(self, document: Made) -> None:
        shared = document["components"]["responses"]
        for path, method, operation in operations(document):
            told = operation["responses"]
            assert not [n for n in told if not n.isdecimal()], f"{method} {path}"
            refusals = {n: one for n, one in told.items() if n[0] in "45"}
            assert {"400", "404", "429"} <= refusals.keys(), f"{method} {path}"
            if {} not in operation["security"]:
                assert {"401", "403"} <= refusals.keys(), f"{method} {path}"
            for one in refusals.values():
                answer = shared[one["$ref"].rsplit("/", 1)[1]]
                assert list(answer["content"]) == [PROBLEM_JSON]

    def test_asks_for_the_version_where_it_moves_a_record(self, document: Made) -> None:
        for path, method, operation in operations(document):
            names = {one["name"] for one in operation.get("parameters", ())}
            moves = method in ("put", "patch", "delete") or MOVES.match(operation["operationId"])
            if moves and "x-no-version" not in operation:
                assert "If-Match" in names, f"{method} {path}"
            if "If-Match" in names:
                assert {"412", "428"} <= operation["responses"].keys(), f"{method} {path}"


def test_answers_lead_on_to_records_and_to_their_writes(document: Made) -> None:
    known = {one["operationId"]: (path, one) for path, _m, one in operations(document)}
    links = {
        (name, link["operationId"]): link["parameters"]
        for name, (_path, one) in known.items()
        for answer in one["responses"].values()
        for link in answer.get("links", {}).values()
    }
    for (_name, target), given in links.items():
        path, one = known[target]
        names = {parameter["name"] for parameter in one.get("parameters", ())}
        assert set(re.findall(r"{(\w+)}", path)) <= given.keys() <= names
    assert links["file_report", "read_own_report"] == {"receipt": "$response.body#/receipt"}
    assert links["list_findings", "prove_finding"] == {"code": "$response.body#/results/0/code"}
    assert links["list_webhooks", "read_webhook"] == {"endpoint_id": "$response.body#/results/0/id"}
    assert links["read_own_report", "withdraw_report"] == {
        "receipt": "$request.path.receipt",
        "If-Match": "$response.header.ETag",
    }


def media(document: Made) -> list[tuple[str, Made]]:
    """Return every JSON content of the document, with where it is."""
    found = []
    for path, method, operation in operations(document):
        bodies = [("request", operation.get("requestBody", {}))]
        bodies += [(n, one) for n, one in operation["responses"].items() if n[0] == "2"]
        for what, body in bodies:
            for kind, content in body.get("content", {}).items():
                if "json" in kind:
                    found.append((f"{method} {path} {what}", content))
    for name, answer in document["components"]["responses"].items():
        found += [(name, content) for content in answer["content"].values()]
    return found


class TestExamples:
    def test_every_body_has_one_that_its_schema_allows(self, document: Made) -> None:
        schemas = {"components": document["components"]}
        for where, content in media(document):
            shown = [content["example"]] if "example" in content else []
            shown += [one["value"] for one in content.get("examples", {}).values()]
            assert shown, where
            judge = Draft202012Validator({**content["schema"], **schemas})
            for value in shown:
                wrong = [f"{e.json_path}: {e.message}" for e in judge.iter_errors(value)]
                assert wrong == [], where

    def test_every_parameter_has_one(self, document: Made) -> None:
        for path, method, operation in operations(document):
            for one in operation.get("parameters", ()):
                assert "example" in one or "examples" in one, f"{method} {path} {one['name']}"


@pytest.mark.django_db
def test_the_door_hands_out_the_committed_document(client: Any) -> None:
    answer = client.get("/api/v1/schema")
    assert answer.status_code == 200
    assert answer.json() == made()
    again = client.get("/api/v1/schema", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
