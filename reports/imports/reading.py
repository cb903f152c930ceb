"""Rows of a file, from any place in it: what stands in each cell, and where the next row begins.

Cells are texts; nothing is guessed here. A row that cannot be read is a row with a fault.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from reports.imports.choices import Format, Shape
from reports.imports.files import NotThisFormat
from reports.imports.layouts import ACLED_NEEDED, GED_COLUMNS, GED_NEEDED

CELL_MOST = 100_000  # characters
LINE_MOST = 4 * 1024 * 1024  # bytes
COLUMNS_MOST = 400
DELIMITERS = ",;\t|"
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands: its number as a spreadsheet counts, its cells, where it ends."""

    number: int
    cells: Mapping[str, str] | None  # None: it cannot be read
    end: int


@dataclass(frozen=True, slots=True)
class Head:
    """How a file begins: its columns, what separates them, where the rows begin."""

    header: tuple[str, ...]
    delimiter: str
    begin: int
    row: int  # number of the last row that is no record


class _Lines:
    """Lines of a file as text, and how far they reach."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.end = file.tell()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.file.readline(LINE_MOST)
        if not line:
            raise StopIteration
        if not self.end:
            self.end, line = len(line), line.removeprefix(BOM)
        else:
            self.end += len(line)
        # What is no UTF-8 becomes halves of characters, which the rules of filing refuse.
        return line.decode("utf-8", errors="surrogateescape")


def head_of(path: Path, format: str, shape: str) -> Head:
    """Return how a file begins. Errors: NotThisFormat."""
    if format != Format.CSV:
        return Head((), "", 0, 0)
    with path.open("rb") as file:
        lines = _Lines(file)
        first = next(lines, "")
        delimiter = max(DELIMITERS, key=first.count)
        file.seek(0)
        lines = _Lines(file)
        try:
            cells = next(csv.reader(lines, delimiter=delimiter), [])
        except csv.Error as error:
            raise NotThisFormat("no CSV") from error
    names = tuple(cell.strip() for cell in cells)
    if shape == Shape.GED and len(names) == len(GED_COLUMNS) and names[0].isdigit():
        return Head(GED_COLUMNS, delimiter, 0, 0)  # candidate files may come without a header
    if len(names) < 2 or len(names) > COLUMNS_MOST or len(set(names)) != len(names):
        raise NotThisFormat("the first row does not name the columns")
    wanted = {Shape.ACLED: ACLED_NEEDED, Shape.GED: GED_NEEDED}.get(Shape(shape), frozenset())
    if missing := sorted(wanted - set(names)):
        raise NotThisFormat("these columns are missing: " + ", ".join(missing))
    return Head(names, delimiter, lines.end, 1)


def rows_from(
    path: Path, format: str, *, header: Sequence[str], delimiter: str, begin: int, row: int
) -> Iterator[Row]:
    """Yield the rows from a place in a file on."""
    with path.open("rb") as file:
        file.seek(begin)
        lines = _Lines(file)
        if format == Format.CSV:
            yield from _csv_rows(lines, tuple(header), delimiter, row)
        else:
            yield from _json_rows(lines, row)


def _csv_rows(lines: _Lines, header: tuple[str, ...], delimiter: str, row: int) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a quote that never ends, or a cell beyond all measure
            row += 1
            yield Row(row, None, lines.end)
            reader = csv.reader(lines, delimiter=delimiter)
            continue
        row += 1
        if not cells:
            continue
        found = len(cells) == len(header) and max(map(len, cells)) <= CELL_MOST
        yield Row(row, dict(zip(header, cells, strict=True)) if found else None, lines.end)


def _json_rows(lines: _Lines, row: int) -> Iterator[Row]:
    for line in lines:
        row += 1
        if line.strip():
            yield Row(row, _cells_of(line), lines.end)


def _cells_of(line: str) -> dict[str, str] | None:
    """Return the members of a JSON object as cells; of a feature, its properties and its point."""
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict):
        return None
    if read.get("type") == "Feature":
        properties, geometry = read.get("properties") or {}, read.get("geometry") or {}
        if not isinstance(properties, dict) or not isinstance(geometry, dict):
            return None
        read = {**({"id": read["id"]} if "id" in read else {}), **properties}
        if geometry.get("type") == "Point":
            place = geometry.get("coordinates") or []
            if not isinstance(place, list) or not all(isinstance(n, int | float) for n in place):
                return None
            lon, lat = (*place, None, None)[:2]
            read = {"lat": lat, "lon": lon, "latitude": lat, "longitude": lon} | read
    if len(read) > COLUMNS_MOST:
        return None
    return {str(name): _cell(value) for name, value in read.items()}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value[: CELL_MOST + 1]
    return json.dumps(value, ensure_ascii=False)
