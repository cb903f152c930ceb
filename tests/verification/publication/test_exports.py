"""Layouts of other systems: nothing runs in a spreadsheet, nothing is made up, losses are named."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from reports.agreement.models import Agreement
from reports.cells import FORMULA, csv_lines
from reports.imports.layouts import ACLED_COLUMNS, GED_COLUMNS
from reports.imports.turning import Setting, turned
from reports.people.models import Source
from tests.factories import NOW, act_rows
from verification.bulletins.daily import HEADER, MEANINGS
from verification.publication.exports import Exported, Layout, killed_in, sidecar
from verification.publication.layouts import ACLED, GED, LAYOUTS, TAGGED

ONE = Exported(
    code="NK20-0042",
    act="shelling",
    act_name="Shelling",
    codes={
        "acled_event": "Explosions/Remote violence",
        "acled_sub_event": "Shelling/artillery/missile attack",
        "ucdp_type": "1",
    },
    begins=datetime(2020, 10, 10, 20, tzinfo=UTC),
    ends=datetime(2020, 10, 11, 20, tzinfo=UTC),
    precision="day",
    first_day=date(2020, 10, 11),
    last_day=date(2020, 10, 11),
    place="Gəncə",
    lat=40.683,
    lon=46.361,
    precision_m=5000,
    accused=("ARM",),
    attributed=("Armenia",),
    shape="finding",
    outcome="attributed",
    severity="grave",
    finding="NK20-0042-F1",
    published_at=datetime(2020, 10, 14, 9, tzinfo=UTC),
    killed=(5, 9),
    killed_civilians=(5, 9),
    reports=4,
    origins=2,
    sides=("Armenia", "Azerbaijan"),
)
TEXT = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
HOSTILE = some.builds(str.__add__, some.sampled_from([*FORMULA, "=cmd|' /C calc'!A0"]), TEXT)
TEXTS = some.one_of(TEXT, HOSTILE)


@some.composite
def exported(draw: Any) -> Exported:
    return replace(
        ONE,
        **{
            name: draw(TEXTS)
            for name in (
                *("act", "act_name", "precision", "place", "shape", "outcome", "severity"),
                "finding",
            )
        },
        code=draw(TEXTS) + "-7",
        codes={name: draw(TEXTS) for name in ("acled_event", "acled_sub_event")}
        | {"ucdp_type": "1"},
        accused=tuple(draw(some.lists(TEXTS, max_size=2))),
        attributed=tuple(draw(some.lists(TEXTS, max_size=2))),
        sides=(draw(TEXTS), draw(TEXTS)),
        lat=draw(some.one_of(some.none(), some.floats(-90, 90))),
    )


def table(layout: Layout, *rows: Exported) -> list[dict[str, str]]:
    text = "".join(csv_lines(layout.header, layout.lines(rows)))
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
class TestEveryLayout:
    @settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
    @given(some.lists(exported(), min_size=1, max_size=3))
    def test_no_cell_can_be_run(self, layout: Layout, rows: list[Exported]) -> None:
        text = "".join(csv_lines(layout.header, layout.lines(rows)))
        read = list(csv.reader(io.StringIO(text, newline="")))
        assert {len(line) for line in read} == {len(layout.header)}
        for line in read:
            for cell in line:
                if cell.startswith(FORMULA):
                    float(cell)  # a negative number is no formula

    def test_it_says_of_each_column_what_it_holds(self, layout: Layout) -> None:
        told = sidecar(layout, [ONE], "confirmed")
        assert [one["column"] for one in told["columns"]] == layout.header
        assert any(one["holds"] for one in told["columns"]) and told["dropped"]
        filled = [name for name, cell in table(layout, ONE)[-1].items() if cell]
        holds = {one["column"] for one in told["columns"] if one["holds"]}
        assert set(filled) <= holds

    def test_without_a_public_place_there_is_no_position(self, layout: Layout) -> None:
        row = table(layout, replace(ONE, lat=None, lon=None, precision_m=None))[-1]
        found = {k: v for k, v in row.items() if k in ("lat", "lon", "latitude", "longitude")}
        assert set(found.values()) == {""}

    def test_it_counts_what_it_leaves_out(self, layout: Layout) -> None:
        unnamed = replace(ONE, codes={})
        told = sidecar(layout, [ONE, unnamed], "all")
        assert told["incidents"] == told["rows"] + told["left_out"] == 2
        assert told["left_out"] == (0 if layout is TAGGED else 1)


class TestAcled:
    def test_our_own_importer_reads_it(self) -> None:
        (row,) = table(ACLED, ONE)
        assert tuple(row) == ACLED_COLUMNS
        given = Setting(
            agreement=Agreement(slug="nk2020", timezone="Asia/Baku"),
            source=Source(key="x"),
            shape="acled",
            columns={},
            values={"accused": {"Armenia": "ARM"}},
            fixed={},
            acts=frozenset(one["code"] for one in act_rows()),
            parties=frozenset({"ARM"}),
            zone=ZoneInfo("Asia/Baku"),
            at=NOW,
        )
        draft = turned(row, given).draft
        assert draft is not None
        assert (draft.act, draft.accused_code, draft.observed_from) == (
            *("shelling", "ARM"),
            ONE.begins,
        )
        assert draft.tolls[0].best == 5


class TestGed:
    def test_its_row_is_whole(self) -> None:
        (row,) = table(GED, ONE)
        assert tuple(row) == GED_COLUMNS
        assert [row[name] for name in ("id", "low", "best", "high")] == ["42", "5", "5", "9"]
        assert (row["side_a"], row["side_b"]) == ("Armenia", "Azerbaijan")

    @pytest.mark.parametrize("killed", [None, (0, 9), (0, 0)])
    def test_only_where_somebody_was_killed(self, killed: tuple[int, int] | None) -> None:
        assert table(GED, replace(ONE, killed=killed)) == []


class TestHxl:
    def test_a_program_nobody_here_wrote_reads_it(self) -> None:
        hxl = pytest.importorskip("hxl", reason="test.lock is not installed")
        text = "".join(csv_lines(TAGGED.header, TAGGED.lines([ONE])))
        source = hxl.data(hxl.make_input(io.BytesIO(text.encode()), hxl.InputOptions()))
        (row,) = list(source)
        assert row.get("#event+id") == "NK20-0042"
        assert (row.get("#geo+lat"), row.get("#geo+precision")) == ("40.683", "5000")
        assert [column.display_tag for column in source.columns] == list(TAGGED.tags)


class TestParquet:
    def test_it_keeps_types_and_says_where_it_comes_from(self) -> None:
        parquet = pytest.importorskip("pyarrow.parquet", reason="extra-parquet is not installed")
        from verification.publication.parquet import parquet_file

        with parquet_file([ONE, replace(ONE, lat=None)], {"licence": "x"}) as file:
            read = parquet.read_table(file)
        first, second = read.to_pylist()
        assert (first["begins"], first["accused"], first["killed_least"]) == (
            ONE.begins,
            ["ARM"],
            5,
        )
        assert second["lat"] is None
        assert b"licence" in read.schema.metadata[b"about"]


def said(stance: str, *tolls: tuple[int | None, int | None, int | None]) -> dict[str, Any]:
    names = ("least", "best", "most")
    return {
        "stance": stance,
        "tolls": [
            {"harm": "killed", "category": "civilians", **dict(zip(names, one, strict=True))}
            for one in tolls
        ],
    }


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], None),
        ([said("alleges")], None),
        ([said("denies", (0, 0, 0))], None),
        ([said("alleges", (None, 5, None))], (5, 5)),
        ([said("alleges", (None, None, 28))], (0, 28)),
        ([said("alleges", (5, None, None))], (5, 5)),
        ([said("alleges", (1, 2, 3), (4, 5, 6)), said("finds", (None, 10, None))], (5, 10)),
    ],
)
def test_the_dead_are_what_named_speakers_say(statements: Any, expected: Any) -> None:
    assert killed_in(statements) == expected


def test_the_daily_table_says_what_each_column_is() -> None:
    assert list(MEANINGS) == list(HEADER)
