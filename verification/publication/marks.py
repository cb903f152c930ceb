"""Uncertainty drawn small: a likelihood on a 0-100 track, and a range with its best value."""

from __future__ import annotations

from verification.publication.svg import Canvas, Markup

# Upper edges of the seven bands of Intelligence Community Directive 203, in per cent.
ICD203_EDGES: tuple[int, ...] = (5, 20, 45, 55, 80, 95, 100)


def likelihood_band(p: float) -> int:
    """Return which ICD 203 band holds `p`, from 0 (almost no chance) to 6 (almost certain).

    Units: p in 0..1. An edge belongs to the band nearer to even chance, so no edge is overstated.
    """
    if not 0 <= p <= 1:
        raise ValueError("a probability lies between 0 and 1")
    if p < 0.5:
        return next(band for band, edge in enumerate(ICD203_EDGES) if p < edge / 100)
    return next(band for band, edge in enumerate(ICD203_EDGES) if p <= edge / 100)


def likelihood_track(
    p: float | None,
    *,
    title: str,
    low: float | None = None,
    high: float | None = None,
    band: int | None = None,
    rtl: bool = False,
) -> Markup:
    """Return a 0-100 track with the seven bands, a whisker where an interval is known, and a mark.

    A likelihood that people gave as a word has no point in it: then p is None and its `band` is
    filled instead. Units: p, low, high in 0..1.
    """
    canvas = Canvas(width=320, height=44, rtl=rtl)
    inset, length, middle = 9.0, 302.0, 13.0

    def at(share: float) -> float:
        return inset + length * min(1.0, max(0.0, share))

    parts: list[Markup] = []
    start = 0
    for index, edge in enumerate(ICD203_EDGES):
        shade = "band chosen" if index == band else "band odd" if index % 2 else "band"
        width = length * (edge - start) / 100
        parts.append(canvas.rect(at(start / 100), middle - 6, width, 12, class_=shade))
        start = edge
    parts.append(canvas.rect(inset, middle - 6, length, 12, fill="none", class_="tick"))
    for percent in (0, 20, 50, 80, 100):
        x = at(percent / 100)
        parts.append(canvas.line(x, middle + 6, x, middle + 11, class_="tick"))
        parts.append(canvas.text(x, middle + 26, str(percent), anchor="middle", class_="quiet"))
    if low is not None and high is not None:
        parts += _whisker(canvas, at(low), at(high), middle)
    if p is not None:
        parts.append(canvas.dot(at(p), middle, 7, class_="mark"))
    return canvas.drawing(*parts, title=title, desc="", class_="chart likelihood")


def range_mark(
    *,
    low: float,
    high: float,
    top: float,
    title: str,
    best: float | None = None,
    interval: bool = False,
    rtl: bool = False,
) -> Markup:
    """Return a bar from low to high on a scale from 0 to `top`, with the best value marked.

    An interval (something computed) is a whisker with a dot; a range (something reported) is a bar
    with a stroke. The numbers themselves stand in text beside it, never only in the picture.
    """
    canvas = Canvas(width=240, height=22, rtl=rtl)
    inset, length, middle = 8.0, 224.0, 11.0
    scale = top if top > 0 else 1.0

    def at(value: float) -> float:
        return inset + length * min(1.0, max(0.0, value / scale))

    parts = [
        canvas.line(inset, middle, inset + length, middle, class_="gridline"),
        canvas.line(inset, middle - 5, inset, middle + 5, class_="tick"),
    ]
    if interval:
        parts += _whisker(canvas, at(low), at(high), middle)
    else:
        parts.append(
            canvas.rect(at(low), middle - 5, max(2.0, at(high) - at(low)), 10, class_="span")
        )
    if best is not None:
        parts.append(
            canvas.dot(at(best), middle, 5, class_="best")
            if interval
            else canvas.rect(at(best) - 2, middle - 8, 4, 16, class_="best")
        )
    return canvas.drawing(*parts, title=title, desc="", class_="chart range")


def _whisker(canvas: Canvas, low: float, high: float, middle: float) -> list[Markup]:
    return [
        canvas.line(low, middle, high, middle, class_="whisker"),
        canvas.line(low, middle - 5, low, middle + 5, class_="whisker"),
        canvas.line(high, middle - 5, high, middle + 5, class_="whisker"),
    ]
