"""One value, one byte string: RFC 8785 JSON, by the rfc8785 package or what is proved equal to it.

Leaves use a narrow part of it (no fractions, no null, text in normal form C), so that no two
implementations can disagree. Public records may hold fractions; their bytes follow RFC 8785 too.
"""

from __future__ import annotations

import contextlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

MOST = 2**53  # integers stay below: above it JavaScript cannot tell neighbours apart
DEEPEST = 16  # levels of nesting

# What a leaf may hold the standard library writes alike, in C: integers, and text with the same
# escapes. Only names beyond ASCII sort otherwise (code points, not UTF-16 units).
_quick = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
).encode


class NotCanonical(ValueError):
    """Raised when a value or a text has no place in a leaf."""


def canonical(value: Any) -> bytes:
    """Return the bytes of a leaf's value.

    Errors: NotCanonical for fractions, null, big integers, other types, text not in NFC.
    Source: docs/log-format.md 2.
    """
    if _check(value, 0):
        return _quick(value).encode()
    return rfc8785.dumps(value)


def record_bytes(value: Any) -> bytes:
    """Return the bytes of a public record: RFC 8785, fractions and null allowed."""
    with contextlib.suppress(NotCanonical):  # most hold nothing that a leaf could not
        return canonical(value)
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


def _check(value: Any, depth: int) -> bool:
    """Raise NotCanonical for what has no place in a leaf; answer whether it is of plain types."""
    kind = type(value)
    if kind is str:
        _check_text(value)
        return True
    if depth > DEEPEST:
        raise NotCanonical("nested too deeply")
    if kind is dict:
        plain = True
        for name, part in value.items():
            if type(name) is not str:
                raise NotCanonical("names are text")
            if name.isascii() and type(part) is str and part.isascii():
                continue
            _check_text(name)
            plain &= _check(part, depth + 1) and name.isascii()
        return plain
    if kind is list or kind is tuple:
        plain = True
        for part in value:
            if type(part) is not str or not part.isascii():
                plain &= _check(part, depth + 1)
        return plain
    if kind is bool:
        return True
    if kind is int:
        if abs(value) >= MOST:
            raise NotCanonical(f"{value} is not below 2^53")
        return True
    _check_other(value, depth)
    return False


def _check_other(value: Any, depth: int) -> None:
    """Check what only behaves like text, a number, a list or an object."""
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int):
        _check(int(value), depth)
    elif isinstance(value, Mapping):
        _check(dict(value), depth)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        _check(list(value), depth)
    else:
        raise NotCanonical(f"no place for {type(value).__name__}")


def _check_text(text: str) -> None:
    if text.isascii():
        return
    if not unicodedata.is_normalized("NFC", text):
        raise NotCanonical("text is in normal form C")
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        raise NotCanonical("text is valid Unicode") from problem
