"""The committed document as people read it: every operation in plain parts, read once a process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from reports.api.document.finishing import operations
from reports.api.document.refusals import REFUSALS
from reports.api.document.tags import TAGS
from reports.api.document.written import written

PREFIX = "/api/v1"
DEEP = 4  # levels of a body that are told; nothing of ours is worth more on a page
MANY = 14  # values of a list that are all named
Made = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A parameter, or a field of a body (a field in a field by its path)."""

    name: str
    place: str  # path | query | header; '' of a body
    type: str
    needed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers when it does what was asked."""

    number: str
    words: str
    media: tuple[str, ...]
    fields: tuple[Told, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal with the code of its problem document."""

    number: str
    words: str
    code: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One operation."""

    id: str
    tag: str
    method: str
    path: str
    summary: str
    words: str
    keyless: bool  # whether it answers to everybody
    deprecated: bool
    parameters: tuple[Told, ...]
    media: tuple[str, ...]  # of the body
    body: tuple[Told, ...]
    request: str  # an example
    answers: tuple[Answer, ...]
    refusals: tuple[Refusal, ...]


@cache
def reference() -> dict[str, tuple[Shown, ...]]:
    """Return {heading: its operations}, in the order of the headings and of the addresses."""
    document = written()
    shown = [_shown(*one, document) for one in operations(document)]
    found = {tag: tuple(one for one in shown if one.tag == tag) for tag in TAGS}
    return {tag: those for tag, those in found.items() if those}


def _shown(path: str, method: str, one: Made, document: Made) -> Shown:
    schemas = document["components"]["schemas"]
    parameters = one.get("parameters", ())
    bodies = one.get("requestBody", {}).get("content", {})
    keyless = {} in one["security"]
    return Shown(
        id=one["operationId"],
        tag=one["tags"][0],
        method=method.upper(),
        path=PREFIX + path,
        summary=one["summary"],
        words=_beside(one.get("description", ""), one["summary"]),
        keyless=keyless,
        deprecated=bool(one.get("deprecated")),
        parameters=tuple(_parameter(parameter, schemas) for parameter in parameters),
        media=tuple(bodies),
        body=tuple(_fields(_of_json(bodies).get("schema", {}), schemas)),
        request=_request(path, method, parameters, bodies, keyless),
        answers=tuple(
            _answer(number, answer, schemas)
            for number, answer in one["responses"].items()
            if number[0] in "23"
        ),
        refusals=tuple(
            Refusal(number, REFUSALS[int(number)][1], REFUSALS[int(number)][2])
            for number in one["responses"]
            if number[0] in "45"
        ),
    )


def _beside(description: str, summary: str) -> str:
    """Return what a description says that the summary does not."""
    words = _plain(description.strip())
    return "" if words.rstrip(".") == summary.rstrip(".") else words


def _parameter(one: Made, schemas: Made) -> Told:
    needed = one.get("required", False)
    words = one.get("description", "")
    return Told(one["name"], one["in"], _type(one["schema"], schemas), needed, _plain(words))


def _plain(words: str) -> str:
    """Return words without the marks of Markdown."""
    return words.replace("`", "")


def _of_json(content: Made) -> Made:
    """Return the JSON of a body or answer, or the first of what there is."""
    found: Made = content.get("application/json") or next(iter(content.values()), {})
    return found


def _answer(number: str, one: Made, schemas: Made) -> Answer:
    content = one.get("content", {})
    asked = _of_json(content)
    example = asked.get("example")
    return Answer(
        number,
        one.get("description", ""),
        tuple(content),
        tuple(_fields(asked.get("schema", {}), schemas)),
        "" if example is None else _text(example),
    )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _followed(schema: Made, schemas: Made) -> Made:
    if "$ref" in schema:
        return _followed(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    if len(schema.get("allOf", ())) == 1:
        return {**_followed(schema["allOf"][0], schemas), **_without(schema, "allOf")}
    several = [s for s in _several(schema) if s.get("type") != "null"]
    return _followed(several[0], schemas) if len(several) == 1 else schema


def _several(schema: Made) -> list[Made]:
    return list(schema.get("oneOf") or schema.get("anyOf") or ())


def _without(schema: Made, name: str) -> Made:
    return {key: value for key, value in schema.items() if key != name}


def _fields(schema: Made, schemas: Made, before: str = "", depth: int = 0) -> Iterator[Told]:
    """Yield the fields of a schema, those of records inside by their path."""
    whole = _followed(schema, schemas)
    if "items" in whole:
        yield from _fields(whole["items"], schemas, before + "[]", depth)
        return
    for name, one in whole.get("properties", {}).items():
        path = f"{before}.{name}" if before else name
        needed = name in whole.get("required", ())
        inner = _followed(one, schemas)
        words = one.get("description", "") or inner.get("description", "")
        yield Told(path, "", _type(one, schemas), needed, _plain(words))
        if depth < DEEP and ("properties" in inner or "items" in inner):
            yield from _fields(inner, schemas, path, depth + 1)


def _type(schema: Made, schemas: Made) -> str:
    whole = _followed(schema, schemas)
    kinds = whole.get("type", "object" if "properties" in whole else "any")
    names = [kinds] if isinstance(kinds, str) else list(kinds)
    null = "null" in names or any(one.get("type") == "null" for one in _several(schema))
    name = next((one for one in names if one != "null"), "any")
    if name == "array":
        name = f"array of {_type(whole.get('items', {}), schemas)}"
    elif "enum" in whole:
        values = [str(one) for one in whole["enum"] if one not in ("", None)]
        more = ["…"] if len(values) > MANY else []
        name = " | ".join(values[:MANY] + more) or name
    elif "format" in whole:
        name = f"{name} ({whole['format']})"
    bounds = [f"{sign} {whole[key]}" for key, sign in BOUNDS.items() if key in whole]
    return ", ".join([name, *bounds, *(["or null"] if null else [])])


BOUNDS = {"minimum": "≥", "maximum": "≤", "maxLength": "at most"}


def _request(path: str, method: str, parameters: Any, bodies: Made, keyless: bool) -> str:
    """Return an example as it goes over the wire: what is needed and nothing else."""
    query = []
    headers = [] if keyless else ["Authorization: Bearer $KEY"]
    for one in parameters:
        value = one.get("example", "")
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", str(value))
        elif one.get("required") and one["in"] == "query":
            query.append(f"{one['name']}={value}")
        elif one.get("required") and one["in"] == "header":
            value = value or next((e["value"] for e in one.get("examples", {}).values()), "")
            headers.append(f"{one['name']}: {value}")
    asked = f"{method.upper()} {PREFIX}{path}{'?' if query else ''}{'&'.join(query)}"
    if not bodies:
        return "\n".join([asked, *headers])
    media, example = next(iter(bodies)), _of_json(bodies).get("example")
    head = "\n".join([asked, *headers, f"Content-Type: {media}"])
    return head if example is None else f"{head}\n\n{_text(example)}"
