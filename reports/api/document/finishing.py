"""The last touch on the document: headings, refusals, examples; the same for every operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.api.document.examples import with_examples
from reports.api.document.links import with_links
from reports.api.document.refusals import components, with_refusals
from reports.api.document.tags import tag_of

Made = dict[str, Any]
LETTERS = "[2-9A-HJ-NP-Za-hj-np-z]"  # of a receipt, in either case: (?i:...) is Python's alone
RECEIPT = f"^{LETTERS}{{5}}-{LETTERS}{{5}}$"
METHODS = ("get", "post", "put", "patch", "delete")
IDEMPOTENCY_KEY = "Idempotency-Key"
REPEATABLE = "x-repeatable"  # why an operation needs no key: sent twice, it is done once anyway
OPTIONAL_FOR = ("partners",)  # headings whose doors take a key and do without


def operations(document: Made) -> Iterator[tuple[str, str, Made]]:
    """Yield every operation as (path, method, operation)."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def finish(result: Made, generator: Any, request: Any, public: bool) -> Made:
    """Return the document with what is the same for every operation."""
    parts = result.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    parts["responses"] = components()
    used = set()
    for path, method, operation in operations(result):
        operation["tags"] = [tag_of(path)]
        used.add(tag_of(path))
        for parameter in operation.get("parameters", ()):
            if "(?i:" in parameter["schema"].get("pattern", ""):
                parameter["schema"]["pattern"] = RECEIPT
                parameter["example"] = "7K3QF-9M2XD"
        if method == "get":
            _read_in_part(operation, schemas)
        if method == "post":
            _done_once(operation)
        with_refusals(path, method, operation)
        with_examples(operation, schemas)
    with_links(list(operations(result)), schemas)
    _plainly_anything(result)
    result["tags"] = [one for one in result.get("tags", []) if one["name"] in used]
    return result


def _plainly_anything(part: Any) -> None:
    """Say "anything" where the document says "anything or null", which no null could satisfy."""
    if isinstance(part, dict):
        if {} in part.get("oneOf", ()):
            del part["oneOf"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            _plainly_anything(inner)


def fields_of(operation: Made, schemas: Made) -> list[str]:
    """Return the names that `fields` may choose among: of the rows of a list, or of the answer."""
    answer = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    names = _followed(answer.get("schema", {}), schemas).get("properties", {})
    if "results" in names:
        rows = _followed(names["results"], schemas).get("items", {})
        names = _followed(rows, schemas).get("properties", {})
    return list(names)


def _followed(schema: Made, schemas: Made) -> Made:
    if "$ref" in schema:
        return _followed(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    return schema


def _read_in_part(operation: Made, schemas: Made) -> None:
    """Let a reader choose fields, and ask again only for what changed."""
    parameters = operation.setdefault("parameters", [])
    if names := fields_of(operation, schemas):
        choice = {"type": "array", "minItems": 1, "items": {"type": "string", "enum": names}}
        parameters.append(
            {
                "name": "fields",
                "in": "query",
                "description": "only these; of a list, of its rows",
                "schema": choice,
                "style": "form",
                "explode": False,
                "example": names[:2],
            }
        )
    told = operation["responses"].get("200", {})
    if "application/json" in told.get("content", {}):
        headers = told.setdefault("headers", {})
        headers.setdefault(
            "ETag", _header("of this answer; send it in If-None-Match", '"3-0f343b0931126a20"')
        )
        parameters.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "an ETag that was answered before: 304 where nothing changed",
                "schema": {"type": "string"},
                "example": 'W/"0f343b0931126a20"',
            }
        )
        operation["responses"]["304"] = {"description": "Nothing changed since that ETag."}


def _done_once(operation: Made) -> None:
    """Let a machine send a request again without its being done twice."""
    kinds = operation.get("requestBody", {}).get("content", {"application/json": {}})
    machine = any("apiKey" in one for one in operation.get("security", ()))
    if REPEATABLE in operation or "application/json" not in kinds or not machine:
        return
    operation.setdefault("parameters", []).append(
        {
            "name": IDEMPOTENCY_KEY,
            "in": "header",
            "description": "new for each new request; with the same key the same answer comes "
            "again, for 60 days",
            "required": operation["tags"][0] not in OPTIONAL_FOR,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            "example": "2f1c7f4e-6d43-4c39-9a55-0d3b8f1d7c11",
        }
    )


def _header(words: str, example: Any) -> Made:
    return {"description": words, "schema": {"type": "string"}, "example": example}
