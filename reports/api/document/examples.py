"""An example for every body: of the record's own kind, made from its schema, always valid.

A field is shown by the value its name stands for below; where a name says nothing, by what its
schema allows. A door that gives an example of its own keeps it.
"""

from __future__ import annotations

from typing import Any

Made = dict[str, Any]
DEEP = 8  # levels; nothing we send goes deeper

BY_NAME: dict[str, Any] = {
    "about": "INC-2020-0007",
    "accused": "AZE",
    "accuracy": "settlement",
    "act": "missile_strike",
    "agreement": "nk2020",
    "asker": "party",
    "capacity": "civilians",
    "caption": "The crater behind the school, seen from the road.",
    "category": "single",
    "client_uuid": "0192f5c0-7c1a-7b3e-9a51-3f0f6d2b8e11",
    "code": "INC-2020-0007",
    "contents": "whole",
    "corrects": "FND-2020-0007-1",
    "cursor": "MTA6TksyMC0wMDA3",
    "definition": "A missile hits ground in or near the zone.",
    "detail": "Say when it was seen.",
    "evidence": "7K3QF-9M2XD",
    "filetype": "image/jpeg",
    "finding": "FND-2020-0007-1",
    "fingerprint": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "found": "AZE",
    "ground": "new_evidence",
    "incident": "INC-2020-0007",
    "kind": "place",
    "label": "Ganja",
    "language": "en",
    "lat": 40.6828,
    "lon": 46.3606,
    "manifest_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "means": "heard",
    "name": "Ganja",
    "narrative": "Three heavy explosions were heard from the centre of the city.",
    "organisation": "Observers of the truce",
    "other": "INC-2020-0009",
    "outcome": "breach_attributed",
    "party": "AZE",
    "pointer": "/observed_from",
    "position": "denies",
    "q": "Ganja",
    "reason": "The witness was on the square that night.",
    "reasons": "Two independent sources place the strike within the hour.",
    "receipt": "7K3QF-9M2XD",
    "reply": "AZE-denies",
    "report": "7K3QF-9M2XD",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "signed_receipt": "receipts.example.org\n7K3QF-9M2XD\n\n— receipts.example.org kQ2k4w==\n",
    "slug": "nk2020",
    "stance": "observes",
    "supersedes": "",
    "text": "Our units were not in range of the place at that hour.",
    "time_precision": "hour",
    "timezone": "Asia/Baku",
    "title": "Some answers need another look",
    "typed": "Ganja",
    "url": "https://reports.example.org/incidents/INC-2020-0007/",
    "weapon": "",
    "why": "The same hour and the same street.",
}
OF_FORMAT = {
    "date-time": "2020-10-11T02:00:00Z",
    "date": "2020-10-11",
    "uuid": "0192f5c0-7c1a-7b3e-9a51-3f0f6d2b8e11",
    "uri": "https://reports.example.org/incidents/INC-2020-0007/",
    "email": "desk@reports.example.org",
    "binary": "",
}


def with_examples(operation: Made, schemas: Made) -> None:
    """Give every JSON body of an operation an example, and every parameter one."""
    for parameter in operation.get("parameters", ()):
        if "example" not in parameter and "examples" not in parameter:
            parameter["example"] = example(parameter["schema"], schemas, parameter["name"])
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    bodies += [one for number, one in operation["responses"].items() if number.startswith("2")]
    for body in bodies:
        for media, content in body.get("content", {}).items():
            if "json" not in media or "schema" not in content:
                continue
            if "example" not in content and "examples" not in content:
                content["example"] = example(content["schema"], schemas)


def example(schema: Made, schemas: Made, name: str = "", depth: int = 0) -> Any:
    """Return a value that a schema allows, like one of the record's."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    if "example" in schema:
        return schema["example"]
    if "default" in schema and depth > 0:
        return schema["default"]
    if "enum" in schema:
        return next((one for one in schema["enum"] if one not in ("", None)), schema["enum"][0])
    if "const" in schema:
        return schema["const"]
    for several in ("allOf", "oneOf", "anyOf"):
        if several in schema:
            return _of_several(schema, several, schemas, name, depth)
    return _plain(schema, schemas, name, depth)


def _of_several(schema: Made, several: str, schemas: Made, name: str, depth: int) -> Any:
    if several != "allOf":
        return example(schema[several][0], schemas, name, depth)
    parts = [example(one, schemas, name, depth) for one in schema["allOf"]]
    if not all(isinstance(part, dict) for part in parts):
        return parts[0]
    whole: Made = {}
    for part in parts:
        whole |= part
    return whole


def _plain(schema: Made, schemas: Made, name: str, depth: int) -> Any:
    kinds = schema.get("type", "object" if "properties" in schema else None)
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        return _object(schema, schemas, name, depth)
    if kind == "array":
        few = depth > DEEP or not schema.get("items")
        return [] if few else [example(schema["items"], schemas, name, depth + 1)]
    if kind == "string":
        return _string(schema, name)
    if kind in ("integer", "number"):
        return _number(schema, name, kind)
    return True if kind == "boolean" else {}


def _object(schema: Made, schemas: Made, name: str, depth: int) -> Any:
    inner = schema.get("properties", {})
    if not inner:
        values = schema.get("additionalProperties")
        if isinstance(values, dict) and values:
            key = "en" if name.endswith("s") else "value"
            return {key: example(values, schemas, name.removesuffix("s"), depth + 1)}
        return {}
    return {key: example(one, schemas, key, depth + 1) for key, one in inner.items()}


def _string(schema: Made, name: str) -> str:
    if "format" in schema:
        return OF_FORMAT.get(schema["format"], "")
    known = BY_NAME.get(name)
    value = known if isinstance(known, str) else name or "text"
    return value[: schema.get("maxLength", len(value))]


def _number(schema: Made, name: str, kind: str) -> float:
    known = BY_NAME.get(name)
    value = known if isinstance(known, int | float) else max(1, schema.get("minimum", 1))
    value = min(value, schema.get("maximum", value))
    return int(value) if kind == "integer" else float(value)
