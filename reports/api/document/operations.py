"""The committed document as the doors ask it: what an operation knows, by its route."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from reports.api.document.finishing import IDEMPOTENCY_KEY, Made, fields_of, operations
from reports.api.document.written import written

PREFIX = "api/v1/"
PART = re.compile(r"<(?:[^>:]+:)?([^>]+)>")


@dataclass(frozen=True, slots=True)
class Operation:
    """What the document says of one operation."""

    id: str
    names: frozenset[str]  # of the query
    fields: frozenset[str]  # that `fields` may choose among
    values: Mapping[str, Made]  # what each name of the query may say
    once: bool  # whether a machine's repetition is recognised by its key
    key_needed: bool
    deprecated_on: date | None
    sunset_on: date | None


def operation_at(route: str, method: str) -> Operation | None:
    """Return the operation behind a route of the site; None for what the document leaves out."""
    if not route.startswith(PREFIX):
        return None
    return _all().get((PART.sub(r"{\1}", route.removeprefix("api/v1")), method))


@cache
def _all() -> dict[tuple[str, str], Operation]:
    document = written()
    return {
        (path, method.upper()): read_operation(one, document["components"]["schemas"])
        for path, method, one in operations(document)
    }


def read_operation(one: dict[str, Any], schemas: dict[str, Any]) -> Operation:
    """Return what the document says of an operation."""
    parameters = one.get("parameters", ())
    keys = [p for p in parameters if p["in"] == "header" and p["name"] == IDEMPOTENCY_KEY]
    return Operation(
        id=one["operationId"],
        names=frozenset(p["name"] for p in parameters if p["in"] == "query"),
        fields=frozenset(fields_of(one, schemas)),
        values={p["name"]: p["schema"] for p in parameters if p["in"] == "query"},
        once=bool(keys),
        key_needed=any(key.get("required", False) for key in keys),
        deprecated_on=_day(one, "x-deprecated-on"),
        sunset_on=_day(one, "x-sunset-on"),
    )


def _day(one: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(one[name]) if one.get("deprecated") and name in one else None
