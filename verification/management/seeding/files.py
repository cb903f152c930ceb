"""Reads the files of seeds/. What their columns mean is in seeds/README.md."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

SEEDS: Path = settings.BASE_DIR / "seeds"
Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """Return a CSV file's rows as {column: text}."""
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document(name: str) -> dict[str, Any]:
    """Return a JSON file's object; CommandError if there is no such file."""
    path = SEEDS / name
    if not path.is_file():
        raise CommandError(f"There is no seeds/{name}.")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def instant(text: str, *, now: datetime) -> datetime:
    """Read an instant with its offset, or "now", or "now-<n>d"."""
    if not text.startswith("now"):
        return datetime.fromisoformat(text)
    days = text.removeprefix("now").removesuffix("d").removeprefix("-")
    return now - timedelta(days=int(days or 0))
