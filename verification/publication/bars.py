"""How far each independent origin moved a score, drawn as bars from a middle line. Pure SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verification.publication.svg import Canvas, Markup

GLYPH_WIDTH = 7.0  # average width of the chart's text, in user units; a little wide
ROW_HEIGHT = 44.0


@dataclass(frozen=True, slots=True)
class Push:
    """One origin: who spoke, and its share of the log-odds (natural log) of one candidate."""

    who: str
    nats: float


@dataclass(frozen=True, slots=True)
class PushWords:
    """What the picture says, in the reader's language."""

    title: str
    desc: str
    against: str
    towards: str


def push_bars(
    pushes: Sequence[Push], words: PushWords, *, width: int = 540, rtl: bool = False
) -> Markup:
    """Return a bar per origin: to the reading end it speaks for the candidate, else against."""
    canvas = Canvas(width=width, height=30 + ROW_HEIGHT * max(1, len(pushes)), rtl=rtl)
    middle, reach = width / 2, width / 2 - 46.0
    peak = max((abs(push.nats) for push in pushes), default=0.0) or 1.0
    parts = [
        canvas.text(4, 14, words.against, class_="quiet"),
        canvas.text(width - 4, 14, words.towards, anchor="end", class_="quiet"),
        canvas.line(middle, 22, middle, canvas.height - 4, class_="axis"),
    ]
    for index, push in enumerate(pushes):
        y = 26 + index * ROW_HEIGHT
        length = max(1.5, abs(push.nats) / peak * reach)
        start = middle if push.nats >= 0 else middle - length
        name = _shortened(push.who, width - 8)
        end = middle + length + 6 if push.nats >= 0 else middle - length - 6
        anchor = "start" if push.nats >= 0 else "end"
        parts += [
            canvas.text(4, y + 12, name),
            canvas.rect(start, y + 18, length, 14, class_="span"),
            canvas.text(
                end, y + 30, f"{round(push.nats, 1) + 0.0:+.1f}", anchor=anchor, class_="quiet"
            ),
        ]
    return canvas.drawing(*parts, title=words.title, desc=words.desc)


def _shortened(text: str, room: float) -> str:
    most = max(8, int(room / GLYPH_WIDTH))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
