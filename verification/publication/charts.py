"""The public charts, as SVG text: pure functions of numbers and of words already translated.

Each picture carries its own names, intervals, as-of and caveat, so that no crop of it can lie;
the template shows the same numbers in a table beside it. Colours and fonts come from the
stylesheet through classes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from verification.publication.svg import Canvas, Markup, element, lines_of, text_width

# Average glyph width of the chart's text, in user units; a little wide, so lines never overrun.
LINE = 17.0  # from one line of small text to the next
TITLE_SIZE = 17.0


@dataclass(frozen=True)
class TimelineDay:
    """One bar: incidents of each class, and the share (0..1) of its time that was watched.

    `url` leads to that time alone, where the bar is longer than a day.
    """

    label: str
    allegations: int
    contested: int
    findings: int
    coverage: float | None = None
    url: str = ""

    @property
    def total(self) -> int:
        """Return the height of the day's bar."""
        return self.allegations + self.contested + self.findings


@dataclass(frozen=True)
class TimelineWords:
    """What the timeline says, in the reader's language."""

    title: str
    desc: str
    coverage: str
    empty: str


@dataclass(frozen=True)
class StandingRow:
    """One party: decided breaches, expected ones with an interval, and bounds by open cases.

    Units: counts of incidents, or all of them rates over the same covered days. Interval and
    expectation are None until enough audits exist.
    """

    letter: str
    name: str
    hue: int
    decided: float
    bound_low: float
    bound_high: float
    numbers: str
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True)
class StandingWords:
    """What the standings say: the caveat is part of the picture."""

    title: str
    desc: str
    as_of: str
    decided: str
    expected: str
    bounds: str
    caveat: str
    empty: str


def timeline_chart(
    days: Sequence[TimelineDay],
    words: TimelineWords,
    *,
    ident: str,
    width: int = 720,
    rtl: bool = False,
) -> Markup:
    """Return incidents per day stacked by class, with the coverage strip below on the same days."""
    start, top, floor = 34.0, 10.0, 160.0
    covered = lines_of(words.coverage, width - start)
    below = LINE * max(0, len(covered) - 1)
    canvas = Canvas(width=width, height=236 + below, rtl=rtl)
    if not days:
        frame = canvas.rect(0.5, 0.5, width - 1, 235, class_="frame")
        message = canvas.text(width / 2, 122, words.empty, anchor="middle", class_="quiet")
        return canvas.drawing(frame, message, title=words.title, desc=words.desc)
    step = (width - start - 6) / len(days)
    peak = _round_peak(max(day.total for day in days))
    parts = [_hatch_pattern(ident), *_count_axis(canvas, peak, start, top, floor)]
    every = max(1, math.ceil((max(text_width(day.label) for day in days) + 10) / step))
    for index, day in enumerate(days):
        x = start + index * step
        gap = min(3.0, step * 0.12)
        bar = max(1.0, min(step - 2 * gap, 44.0))
        stack = _stack(canvas, day, x + gap, bar, floor, (floor - top) / peak, ident)
        parts += [_zooming(canvas, day, stack, x, step, top, floor)] if day.url else stack
        if index % every == 0:
            middle = x + gap + max(1.0, min(step - 2 * gap, 44.0)) / 2
            parts.append(canvas.line(middle, floor, middle, floor + 4, class_="tick"))
            parts.append(
                canvas.text(middle, floor + 18, day.label, anchor="middle", class_="quiet")
            )
    parts += _coverage_strip(canvas, days, covered, start, step, floor + 44 + below)
    return canvas.drawing(*parts, title=words.title, desc=words.desc)


def _round_peak(peak: int) -> int:
    """Return a round even number at or above `peak`, so that the middle line is whole too."""
    for size in (1, 10, 100, 1000, 10_000, 100_000):
        for part in (2, 4, 6, 8, 10):
            if peak <= part * size:
                return part * size
    return peak + peak % 2


def _hatch_pattern(ident: str) -> Markup:
    stroke = element("path", d="M-1 1l2-2M0 6l6-6M5 7l2-2", class_="hatch")
    pattern = element(
        "pattern", stroke, id=f"{ident}-hatch", width=6, height=6, patternUnits="userSpaceOnUse"
    )
    return element("defs", pattern)


