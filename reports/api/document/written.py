"""The committed document: where it is, how it is written, how it is read."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator

HERE = Path(__file__).parent
DOCUMENT = HERE / "openapi.json"  # what the doors are, as of this commit
RELEASED = HERE / "released.json"  # what the last release promised
CHANGES = Path(__file__).resolve().parents[3] / "docs" / "api-changes.md"
COMMAND = "python3 run.py manage openapi --write"


def made() -> dict[str, Any]:
    """Return the document as the doors stand now."""
    with override("en"):
        document = SchemaGenerator().get_schema(request=None, public=True)
    plain: dict[str, Any] = json.loads(json.dumps(document, default=str))
    return plain


def as_text(document: dict[str, Any]) -> str:
    """Return the document as it is committed."""
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=False) + "\n"


@cache
def written() -> dict[str, Any]:
    """Return the committed document."""
    read: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    return read
