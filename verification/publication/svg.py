"""Small, safe SVG building: every attribute and text is escaped, markup is a type of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """Text that is already SVG; anything else given as a child is escaped."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return itself: the convention by which templates know what is already escaped."""
        return str.__str__(self)


Child = str | Iterable[str]
# Average width of a letter, in parts of the size of the text; a little wide rather than narrow.
LETTER, CYRILLIC, ARMENIAN, ARABIC = 0.54, 0.61, 0.68, 0.5


def text_width(text: str, size: float = 13.0) -> float:
    """Return about how wide a line of text is drawn, in user units; Armenian runs wide."""
    return size * sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> float:
    if "\u0400" <= letter <= "\u052f":
        return CYRILLIC
    if "\u0530" <= letter <= "\u058f":
        return ARMENIAN
    return ARABIC if "\u0600" <= letter <= "\u06ff" else LETTER


def lines_of(text: str, room: float, size: float = 13.0) -> list[str]:
    """Return a text broken between words into lines that fit `room` user units."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def element(name: str, /, *children: Child, **attributes: object) -> Markup:
    """Return one element; `class_` gives class, `aria_label` gives aria-label, None is left out."""
    written = "".join(
        f' {_attribute_name(key)}="{escape(_attribute_value(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(_flatten(children))
    return Markup(f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>")


def _attribute_name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _attribute_value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)


def _flatten(children: Sequence[Child]) -> Iterable[str]:
    for child in children:
        if isinstance(child, Markup):
            yield child
        elif isinstance(child, str):
            yield escape(child, quote=False)
        else:
            yield from _flatten(tuple(child))


class Canvas:
    """A drawing of fixed width whose horizontal axis turns round for right-to-left readers.

    Units: width and height in user units; x grows from the reading edge, whichever side that is.
    """

    def __init__(self, *, width: float, height: float, rtl: bool = False) -> None:
        self.width, self.height, self.rtl = float(width), float(height), rtl

    def x(self, x: float) -> float:
        """Return where `x`, counted from the reading edge, lies on the drawing."""
        return self.width - x if self.rtl else float(x)

    def rect(self, x: float, y: float, width: float, height: float, **attributes: object) -> Markup:
        """Return a rectangle whose reading edge is at `x`."""
        left = self.width - x - width if self.rtl else float(x)
        return element(
            "rect", x=left, y=float(y), width=float(width), height=float(height), **attributes
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, **attributes: object) -> Markup:
        """Return a straight line."""
        return element(
            "line", x1=self.x(x1), y1=float(y1), x2=self.x(x2), y2=float(y2), **attributes
        )

    def dot(self, x: float, y: float, radius: float, **attributes: object) -> Markup:
        """Return a circle."""
        return element("circle", cx=self.x(x), cy=float(y), r=float(radius), **attributes)

    def text(
        self, x: float, y: float, words: str, *, anchor: str = "start", **attributes: object
    ) -> Markup:
        """Return one line of text; start and end follow the reading direction."""
        return element("text", words, x=self.x(x), y=float(y), text_anchor=anchor, **attributes)

    def drawing(self, *children: Child, title: str, desc: str, class_: str = "chart") -> Markup:
        """Return the whole picture, named and described for people who cannot see it."""
        return element(
            "svg",
            element("title", title),
            element("desc", desc) if desc else Markup(),
            *children,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {self.width:g} {self.height:g}",
            role="img",
            aria_label=f"{title}. {desc}" if desc else title,
            direction="rtl" if self.rtl else "ltr",
            class_=class_,
        )
