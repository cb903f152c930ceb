"""Whether a value in an address is one that the document allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

WHOLE = re.compile(r"\d{1,100}\Z", re.ASCII)
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)  # a day beside the calendar's end overflows
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


def words_for(schema: Mapping[str, Any]) -> str:
    """Return what to say of a value that is none of them."""
    if schema.get("minimum") == 1 and "maximum" in schema:
        return _("Give a number from 1 to %(most)s.") % {"most": schema["maximum"]}
    return _("This value is not known here.")


def is_one_of(schema: Mapping[str, Any], text: str) -> bool:
    """Answer whether a text says a value of a schema, as far as the schema closes a set."""
    if schema.get("type") == "boolean":
        return text in ("true", "false")
    if schema.get("format") == "date":
        return _is_day(text)
    if schema.get("type") == "integer":
        return _is_between(schema, text)
    return "enum" not in schema or text in schema["enum"]


def _is_between(schema: Mapping[str, Any], text: str) -> bool:
    if not WHOLE.match(text):
        return False
    value = int(text)
    return bool(schema.get("minimum", 0) <= value <= schema.get("maximum", value))


def _is_day(text: str) -> bool:
    try:
        day = parse_date(text) if DAY.match(text) else None
    except ValueError:
        return False
    return day is not None and EARLIEST <= day <= LATEST