def _count_axis(canvas: Canvas, peak: int, start: float, top: float, floor: float) -> list[Markup]:
    parts = []
    for value in (0, peak // 2, peak):
        y = floor - (floor - top) * value / peak
        kind = "axis" if value == 0 else "gridline"
        parts.append(canvas.line(start, y, canvas.width - 2, y, class_=kind))
        parts.append(canvas.text(start - 8, y + 4, str(value), anchor="end", class_="quiet"))
    return parts


def _stack(
    canvas: Canvas, day: TimelineDay, x: float, width: float, floor: float, unit: float, ident: str
) -> list[Markup]:
    parts: list[Markup] = []
    y = floor
    for kind, count in (
        ("finding", day.findings),
        ("contested", day.contested),
        ("allegation", day.allegations),
    ):
        if count <= 0:
            continue
        height = count * unit
        y -= height
        parts.append(canvas.rect(x, y, width, height, class_=kind))
        if kind == "contested":
            parts.append(canvas.rect(x, y, width, height, fill=f"url(#{ident}-hatch)"))
    return parts


def _zooming(
    canvas: Canvas,
    day: TimelineDay,
    stack: list[Markup],
    x: float,
    step: float,
    top: float,
    floor: float,
) -> Markup:
    """Return a bar that leads to its own time; all of its column can be pressed."""
    column = canvas.rect(x, top, step, floor - top, fill="transparent")
    named = element("title", f"{day.label}: {day.total}")
    return element("a", named, column, *stack, href=day.url, aria_label=f"{day.label}: {day.total}")


@dataclass(frozen=True)
class ShapeWords:
    """What the curve of a truce says, in the reader's language."""

    title: str
    desc: str
    real: str
    even: str


def shape_chart(
    sums: Sequence[int], words: ShapeWords, labels: tuple[str, str], *, width: int, rtl: bool
) -> Markup:
    """Return all incidents so far as a line of steps, beside a straight one: a constant rate."""
    canvas = Canvas(width=width, height=176, rtl=rtl)
    start, top, floor, end = 44.0, 12.0, 118.0, width - 8.0
    peak = _round_peak(sums[-1])
    step = (end - start) / len(sums)

    def at(bar: float, value: float) -> str:
        return f"{canvas.x(start + bar * step):.1f},{floor - (floor - top) * value / peak:.1f}"

    points = [at(0, 0), *(at(bar, so_far) for bar, so_far in enumerate(sums, start=1))]
    parts = [
        *_count_axis(canvas, peak, start, top, floor),
        element(
            "polyline", points=f"{at(0, 0)} {at(len(sums), sums[-1])}", class_="even", fill="none"
        ),
        element("polyline", points=" ".join(points), class_="so-far", fill="none"),
        canvas.text(start, floor + 16, labels[0], class_="quiet"),
        canvas.text(end, floor + 16, labels[1], anchor="end", class_="quiet"),
    ]
    for line, (name, said) in enumerate((("so-far", words.real), ("even", words.even))):
        y = floor + 36 + 17 * line
        mark = f"{canvas.x(start):.1f},{y - 4:.1f} {canvas.x(start + 24):.1f},{y - 4:.1f}"
        parts.append(element("polyline", points=mark, class_=name, fill="none"))
        parts.append(canvas.text(start + 32, y, said, class_="quiet"))
    return canvas.drawing(*parts, title=words.title, desc=words.desc)


def _coverage_strip(
    canvas: Canvas,
    days: Sequence[TimelineDay],
    label: Sequence[str],
    start: float,
    step: float,
    y: float,
) -> list[Markup]:
    """Return each day's watched share as a filled height; unknown days are dashed."""
    parts = [
        canvas.text(start, y - 6 - LINE * (len(label) - 1 - line), said, class_="quiet")
        for line, said in enumerate(label)
    ]
    height = 20.0
    for index, day in enumerate(days):
        x = start + index * step
        width = max(1.0, step - 1)
        if day.coverage is None:
            parts.append(canvas.rect(x, y, width, height, class_="uncovered"))
            continue
        share = min(1.0, max(0.0, day.coverage))
        parts.append(canvas.rect(x, y, width, height, class_="band"))
        if share > 0:
            parts.append(
                canvas.rect(x, y + height * (1 - share), width, height * share, class_="covered")
            )
    return parts


def standings_chart(
    rows: Sequence[StandingRow], words: StandingWords, *, width: int = 620, rtl: bool = False
) -> Markup:
    """Return one line per party: decided solid, expected as dot and whisker, bounds dashed."""
    room = width - 24.0
    notes = lines_of(words.as_of, room) + lines_of(words.caveat, room)
    titles = lines_of(words.title, room, TITLE_SIZE) or [""]
    keys = _standing_keys(width, words)
    top = 26.0 + 21 * len(titles)
    numbers = max((len(lines_of(row.numbers, room)) for row in rows), default=1)
    row_height = 84.0 + LINE * (numbers - 1)
    body = row_height * max(1, len(rows))
    height = top + body + 22 * len(keys) + LINE * len(notes) + 26
    canvas = Canvas(width=width, height=height, rtl=rtl)
    parts = [canvas.rect(0.5, 0.5, width - 1, height - 1, class_="frame")]
    parts += [
        canvas.text(12, 27 + 21 * line, words_, class_="title")
        for line, words_ in enumerate(titles)
    ]
    if not rows:
        parts.append(canvas.text(12, top + 30, words.empty, class_="quiet"))
    peak = _round_peak(
        max((math.ceil(max(row.bound_high, row.high or 0)) for row in rows), default=1)
    )
    for index, row in enumerate(rows):
        parts += _standing_line(canvas, row, top + index * row_height, peak, numbers)
    y = top + body + 14
    for key in keys:
        parts += _draw_keys(canvas, key, y)
        y += 22
    for note in notes:
        parts.append(canvas.text(12, y + 4, note, class_="quiet"))
        y += LINE
    return canvas.drawing(*parts, title=words.title, desc=words.desc, class_="chart standings")


def _standing_line(
    canvas: Canvas, row: StandingRow, y: float, peak: int, numbers: int
) -> list[Markup]:
    inset = 14.0
    length = canvas.width - 2 * inset
    below = LINE * (numbers - 1)  # as many lines of numbers as the row with most has
    middle = y + 56 + below

    def at(value: float) -> float:
        return inset + length * min(1.0, max(0.0, value / peak))

    parts = [
        canvas.line(12, y, canvas.width - 12, y, class_="gridline"),
        element(
            "g",
            *_letter(canvas, row, y),
            class_=f"party-{row.hue}" if 1 <= row.hue <= 6 else "party-none",
        ),
        canvas.text(22 + _badge_width(row.letter), y + 22, row.name, class_="strong"),
        *(
            canvas.text(12, y + 41 + LINE * line, said, class_="quiet")
            for line, said in enumerate(lines_of(row.numbers, canvas.width - 24))
        ),
        canvas.line(inset, middle, inset + length, middle, class_="gridline"),
        canvas.line(inset, middle - 8, inset, middle + 8, class_="tick"),
        canvas.text(inset, middle + 21, "0", anchor="middle", class_="quiet"),
        canvas.text(inset + length, middle + 21, str(peak), anchor="end", class_="quiet"),
    ]
    reach = max(3.0, at(row.bound_high) - at(row.bound_low))
    parts.append(canvas.rect(at(row.bound_low), middle - 8, reach, 16, class_="bounds"))
    if row.low is not None and row.high is not None:
        for share in (row.low, row.high):
            parts.append(
                canvas.line(at(share), middle - 5, at(share), middle + 5, class_="whisker")
            )
        parts.append(canvas.line(at(row.low), middle, at(row.high), middle, class_="whisker"))
    if row.expected is not None:
        parts.append(canvas.dot(at(row.expected), middle, 5, class_="allegation"))
    parts.append(canvas.rect(at(row.decided) - 5, middle - 5, 10, 10, class_="finding"))
    return parts


def _letter(canvas: Canvas, row: StandingRow, y: float) -> list[Markup]:
    width = _badge_width(row.letter)
    return [
        canvas.rect(12, y + 8, width, 20, rx=2, class_="hued"),
        canvas.text(12 + width / 2, y + 23, row.letter, anchor="middle", class_="hued-letter"),
    ]


def _badge_width(letter: str) -> float:
    return 20.0 if len(letter) < 2 else 10 + 9.0 * len(letter)


def _standing_keys(width: int, words: StandingWords) -> list[list[tuple[float, str, str]]]:
    """Return the key's lines: (offset, mark, words), broken where the next would overrun.

    Words too long for a line of their own go on below, without a mark.
    """
    lines: list[list[tuple[float, str, str]]] = [[]]
    x = 12.0
    for mark, label in (
        ("decided", words.decided),
        ("expected", words.expected),
        ("bounds", words.bounds),
    ):
        if not label:
            continue
        first, *rest = lines_of(label, width - 50)
        needed = 34 + text_width(first)
        if (x + needed > width - 8 or rest) and lines[-1]:
            lines.append([])
            x = 12.0
        lines[-1].append((x, mark, first))
        lines += [[(12.0, "", said)] for said in rest]
        x += needed + 8 if not rest else width
    return [line for line in lines if line]


def _draw_keys(canvas: Canvas, key: list[tuple[float, str, str]], y: float) -> list[Markup]:
    parts: list[Markup] = []
    for x, mark, label in key:
        if mark == "decided":
            parts.append(canvas.rect(x + 6, y - 5, 10, 10, class_="finding"))
        elif mark == "expected":
            parts.append(canvas.line(x, y, x + 22, y, class_="whisker"))
            parts.append(canvas.dot(x + 11, y, 5, class_="allegation"))
        elif mark:
            parts.append(canvas.rect(x, y - 7, 22, 14, class_="bounds"))
        parts.append(canvas.text(x + 30, y + 4, label, class_="quiet"))
    return parts
