"""The bars of contributions: one for each origin, to the side it speaks for."""

from __future__ import annotations

import re

from verification.publication.bars import Push, PushWords, push_bars

WORDS = PushWords(title="Towards X", desc="Two.", against="against", towards="for")


def bars(drawing: str) -> list[tuple[float, float]]:
    """Return (x, width) of every bar."""
    found = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', drawing)
    return [(float(x), float(width)) for x, width in found]


def test_for_and_against_lie_on_either_side_of_the_middle() -> None:
    drawing = str(push_bars([Push("A", 0.6), Push("B", -0.3)], WORDS, width=540))
    (pro, pro_width), (con, con_width) = bars(drawing)
    assert pro == 270
    assert con + con_width == 270
    assert pro_width == 2 * con_width
    assert "+0.6<" in drawing
    assert "-0.3<" in drawing


def test_right_to_left_turns_it_round() -> None:
    (start, width), *_rest = bars(str(push_bars([Push("A", 0.6)], WORDS, width=540, rtl=True)))
    assert start + width == 270


def test_names_are_escaped_and_never_overrun() -> None:
    drawing = str(push_bars([Push("<b>" + "x" * 200, 1.0)], WORDS, width=340))
    assert "<b>" not in drawing
    assert "…" in drawing
