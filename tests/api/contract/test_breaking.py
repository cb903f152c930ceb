"""What breaks a client needs a note in docs/api-changes.md; the comparison sees each such thing."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from reports.api.document.breaking import breaking
from reports.api.document.written import CHANGES, RELEASED

Made = dict[str, Any]
OLD: Made = {
    "paths": {
        "/things": {
            "get": {
                "operationId": "list_things",
                "parameters": [
                    {
                        "name": "kind",
                        "in": "query",
                        "schema": {"type": "string", "enum": ["a", "b"]},
                    }
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "results": {
                                            "type": "array",
                                            "items": {"$ref": "#/components/schemas/Thing"},
                                        }
                                    },
                                    "required": ["results"],
                                }
                            }
                        }
                    },
                    "404": {"description": "none"},
                },
            },
            "post": {
                "operationId": "make_thing",
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/ThingBody"}}
                    }
                },
                "responses": {"201": {"description": "made"}},
            },
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "size": {"type": "integer"},
                    "state": {"$ref": "#/components/schemas/State"},
                },
                "required": ["name", "size", "state"],
            },
            "State": {"type": "string", "enum": ["open", "closed"]},
            "ThingBody": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "note": {"type": ["string", "null"]},
                    "state": {"$ref": "#/components/schemas/State"},
                },
                "required": ["name"],
            },
        }
    },
}


def get(doc: Made) -> Made:
    found: Made = doc["paths"]["/things"]["get"]
    return found


def schema(doc: Made, name: str) -> Made:
    found: Made = doc["components"]["schemas"][name]
    return found


def newly_null(doc: Made) -> None:
    schema(doc, "Thing")["properties"]["size"] = {"type": ["integer", "null"]}


def another_type(doc: Made) -> None:
    schema(doc, "Thing")["properties"]["size"] = {"type": "string"}


def no_longer_null(doc: Made) -> None:
    schema(doc, "ThingBody")["properties"]["note"] = {"type": "string"}


def newly_needed_parameter(doc: Made) -> None:
    one = {"name": "by", "in": "query", "required": True, "schema": {"type": "string"}}
    get(doc)["parameters"].append(one)


BREAKS: list[tuple[str, Callable[[Made], Any], str]] = [
    ("path", lambda d: d["paths"].pop("/things"), "removed path"),
    ("operation", lambda d: d["paths"]["/things"].pop("post"), "removed operation"),
    ("name", lambda d: get(d).update(operationId="all_things"), "renamed operation"),
    ("answer", lambda d: get(d)["responses"].pop("404"), "removed answer"),
    ("parameter", lambda d: get(d)["parameters"].clear(), "removed parameter"),
    (
        "parameter's value",
        lambda d: get(d)["parameters"][0]["schema"]["enum"].pop(),
        "removed value",
    ),
    ("needed parameter", newly_needed_parameter, "newly required parameter"),
    ("field", lambda d: schema(d, "Thing")["properties"].pop("size"), "removed field"),
    ("field's certainty", lambda d: schema(d, "Thing")["required"].pop(), "no longer always there"),
    ("field's value", lambda d: schema(d, "State")["enum"].pop(), "removed value"),
    ("field's type", another_type, "changed type"),
    ("null answered", newly_null, "newly null"),
    ("null sent", no_longer_null, "no longer null"),
    (
        "needed field",
        lambda d: schema(d, "ThingBody")["required"].append("note"),
        "newly required field",
    ),
    ("field sent", lambda d: schema(d, "ThingBody")["properties"].pop("note"), "removed field"),
]


@pytest.mark.parametrize(("what", "change", "told"), BREAKS, ids=[one[0] for one in BREAKS])
def test_the_comparison_sees(what: str, change: Callable[[Made], Any], told: str) -> None:
    new = copy.deepcopy(OLD)
    change(new)
    found = breaking(OLD, new)
    assert found
    assert all(one.startswith(told) for one in found), found


def test_what_is_added_breaks_nothing() -> None:
    new = copy.deepcopy(OLD)
    new["paths"]["/others"] = copy.deepcopy(new["paths"]["/things"])
    schema(new, "Thing")["properties"]["colour"] = {"type": "string"}
    schema(new, "ThingBody")["properties"]["colour"] = {"type": "string"}
    get(new)["parameters"].append({"name": "q", "in": "query", "schema": {"type": "string"}})
    get(new)["responses"]["410"] = {"description": "gone"}
    assert breaking(OLD, new) == []
    assert breaking(OLD, OLD) == []


def test_nothing_of_the_last_release_is_broken_without_a_note(document: Made) -> None:
    notes = CHANGES.read_text("utf-8")
    released = json.loads(RELEASED.read_text("utf-8"))
    untold = [one for one in breaking(released, document) if f"`{one}`" not in notes]
    assert untold == [], f"tell of it in {CHANGES.name}, between backquotes, or take it back"
