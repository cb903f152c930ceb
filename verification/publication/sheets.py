"""Rows to GeoJSON and a workbook, a piece at a time. Pure but for a temporary file.

In a workbook every text is typed as text, so that none can be run (for CSV: reports/cells.py).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from reports.cells import Cell

LONGEST = 32_000  # characters; a cell of a workbook holds 32,767
CUT = " …"


def geojson_parts(features: Iterable[dict[str, Any]], members: dict[str, Any]) -> Iterator[str]:
    """Yield a FeatureCollection (RFC 7946) with members of our own, feature by feature."""
    head = json.dumps({"type": "FeatureCollection", **members}, ensure_ascii=False)
    yield f'{head[:-1]}, "features": ['
    for number, feature in enumerate(features):
        yield (",\n" if number else "\n") + json.dumps(feature, ensure_ascii=False)
    yield "\n]}\n"


def workbook(
    sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]],
) -> IO[bytes]:
    """Return a workbook with one sheet a table, written row by row; the caller closes the file."""
    import xlsxwriter  # 0.1 s, and only whoever downloads a workbook needs it

    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it once it is sent
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    bold = book.add_format({"bold": True})
    for name, header, rows in sheets:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(header):
            sheet.write_string(0, column, title, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write(sheet, number, column, value)
    book.close()
    file.seek(0)
    return file


def _write(sheet: Any, row: int, column: int, value: Cell) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, str):
        text = value if len(value) <= LONGEST else value[:LONGEST] + CUT
        sheet.write_string(row, column, text)
    else:
        sheet.write_number(row, column, value)
