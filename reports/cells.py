"""Cells of a table as CSV, line by line; pure.

A spreadsheet runs a cell that begins like a formula, whoever wrote it. No text leaves here so that
it could: such a cell gets an apostrophe.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

Cell = str | int | float | bool | None
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Echo:
    """Hands back what is written to it, so that rows can be sent as they are made."""

    def write(self, text: str) -> str:
        return text


def safe_text(text: str) -> str:
    """Return a text no spreadsheet takes for a formula; without its first apostrophe it is back."""
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text


def csv_cell(value: Cell) -> str | int | float:
    """Return a value as CSV holds it: numbers stay numbers, nothing is empty, texts are safe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return safe_text(value) if isinstance(value, str) else value


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield a table as CSV (RFC 4180), line by line."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([csv_cell(value) for value in row])
