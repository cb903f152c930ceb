"""Where an answer leads: links from lists and new records to them, from a record to its writes.

Made from the addresses alone: /things leads to /things/{code} by the `code` of its rows, and what
was read there leads, by its ETag, to every write that has to name that version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Made = dict[str, Any]
TOLD = ("200", "201", "202")
PARAMETER = re.compile(r"{(\w+)}")
VERSION = "If-Match"


def with_links(found: list[tuple[str, str, Made]], schemas: Made) -> None:
    """Give every answer the links to where it leads."""
    for path, method, one in found:
        for number in TOLD:
            answer = one["responses"].get(number)
            if answer is None:
                continue
            links = dict(_to_records(path, method, answer, found, schemas))
            if method == "get":
                links |= dict(_to_writes(path, answer, found))
            if links:
                answer["links"] = links


def _to_records(
    path: str, method: str, answer: Made, found: list[tuple[str, str, Made]], schemas: Made
) -> Iterator[tuple[str, Made]]:
    """Yield what opens with a name that an answer's row, or the new record itself, holds."""
    names = properties_of(answer, schemas)
    where = "" if method == "post" else "/results/0"
    if where:
        names = properties_of({"schema": names.get("results", {}).get("items", {})}, schemas)
    for further, _method, target in found:
        tail = further.removeprefix(f"{path}/") if further.startswith(f"{path}/{{") else ""
        parameters = PARAMETER.findall(tail)
        if len(parameters) != 1 or "{" in path or _needs_version(target):
            continue
        name = parameters[0] if parameters[0] in names else "id"
        if name in names:
            value = f"$response.body#{where}/{name}"
            yield target["operationId"], _link(target, {parameters[0]: value})


def _to_writes(
    path: str, answer: Made, found: list[tuple[str, str, Made]]
) -> Iterator[tuple[str, Made]]:
    """Yield the writes that name the version an answer was read at."""
    parameters = PARAMETER.findall(path)
    if "ETag" not in answer.get("headers", {}) or not parameters:
        return
    given = {name: f"$request.path.{name}" for name in parameters}
    for further, method, target in found:
        own = further == path or further.startswith(f"{path}/")
        if method != "get" and own and PARAMETER.findall(further) == parameters:
            version = {VERSION: "$response.header.ETag"} if _needs_version(target) else {}
            yield target["operationId"], _link(target, {**given, **version})


def properties_of(answer: Made, schemas: Made) -> Made:
    """Return the fields of an answer, or of a schema."""
    content = answer.get("content", {}).get("application/json", {})
    schema = answer.get("schema", content.get("schema", {}))
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    fields: Made = schema.get("properties", {})
    return fields


def _needs_version(operation: Made) -> bool:
    return any(one["name"] == VERSION for one in operation.get("parameters", ()))


def _link(target: Made, parameters: dict[str, str]) -> Made:
    return {"operationId": target["operationId"], "parameters": parameters}
