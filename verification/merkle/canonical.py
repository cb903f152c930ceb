"""One value, one byte string: RFC 8785 JSON, by the rfc8785 package.

Leaves use a narrow part of it (no fractions, no null, text in normal form C), so that no two
implementations can disagree. Public records may hold fractions; their bytes follow RFC 8785 too.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

MOST = 2**53  # integers stay below: above it JavaScript cannot tell neighbours apart
DEEPEST = 16  # levels of nesting


class NotCanonical(ValueError):
    """Raised when a value or a text has no place in a leaf."""


def canonical(value: Any) -> bytes:
    """Return the bytes of a leaf's value.

    Errors: NotCanonical for fractions, null, big integers, other types, text not in NFC.
    Source: docs/log-format.md 2.
    """
    _check(value, 0)
    return rfc8785.dumps(value)


def record_bytes(value: Any) -> bytes:
    """Return the bytes of a public record: RFC 8785, fractions and null allowed."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as problem:
        raise NotCanonical(str(problem)) from problem


def parsed(body: bytes) -> dict[str, Any]:
    """Return the object a leaf's bytes hold. Errors: NotCanonical unless they are canonical."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise NotCanonical("a leaf is JSON") from problem
    if not isinstance(value, dict) or canonical(value) != body:
        raise NotCanonical("a leaf is one object in its canonical form")
    return value


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise NotCanonical("nested too deeply")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, bool):
        return
    elif isinstance(value, int):
        if abs(value) >= MOST:
            raise NotCanonical(f"{value} is not below 2^53")
    elif isinstance(value, Mapping):
        for name, part in value.items():
            if not isinstance(name, str):
                raise NotCanonical("names are text")
            _check_text(name)
            _check(part, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        for part in value:
            _check(part, depth + 1)
    else:
        raise NotCanonical(f"no place for {type(value).__name__}")


def _check_text(text: str) -> None:
    if not unicodedata.is_normalized("NFC", text):
        raise NotCanonical("text is in normal form C")
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        raise NotCanonical("text is valid Unicode") from problem
