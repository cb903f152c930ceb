"""What would break a client: a comparison of two documents, for the gate.

Leaving out is breaking (a path, an operation, an answer, a field, a parameter, a value), and so is
asking for more (a field or parameter newly required, a field no longer null). Adding is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Made = dict[str, Any]
DEEP = 12  # levels of a body that are compared


def breaking(old: Made, new: Made) -> list[str]:
    """Return every breaking change as a line: what, and where."""
    return sorted(set(_paths(old, new)))


def _paths(old: Made, new: Made) -> Iterator[str]:
    for path, item in old["paths"].items():
        if path not in new["paths"]:
            yield f"removed path {path}"
            continue
        for method, before in item.items():
            after = new["paths"][path].get(method)
            where = f"{method.upper()} {path}"
            if after is None:
                yield f"removed operation {where}"
            elif before["operationId"] != after["operationId"]:
                yield f"renamed operation {where} {before['operationId']}"
            else:
                yield from _operation(where, before, after, old, new)


def _operation(where: str, before: Made, after: Made, old: Made, new: Made) -> Iterator[str]:
    yield from _parameters(where, before, after, old, new)
    for number in before["responses"]:
        if number not in after["responses"]:
            yield f"removed answer {where} {number}"
    yield from _bodies(where, before, after, old, new)
    needed, was_needed = (
        one.get("requestBody", {}).get("required", False) for one in (after, before)
    )
    if needed and not was_needed:
        yield f"newly required body {where}"


def _parameters(where: str, before: Made, after: Made, old: Made, new: Made) -> Iterator[str]:
    was = {(one["in"], one["name"]): one for one in before.get("parameters", ())}
    now = {(one["in"], one["name"]): one for one in after.get("parameters", ())}
    for key, one in was.items():
        if key not in now:
            yield f"removed parameter {where} {key[1]}"
        else:
            left_out = _values(one["schema"], old) - _values(now[key]["schema"], new)
            if left_out and _values(now[key]["schema"], new):
                yield from (f"removed value {where} {key[1]}={value}" for value in left_out)
    for key, one in now.items():
        if one.get("required") and not was.get(key, {}).get("required"):
            yield f"newly required parameter {where} {key[1]}"


def _bodies(where: str, before: Made, after: Made, old: Made, new: Made) -> Iterator[str]:
    pairs = [(before.get("requestBody", {}), after.get("requestBody", {}), True)]
    for number, answer in before["responses"].items():
        if number.startswith("2") and number in after["responses"]:
            pairs.append((answer, after["responses"][number], False))
    for was, now, sent in pairs:
        for media, content in was.get("content", {}).items():
            if media not in now.get("content", {}):
                yield f"removed media type {where} {media}"
                continue
            schemas = content.get("schema", {}), now["content"][media].get("schema", {})
            compare = _Sent(old, new) if sent else _Answered(old, new)
            yield from compare.compare(f"{where} {'request' if sent else 'answer'}", *schemas, 0)


class _Bodies:
    """Walks through two schemas at once."""

    def __init__(self, old: Made, new: Made) -> None:
        self.old, self.new = old, new

    def compare(self, where: str, was: Made, now: Made, depth: int) -> Iterator[str]:
        """Yield what would break a client in a body."""
        was, now = _flat(was, self.old), _flat(now, self.new)
        if depth > DEEP:
            return
        yield from self.fields(where, was, now)
        if _kinds(was) and _kinds(now) and not _kinds(was) & _kinds(now):
            yield f"changed type {where}"
        for name, one in was.get("properties", {}).items():
            if name in now.get("properties", {}):
                inner = now["properties"][name]
                yield from self.compare(f"{where} .{name}", one, inner, depth + 1)
        if "items" in was and "items" in now:
            yield from self.compare(f"{where}[]", was["items"], now["items"], depth + 1)

    def fields(self, where: str, was: Made, now: Made) -> Iterator[str]:
        """Yield what would break a client among the fields of one object."""
        raise NotImplementedError


class _Sent(_Bodies):
    """A body that clients send: nothing more may be asked, nothing less allowed."""

    def fields(self, where: str, was: Made, now: Made) -> Iterator[str]:
        for name in was.get("properties", {}):
            if name not in now.get("properties", {}):
                yield f"removed field {where} .{name}"
        for name in set(now.get("required", ())) - set(was.get("required", ())):
            yield f"newly required field {where} .{name}"
        left_out = _values(was, self.old) - _values(now, self.new)
        if left_out and _values(now, self.new):
            yield from (f"removed value {where} {value}" for value in left_out)
        if "null" in _kinds(was) and _kinds(now) and "null" not in _kinds(now):
            yield f"no longer null {where}"


class _Answered(_Bodies):
    """A body that clients read: nothing may be missing that was there."""

    def fields(self, where: str, was: Made, now: Made) -> Iterator[str]:
        for name in was.get("properties", {}):
            if name not in now.get("properties", {}):
                yield f"removed field {where} .{name}"
            elif name in was.get("required", ()) and name not in now.get("required", ()):
                yield f"no longer always there {where} .{name}"
        left_out = _values(was, self.old) - _values(now, self.new)
        if left_out and _values(now, self.new):
            yield from (f"removed value {where} {value}" for value in left_out)
        if _kinds(was) and "null" not in _kinds(was) and "null" in _kinds(now):
            yield f"newly null {where}"


def _flat(schema: Made, document: Made) -> Made:
    """Return a schema with its reference followed and its parts put together."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return _flat(document["components"]["schemas"].get(name, {}), document)
    several = [*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())]
    if not several:
        return schema
    whole: Made = {"properties": {}, "required": [], "enum": []}
    kinds: set[str] = set()
    for part in [
        *several,
        {k: v for k, v in schema.items() if k not in ("allOf", "oneOf", "anyOf")},
    ]:
        part = _flat(part, document)
        whole["properties"] |= part.get("properties", {})
        whole["required"] += part.get("required", [])
        whole["enum"] += part.get("enum", [])
        kinds |= _kinds(part)
        if "items" in part:
            whole["items"] = part["items"]
    return {**whole, "type": sorted(kinds)}


def _kinds(schema: Made) -> set[str]:
    kinds = schema.get("type", [])
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _values(schema: Made, document: Made) -> set[str]:
    return {str(value) for value in _flat(schema, document).get("enum") or ()}
