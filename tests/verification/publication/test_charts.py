"""Charts are well-formed, escape what they are given, and draw nothing, one or many alike."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from verification.publication.charts import (
    StandingRow,
    StandingWords,
    TimelineDay,
    TimelineWords,
    standings_chart,
    timeline_chart,
)
from verification.publication.svg import text_width

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text><script>alert("1")</script>&<b a="'
TIMELINE = TimelineWords(title="Incidents per day", desc="", coverage="Watched", empty="Nothing")
STANDINGS = StandingWords(
    title="Breaches by party",
    desc="",
    as_of="As of 13 Oct 2020.",
    decided="decided",
    expected="expected",
    bounds="bounds",
    caveat="No comparison is supported: too few are decided.",
    empty="No party has a case.",
)
ROWS = [
    StandingRow("ARM", "Armenia", 1, 1, 1, 14, "1 decided, at most 14", 4.2, 2.1, 7.9),
    StandingRow("AZE", "Azerbaijan", 2, 2, 2, 17, "2 decided, at most 17"),
]


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own output


def of_class(root: ET.Element, name: str, kind: str = "rect") -> list[ET.Element]:
    return [one for one in root.iter(f"{SVG}{kind}") if one.get("class") == name]


def words_in(root: ET.Element) -> list[str]:
    return [one.text or "" for one in root.iter(f"{SVG}text")]


def days(count: int) -> list[TimelineDay]:
    return [TimelineDay(f"{n} Oct", n % 4, n % 3, n % 2, (n % 5) / 4) for n in range(count)]


class TestTimeline:
    @pytest.mark.parametrize("count", [0, 1, 3, 31, 400])
    @pytest.mark.parametrize("width", [340, 540, 780])
    def test_is_well_formed_and_stays_inside_its_frame(self, count: int, width: int) -> None:
        root = parsed(timeline_chart(days(count), TIMELINE, ident="t", width=width))
        assert root.get("viewBox") == f"0 0 {width} 236"
        for rect in root.iter(f"{SVG}rect"):
            left, wide = float(rect.get("x", "")), float(rect.get("width", ""))
            assert left >= -0.01
            assert left + wide <= width + 0.01
            assert float(rect.get("height", "")) >= 0

    def test_says_so_when_there_is_nothing(self) -> None:
        assert words_in(parsed(timeline_chart([], TIMELINE, ident="t"))) == ["Nothing"]

    def test_draws_each_class_in_proportion_with_findings_at_the_bottom(self) -> None:
        day = TimelineDay("10 Oct", allegations=3, contested=2, findings=1)
        root = parsed(timeline_chart([day], TIMELINE, ident="t"))
        drawn = {kind: of_class(root, kind)[0] for kind in ("allegation", "contested", "finding")}
        heights = {kind: float(rect.get("height", "")) for kind, rect in drawn.items()}
        assert heights["allegation"] == pytest.approx(3 * heights["finding"], abs=0.02)
        assert heights["contested"] == pytest.approx(2 * heights["finding"], abs=0.02)
        tops = [float(drawn[kind].get("y", "")) for kind in ("finding", "contested", "allegation")]
        assert tops == sorted(tops, reverse=True)

    def test_leaves_out_a_class_that_has_no_incidents(self) -> None:
        root = parsed(timeline_chart([TimelineDay("10 Oct", 2, 0, 0)], TIMELINE, ident="t"))
        assert not of_class(root, "finding")
        assert not of_class(root, "contested")

    def test_tells_unknown_coverage_from_none(self) -> None:
        known = parsed(timeline_chart([TimelineDay("1", 1, 0, 0, 0.0)], TIMELINE, ident="t"))
        unknown = parsed(timeline_chart([TimelineDay("1", 1, 0, 0, None)], TIMELINE, ident="t"))
        assert of_class(known, "band") and not of_class(known, "covered")
        assert of_class(unknown, "uncovered") and not of_class(unknown, "band")

    def test_labels_of_days_never_meet(self) -> None:
        root = parsed(timeline_chart(days(90), TIMELINE, ident="t", width=340))
        at = [
            float(o.get("x", "")) for o in root.iter(f"{SVG}text") if (o.text or "")[-3:] == "Oct"
        ]
        assert min(b - a for a, b in pairwise(at)) >= len("89 Oct") * 7

    def test_turns_round_for_right_to_left(self) -> None:
        one = [TimelineDay("1", 1, 0, 0), TimelineDay("2", 0, 0, 0)]
        left = of_class(parsed(timeline_chart(one, TIMELINE, ident="t", width=340)), "allegation")
        right = parsed(timeline_chart(one, TIMELINE, ident="t", width=340, rtl=True))
        turned = of_class(right, "allegation")[0]
        width = float(turned.get("width", ""))
        assert right.get("direction") == "rtl"
        assert float(turned.get("x", "")) == pytest.approx(
            340 - float(left[0].get("x", "")) - width
        )

    def test_escapes_every_word(self) -> None:
        words = TimelineWords(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
        root = parsed(timeline_chart([TimelineDay(HOSTILE, 1, 1, 1, 1)], words, ident='"><script>'))
        assert not list(root.iter(f"{SVG}script"))
        assert HOSTILE in words_in(root)
        assert root.findtext(f"{SVG}title") == HOSTILE


class TestStandings:
    @pytest.mark.parametrize("rows", [[], ROWS[:1], ROWS, ROWS * 4])
    @pytest.mark.parametrize("width", [340, 540, 780])
    def test_is_well_formed_and_carries_caveat_and_as_of(
        self, rows: list[StandingRow], width: int
    ) -> None:
        root = parsed(standings_chart(rows, STANDINGS, width=width))
        shown = " ".join(words_in(root))
        assert STANDINGS.caveat in shown
        assert STANDINGS.as_of in shown
        bottom = float((root.get("viewBox") or "").split()[3])
        assert all(float(one.get("y", "")) <= bottom for one in root.iter(f"{SVG}text"))

    def test_says_so_when_no_party_has_a_case(self) -> None:
        assert STANDINGS.empty in words_in(parsed(standings_chart([], STANDINGS)))

    def test_names_each_party_with_its_numbers(self) -> None:
        shown = words_in(parsed(standings_chart(ROWS, STANDINGS)))
        for row in ROWS:
            assert {row.letter, row.name, row.numbers} <= set(shown)

    def test_draws_a_whisker_only_where_an_interval_is_known(self) -> None:
        words = StandingWords(**{**STANDINGS.__dict__, "expected": ""})
        with_interval = of_class(parsed(standings_chart(ROWS[:1], words)), "whisker", "line")
        without = of_class(parsed(standings_chart(ROWS[1:], words)), "whisker", "line")
        assert len(with_interval) == 3
        assert without == []

    def test_puts_every_mark_on_one_scale(self) -> None:
        root = parsed(standings_chart(ROWS, STANDINGS, width=780))
        decided = of_class(root, "finding")[:2]
        first, second = (float(one.get("x", "")) + 5 for one in decided)
        assert second - first == pytest.approx((780 - 28) / 20, abs=0.02)  # one of a scale of 20

    def test_escapes_every_word(self) -> None:
        words = StandingWords(*[HOSTILE] * 8)
        row = StandingRow(HOSTILE, HOSTILE, 1, 0, 0, 1, HOSTILE)
        root = parsed(standings_chart([row], words))
        assert not list(root.iter(f"{SVG}script"))
        assert HOSTILE in words_in(root)


LONG = "եթե բոլոր բաց գործերը որոշվեին կողմի օգտին կամ նրա դեմ, և ոչ մի գործ այլևս չմնար"


def test_words_of_any_language_stay_inside_the_picture() -> None:
    row = StandingRow(
        letter="ARM",
        name="Հայաստան",
        hue=1,
        decided=2,
        numbers="2 որոշված · 9 բաց՝ նրա դեմ · 7 ակնկալվող, և դեռ ոչ մի միջակայք",
        bound_low=2,
        bound_high=11,
    )
    words = StandingWords(
        title=LONG,
        desc="",
        decided="որոշված",
        expected="ակնկալվող",
        bounds=LONG,
        as_of=LONG,
        caveat=LONG,
        empty="",
    )
    drawn = standings_chart([row], words, width=340)
    said = [
        (float(one.attrib["x"]), one.text or "", one.get("class"))
        for one in parsed(drawn).iter(f"{SVG}text")
        if one.get("text-anchor") == "start"
    ]
    assert len(said) > 10
    sizes = {"title": 17.0}
    for x, words_, kind in said:
        assert x + text_width(words_, sizes.get(str(kind), 13.0)) <= 340, words_
    assert "".join(LONG.split()) in "".join(words_ for _x, words_, _kind in said).replace(" ", "")
