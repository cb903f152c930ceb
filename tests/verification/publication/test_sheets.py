"""Rows as CSV, GeoJSON and a workbook: whatever stands in a cell, no spreadsheet runs it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from xml.etree import ElementTree

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from reports.cells import FORMULA, csv_cell, csv_lines, safe_text
from verification.publication.sheets import CUT, LONGEST, geojson_parts, workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# No surrogates: they are no text. No NUL: no row of a database holds one.
TEXT = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
DANGEROUS = some.builds(str.__add__, some.sampled_from([*FORMULA, "'", "=cmd|' /C calc'!A0"]), TEXT)
CELLS = some.one_of(TEXT, DANGEROUS, some.integers(-(2**40), 2**40), some.booleans(), some.none())
ROWS = some.lists(some.tuples(CELLS, CELLS, CELLS), max_size=4)
calmly = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def read(lines: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(lines, newline="")))


class TestCsv:
    @calmly
    @given(ROWS)
    def test_no_text_begins_a_formula(self, rows: list[tuple[object, ...]]) -> None:
        written = read("".join(csv_lines(["a", "b", "c"], rows)))  # type: ignore[arg-type]
        assert written[0] == ["a", "b", "c"]
        for row, back in zip(rows, written[1:], strict=True):
            for value, cell in zip(row, back, strict=True):
                if isinstance(value, str):
                    assert not cell.startswith(FORMULA)

    @calmly
    @given(some.one_of(TEXT, DANGEROUS))
    def test_every_text_can_be_had_back(self, text: str) -> None:
        shown = safe_text(text)
        assert text == (shown[1:] if shown.startswith("'") else shown)

    def test_numbers_stay_numbers_and_nothing_is_empty(self) -> None:
        cells = [csv_cell(value) for value in (-46.3, 0, None, True, False, "=1+1")]
        assert cells == [-46.3, 0, "", "yes", "no", "'=1+1"]


def sheet_of(file: bytes, number: int) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(file)) as book:
        body = book.read(f"xl/worksheets/sheet{number}.xml")
    return ElementTree.fromstring(body)  # noqa: S314 - our own


class TestWorkbook:
    @calmly
    @given(ROWS)
    def test_it_holds_no_formula_and_no_link(self, rows: list[tuple[object, ...]]) -> None:
        with workbook([("one", ["a", "b", "c"], rows)]) as file:  # type: ignore[list-item]
            sheet = sheet_of(file.read(), 1)
        assert sheet.findall(f".//{MAIN}f") == []
        assert sheet.findall(f".//{MAIN}hyperlink") == []
        assert len(sheet.findall(f".//{MAIN}row")) >= 1

    def test_texts_that_look_like_something_else_stay_texts(self) -> None:
        rows = [("=1+1", "https://news.example/", "0042")]
        with workbook([("one", ["a", "b", "c"], rows)]) as file:
            cells = sheet_of(file.read(), 1).findall(f".//{MAIN}row")[1].findall(f"{MAIN}c")
        assert [cell.get("t") for cell in cells] == ["inlineStr"] * 3
        assert [cell.findtext(f"{MAIN}is/{MAIN}t") for cell in cells] == list(rows[0])

    def test_a_text_too_long_for_a_cell_is_cut_and_says_so(self) -> None:
        with workbook([("one", ["a"], [("x" * 40_000,)])]) as file:
            text = sheet_of(file.read(), 1).findall(f".//{MAIN}t")[1].text
        assert text == "x" * LONGEST + CUT


class TestGeoJson:
    def test_it_is_one_collection_with_members_of_its_own(self) -> None:
        features = [{"type": "Feature", "id": n, "geometry": None} for n in range(3)]
        for count in (0, 1, 3):
            made = json.loads("".join(geojson_parts(features[:count], {"as_of": "now"})))
            assert made["type"] == "FeatureCollection" and made["as_of"] == "now"
            assert made["features"] == features[:count]
