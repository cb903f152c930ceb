"""The last touch on the document: headings, refusals, examples; the same for every operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.api.document.examples import with_examples
from reports.api.document.refusals import components, with_refusals
from reports.api.document.tags import tag_of

Made = dict[str, Any]
LETTERS = "[2-9A-HJ-NP-Za-hj-np-z]"  # of a receipt, in either case: (?i:...) is Python's alone
RECEIPT = f"^{LETTERS}{{5}}-{LETTERS}{{5}}$"
METHODS = ("get", "post", "put", "patch", "delete")


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
        with_refusals(path, method, operation)
        with_examples(operation, schemas)
    result["tags"] = [one for one in result.get("tags", []) if one["name"] in used]
    return result
