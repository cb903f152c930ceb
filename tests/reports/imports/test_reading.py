"""What stands in a file is read as it stands: formats, layouts, digits, dates, tolls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reports.agreement.models import Agreement
from reports.imports.files import NotThisFormat
from reports.imports.layouts import ACLED_COLUMNS, GED_COLUMNS
from reports.imports.reading import Row, head_of, rows_from
from reports.imports.turning import Setting, Turned, turned
from reports.intake.drafts import ReportDraft
from reports.intake.models import Report
from reports.people.models import Source
from tests.factories import NOW, World, act_rows
from tests.imported import a_mapping, acled_row, an_import, as_csv, brought, ged_row, own_row


def setting(shape: str, **changes: Any) -> Setting:
    said: dict[str, Any] = {
        "agreement": Agreement(slug="nk2020", timezone="Asia/Baku"),
        "source": Source(key="records"),
        "shape": shape,
        "columns": {},
        "values": {"accused": {"Government of Armenia": "ARM"}},
        "fixed": {},
        "acts": frozenset(row["code"] for row in act_rows()),
        "parties": frozenset({"ARM", "AZE"}),
        "zone": ZoneInfo("Asia/Baku"),
        "at": NOW,
    }
    return Setting(**(said | changes))


def drafted(one: Turned) -> ReportDraft:
    assert one.draft is not None, one.faults
    return one.draft


def rows_of(tmp_path: Path, content: bytes, format: str = "csv", shape: str = "own") -> list[Row]:
    path = tmp_path / "file"
    path.write_bytes(content)
    head = head_of(path, format, shape)
    return list(
        rows_from(
            path,
            format,
            header=head.header,
            delimiter=head.delimiter,
            begin=head.begin,
            row=head.row,
        )
    )


class TestFormats:
    @pytest.mark.parametrize("delimiter", list(",;\t"))
    def test_csv_with_a_mark_at_its_start(self, tmp_path: Path, delimiter: str) -> None:
        text = own_row(1, text='He said: "go", and\r\nwe went')
        content = b"\xef\xbb\xbf" + as_csv([text, own_row(2)], delimiter=delimiter)
        rows = rows_of(tmp_path, content)
        assert [(row.number, row.cells) for row in rows] == [(2, text), (3, own_row(2))]
        assert rows[-1].end == len(content)

    def test_from_any_row_on_it_reads_the_same(self, tmp_path: Path) -> None:
        content = as_csv([own_row(n, text=f"a\nb{n} · շատ") for n in range(9)])
        whole = rows_of(tmp_path, content)
        head = head_of(tmp_path / "file", "csv", "own")
        for row in whole[:-1]:
            onward = rows_from(
                tmp_path / "file",
                "csv",
                header=head.header,
                delimiter=",",
                begin=row.end,
                row=row.number,
            )
            assert list(onward) == whole[row.number - 1 :]

    def test_a_row_of_another_length_is_unreadable_and_the_next_is_not(
        self, tmp_path: Path
    ) -> None:
        rows = rows_of(tmp_path, b"a,b\n1,2\n1,2,3\n4,5\n")
        assert [row.cells is None for row in rows] == [False, True, False]

    def test_a_quote_that_never_ends_does_not_hide_that(self, tmp_path: Path) -> None:
        rows = rows_of(tmp_path, b'a,b\n1,2\n3,"' + b"x" * 200_000 + b"\n5,6\n")
        assert [row.cells is None for row in rows[:2]] == [False, True]

    def test_lines_of_json_and_features(self, tmp_path: Path) -> None:
        point = {"type": "Point", "coordinates": [46.36, 40.68]}
        feature = {"type": "Feature", "id": 7, "geometry": point, "properties": {"kind": "x"}}
        lines = [{"id": 1, "n": 2.5, "none": None}, feature, [1]]
        content = "\n".join(json.dumps(line) for line in lines).encode() + b"\n{broken\n"
        one, two, three, four = rows_of(tmp_path, content, "ndjson")
        assert one.cells == {"id": "1", "n": "2.5", "none": ""}
        assert two.cells is not None and three.cells is four.cells is None
        assert (two.cells["id"], two.cells["lat"], two.cells["lon"]) == ("7", "40.68", "46.36")

    @pytest.mark.parametrize("place", [5, "46.36", {"lon": 1}, [[46.36, 40.68]], ["x", "y"]])
    def test_a_point_that_is_none_is_unreadable(self, tmp_path: Path, place: object) -> None:
        point = {"type": "Point", "coordinates": place}
        line = json.dumps({"type": "Feature", "geometry": point, "properties": {"kind": "x"}})
        assert [row.cells for row in rows_of(tmp_path, line.encode(), "ndjson")] == [None]

    def test_ged_without_a_header(self, tmp_path: Path) -> None:
        content = as_csv([ged_row(1), ged_row(2)], header=False)
        rows = rows_of(tmp_path, content, shape="ged")
        assert [row.cells for row in rows] == [ged_row(1), ged_row(2)]

    def test_columns_that_are_missing_are_named(self, tmp_path: Path) -> None:
        row = acled_row(1)
        del row["event_date"]
        with pytest.raises(NotThisFormat, match="event_date"):
            rows_of(tmp_path, as_csv([row]), shape="acled")

    def test_columns_that_were_dropped_do_no_harm(self, tmp_path: Path) -> None:
        old = {"data_id": "9", **acled_row(1), "iso3": "AZE"}
        (row,) = rows_of(tmp_path, as_csv([old]), shape="acled")
        assert row.cells is not None and drafted(turned(row.cells, setting("acled")))

    def test_the_layouts_are_whole(self) -> None:
        assert (len(set(ACLED_COLUMNS)), len(set(GED_COLUMNS))) == (31, 49)


class TestAcled:
    @pytest.mark.parametrize("inter", ["8", "External/Other forces", 8])
    def test_interactions_as_numbers_or_labels(self, inter: Any) -> None:
        row = acled_row(1, inter1=str(inter))
        assert f"inter1: {inter}" in drafted(turned(row, setting("acled"))).narrative

    def test_what_its_fields_become(self) -> None:
        draft = drafted(turned(acled_row(1), setting("acled")))
        assert (draft.act, draft.accused_kind, draft.accused_code) == ("shelling", "party", "ARM")
        assert (draft.where.lat, draft.where.accuracy_m) == (40.6828, 2000)
        assert (draft.origin.key, draft.origin.kind) == ("acled:AZE1", "document")
        assert [(t.harm, t.category, t.best) for t in draft.tolls] == [("killed", "unspecified", 5)]
        assert (draft.observed_from.isoformat(), draft.time_precision) == (
            "2020-10-10T20:00:00+00:00",
            "day",
        )

    def test_of_a_battle_nobody_is_accused(self) -> None:
        row = acled_row(1, event_type="Battles", sub_event_type="Armed clash")
        draft = drafted(turned(row, setting("acled")))
        assert (draft.act, draft.accused_kind) == ("hostilities", "unknown")

    def test_an_actor_no_party_stands_for_stays_a_name(self) -> None:
        draft = drafted(turned(acled_row(1, actor1="Militia (somewhere)"), setting("acled")))
        assert draft.accused_kind == "unknown"
        assert "actor1: Militia (somewhere)" in draft.narrative

    @pytest.mark.parametrize(("precision", "days"), [("1", 1), ("2", 7), ("3", 31)])
    def test_times_are_as_exact_as_they_say(self, precision: str, days: int) -> None:
        row = acled_row(1, event_date="2020-10-05", time_precision=precision)
        draft = drafted(turned(row, setting("acled")))
        assert (draft.observed_until - draft.observed_from).days == days

    def test_a_vague_place_is_a_name_and_no_point(self) -> None:
        draft = drafted(turned(acled_row(1, geo_precision="3"), setting("acled")))
        assert (draft.where.kind, draft.where.lat, draft.where.typed) == ("named", None, "Ganja")

    def test_its_older_dates(self) -> None:
        draft = drafted(turned(acled_row(1, event_date="11 October 2020"), setting("acled")))
        assert draft.observed_from.isoformat() == "2020-10-10T20:00:00+00:00"

    def test_a_kind_without_an_act_is_told(self) -> None:
        row = acled_row(1, event_type="Protests", sub_event_type="Peaceful protest")
        assert [(one.field, one.code) for one in turned(row, setting("acled")).faults] == [
            ("act", "act")
        ]


class TestGed:
    @pytest.mark.parametrize(
        ("deaths", "low", "best", "high"),
        [((1, 0, 2, 0), 3, 3, 5), ((0, 0, 0, 4), 2, 4, 9), ((5, 5, 0, 0), 10, 10, 10)],
    )
    def test_its_dead_add_up(self, deaths: tuple[int, ...], low: int, best: int, high: int) -> None:
        names = ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")
        said = dict(zip(names, map(str, deaths), strict=True))
        row = ged_row(1, low=str(low), best=str(best), high=str(high), **said)
        tolls = drafted(turned(row, setting("ged"))).tolls
        sums = [sum(getattr(toll, name) for toll in tolls) for name in ("least", "best", "most")]
        assert sums == [low, best, high]

    def test_only_one_sided_violence_accuses(self) -> None:
        one_sided = drafted(turned(ged_row(1, type_of_violence="3"), setting("ged")))
        assert (one_sided.act, one_sided.accused_code) == ("harm_to_civilians", "ARM")
        battle = drafted(turned(ged_row(1), setting("ged")))
        assert (battle.act, battle.accused_kind) == ("hostilities", "unknown")


class TestOwn:
    COLUMNS = {
        **{"id": "ref", "act": "kind", "date": "day", "time": "hour", "lat": "lat", "lon": "lon"},
        **{"narrative": "text", "count": "n", "unit": "of", "place": "town"},
    }

    def read(self, **changes: Any) -> Turned:
        row = own_row(1, **changes)
        given = setting("own", columns=self.COLUMNS, fixed={"accuracy_m": "500"})
        return turned(row, given)

    def test_digits_of_other_scripts(self) -> None:
        draft = drafted(self.read(lat="٤٠٫٦٨", day="۲۰۲۰-۱۰-۱۱"))
        assert (draft.where.lat, draft.observed_from.day) == (40.68, 10)

    def test_a_time_of_the_place(self) -> None:
        draft = drafted(self.read(hour="14:30"))
        assert (draft.observed_from.isoformat(), draft.time_precision) == (
            "2020-10-11T10:30:00+00:00",
            "minute",
        )

    def test_a_half_character_is_told(self) -> None:
        found = self.read(text="Shells fell \udcff near the school.")
        assert [(one.field, one.code) for one in found.faults] == [("text", "rule")]

    @pytest.mark.parametrize("ref", ["R\x001", "R\udcff", "R\ud8001"])
    def test_an_id_that_cannot_be_kept_is_none(self, ref: str) -> None:
        found = self.read(ref=ref)
        assert (found.external_id, found.draft) == ("", None)
        assert [(one.field, one.code) for one in found.faults] == [("ref", "no_id")]

    @pytest.mark.parametrize("number", ["1e400", "nan", "3.5", "three"])
    def test_no_number(self, number: str) -> None:
        found = self.read(n=number, of="explosion")
        assert [(one.field, one.code) for one in found.faults] == [("n", "number")]


def test_a_feature_collection_comes_in(world: World) -> None:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [46.36, 40.68]},
            "properties": {k: v for k, v in own_row(n).items() if k not in ("lat", "lon")},
        }
        for n in range(3)
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    job = brought(an_import(world, content, mapping=a_mapping(world, "own"), format="geojson"))
    assert (job.state, job.n_filed) == ("succeeded", 3)
    assert set(Report.objects.values_list("lat", "lon")) == {(40.68, 46.36)}


class TestOrigins:
    def key(self, shape: str, row: Any, **changes: Any) -> str:
        columns = {
            **{"id": "ref", "act": "kind", "date": "day", "lat": "lat", "lon": "lon"},
            **{"narrative": "text", "origin_key": "joins"},
        }
        if shape == "own":
            changes = {"columns": columns, "fixed": {"accuracy_m": "900"}} | changes
        return drafted(turned(row, setting(shape, **changes))).origin.key

    @pytest.mark.parametrize("claimed", ["acled:AZE1", "own:others:R-2", "briefing-7", "said:a:b"])
    def test_a_row_has_no_origin_but_of_its_own_source(self, claimed: str) -> None:
        assert self.key("own", own_row(1, joins=claimed)) == f"own:records:{claimed}"

    def test_nor_has_one_by_what_the_mapping_says(self) -> None:
        said = {"fixed": {"accuracy_m": "900", "origin_key": "acled:AZE1"}}
        assert self.key("own", own_row(1, joins=""), **said) == "own:records:acled:AZE1"
        rewritten = {"origin_key": {"acled:AZE1": "briefing-7"}, "accused": {}}
        for said in ({"values": rewritten}, {"fixed": {"origin_key": "briefing-7"}}):
            assert self.key("acled", acled_row(1), **said) == "acled:AZE1"

    def test_a_source_named_like_a_layout_is_not_the_layout(self) -> None:
        (acled, ged) = (Source(key="acled"), Source(key="ged"))
        assert self.key("own", own_row(1, ref="AZE1", joins=""), source=acled) == "own:acled:AZE1"
        assert self.key("own", own_row(1, joins="400001"), source=ged) == "own:ged:400001"

    def test_what_is_too_long_to_keep_stays_apart(self) -> None:
        long = [self.key("own", own_row(1, joins="k" * 300 + end)) for end in "ab"]
        assert len(set(long)) == 2 and all(len(key) <= 200 for key in long)
        assert all(key.startswith("own:records:") for key in long)
