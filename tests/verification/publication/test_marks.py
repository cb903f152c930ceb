"""Marks of uncertainty: bands by ICD 203, whiskers only where an interval is known."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from verification.publication.marks import likelihood_band, likelihood_track, range_mark
from verification.publication.svg import Markup, element

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own output


class TestBands:
    @pytest.mark.parametrize(
        ("p", "band"),
        [
            (0.0, 0), (0.049, 0), (0.05, 1), (0.2, 2), (0.449, 2), (0.45, 3), (0.5, 3),
            (0.55, 3), (0.551, 4), (0.8, 4), (0.801, 5), (0.95, 5), (0.951, 6), (1.0, 6),
        ],
    )  # fmt: skip
    def test_an_edge_belongs_to_the_band_nearer_to_even(self, p: float, band: int) -> None:
        assert likelihood_band(p) == band

    @pytest.mark.parametrize("p", [-0.01, 1.01, float("nan")])
    def test_refuses_what_is_no_probability(self, p: float) -> None:
        with pytest.raises(ValueError, match="between 0 and 1"):
            likelihood_band(p)


class TestTrack:
    @pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
    def test_mark_lies_where_the_number_says(self, p: float) -> None:
        root = parsed(likelihood_track(p, title="t"))
        turned = parsed(likelihood_track(p, title="t", rtl=True))
        mark, mirrored = root.find(f"{SVG}circle"), turned.find(f"{SVG}circle")
        assert mark is not None
        assert mirrored is not None
        assert float(mark.get("cx", "")) == pytest.approx(9 + 302 * p)
        assert float(mirrored.get("cx", "")) == pytest.approx(320 - 9 - 302 * p)

    def test_whisker_needs_both_ends(self) -> None:
        def whiskers(**ends: float) -> int:
            root = parsed(likelihood_track(0.5, title="t", **ends))
            return sum(one.get("class") == "whisker" for one in root.iter(f"{SVG}line"))

        assert whiskers() == 0
        assert whiskers(low=0.3) == 0
        assert whiskers(low=0.3, high=0.7) == 3

    def test_speaks_its_title(self) -> None:
        root = parsed(likelihood_track(0.5, title='a "b" <c>'))
        assert root.get("role") == "img"
        assert root.get("aria-label") == 'a "b" <c>'


class TestRange:
    def test_reported_range_is_a_bar_and_computed_interval_a_whisker(self) -> None:
        bar = parsed(range_mark(low=5, high=10, best=9, top=12, title="t"))
        whisker = parsed(range_mark(low=5, high=10, best=9, top=12, title="t", interval=True))
        assert [one.get("class") for one in bar.iter(f"{SVG}rect")] == ["span", "best"]
        assert not list(whisker.iter(f"{SVG}rect"))
        assert len(list(whisker.iter(f"{SVG}circle"))) == 1

    @pytest.mark.parametrize(("low", "high", "top"), [(0, 0, 0), (4, 4, 4), (0, 50, 10)])
    def test_stays_on_its_scale(self, low: float, high: float, top: float) -> None:
        root = parsed(range_mark(low=low, high=high, top=top, title="t"))
        (bar,) = root.iter(f"{SVG}rect")
        assert float(bar.get("x", "")) >= 8
        assert float(bar.get("x", "")) + float(bar.get("width", "")) <= 234.01


class TestElement:
    def test_escapes_words_and_attributes_but_not_markup(self) -> None:
        inner = element("b", "<i>&")
        assert inner == "<b>&lt;i&gt;&amp;</b>"
        assert element("a", inner, href='"x"') == f'<a href="&quot;x&quot;">{inner}</a>'

    def test_leaves_out_attributes_that_are_none(self) -> None:
        assert element("g", class_=None, id="x") == '<g id="x"/>'

    def test_is_known_to_templates_as_escaped(self) -> None:
        assert Markup("<g/>").__html__() == "<g/>"
