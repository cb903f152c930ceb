"""What can be looked up outside: every link of a case file, once, with what rests on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from verification.pages.cards import ReportCard


def source_rows(
    cards: Sequence[ReportCard], statements: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the links of reports and statements by address, in order of first mention."""
    found: dict[str, dict[str, Any]] = {}

    def note(url: str, publisher: str, day: date | None, number: str) -> None:
        row = found.setdefault(
            url, {"url": url, "publisher": publisher, "published_on": day, "numbers": []}
        )
        row["numbers"].append(number)

    for card in cards:
        if card.url:
            note(card.url, card.publisher, card.published_on, card.number)
    for row in statements:
        if row["url"]:
            note(row["url"], row["publisher"], None, row["number"])
    return list(found.values())
