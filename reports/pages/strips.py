"""The heat strip: how much of each day a sector was watched, drawn as SVG, and as a table.

Colour is never alone: each step has a pattern and a letter, and the table holds the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

CELL, TALL, AXIS = 24, 26, 16  # user units, about pixels


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day of one sector, as the strip shows it."""

    day: date
    watched: int  # per cent
    step: str  # whole, part, none, later
    letter: str
    out_of_service: bool
    denied: bool
    denied_by: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One sector over the days shown."""

    name: str
    spellings: str
    days: tuple[StripDay, ...]
    drawing: SafeString


def step_of(share: float, *, told: bool) -> str:
    """Return the step a share of a day falls in; `told` is false for what is not settled yet."""
    if not told:
        return "later"
    if share == 1:
        return "whole"
    return "part" if share else "none"


def drawn(days: Sequence[StripDay]) -> SafeString:
    """Return one sector's strip: a cell a day, its letter, marks for what kept watchers out."""
    cells = format_html_join("", "{}", ((_cell(day, n),) for n, day in enumerate(days)))
    axis = format_html_join(
        "",
        '<text class="axis" x="{}" y="{}">{}</text>',
        ((n * CELL + CELL / 2, TALL + AXIS - 4, day.day.day) for n, day in enumerate(days)),
    )
    return format_html(
        '<svg class="strip" viewBox="0 0 {} {}" aria-hidden="true">{}{}</svg>',
        len(days) * CELL,
        TALL + AXIS,
        cells,
        axis,
    )


def _cell(day: StripDay, number: int) -> SafeString:
    x = number * CELL + 1
    hatch = format_html('<path class="hatch" d="{}"/>', _hatching(x)) if day.step == "part" else ""
    marks = format_html_join(
        "",
        '<path class="{}" d="M{} {}h{}v{}h-{}z"/>',
        (
            (name, x, top, CELL - 2, 4, CELL - 2)
            for name, top, shown in (
                ("denied", 1, day.denied),
                ("down", TALL - 5, day.out_of_service),
            )
            if shown
        ),
    )
    return format_html(
        '<g class="{}"><rect x="{}" y="1" width="{}" height="{}"/>{}{}'
        '<text class="letter" x="{}" y="{}">{}</text></g>',
        *(day.step, x, CELL - 2, TALL - 2, hatch, marks),
        *(x + CELL / 2 - 1, TALL / 2 + 4.5, day.letter),
    )


def _hatching(x: int) -> str:
    """Return slanted lines across a cell that begins at x."""
    lines = (f"M{x + step} {TALL - 1}l8-8" for step in range(0, CELL - 9, 5))
    return "".join(lines)
