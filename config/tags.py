"""Template tags of the parts: what needs a little reckoning before it can be drawn.

They are built-in (settings name them), so templates need no load line. docs/pages.md shows each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django import template
from django.core.paginator import Page
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, gettext, ngettext

from config.looks import BAND_CODES, BAND_RANGES, BAND_WORDS, COMPUTED_ENDS, SHAPE_WORDS, STATES
from reports.agreement.naming import day_words
from verification.publication.marks import likelihood_band, likelihood_track, range_mark

register = template.Library()


@register.inclusion_tag("parts/_shape.html")
def shape(kind: str, hue: int | None = None, label: str = "") -> dict[str, object]:
    """Draw allegation, contested or finding; with a label it speaks, without it is decoration."""
    if kind not in SHAPE_WORDS:
        raise ValueError(f"no such shape: {kind}")
    return {"kind": kind, "hue": hue, "label": label}


@register.filter
def shape_words(kind: str) -> str:
    """Return what a shape means, in words."""
    return str(SHAPE_WORDS[kind])


@register.simple_tag
def chip(state: str, label: str = "", look: str = "") -> SafeString:
    """Write a state as a chip; a label or a look given wins over the known ones."""
    known_look, known_words = STATES.get(str(state), ("waiting", getattr(state, "label", state)))
    return format_html('<span class="chip {}">{}</span>', look or known_look, label or known_words)


@register.inclusion_tag("parts/_party.html")
def party(who: object = None, name: str = "", letter: str = "", hue: int = 0) -> dict[str, object]:
    """Write a party's code, hue and name; None means that nobody is named.

    `who` is anything with name, code (or letter) and colour (or hue, or rank), or such a mapping.
    """

    def given(*keys: str) -> object:
        for key in keys:
            value = who.get(key) if isinstance(who, Mapping) else getattr(who, key, None)
            if value not in (None, ""):
                return value
        return None

    known_name = name or given("name", "label")
    return {
        "name": known_name,
        "letter": letter or given("letter", "code") or (str(known_name)[:1] if known_name else "?"),
        "hue": hue or given("hue", "colour", "rank") or 0,
    }


@register.filter
def elided_pages(page: Page) -> list[int | str]:
    """Return the page numbers to show around the present one, with gaps as an ellipsis."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


# Precisions of an observed time that tell no hour.
COARSE = ("day", "days", "week", "month")

# -- time ---------------------------------------------------------------------------------


def _zone(zone: object) -> tzinfo:
    if isinstance(zone, tzinfo):
        return zone
    return ZoneInfo(str(zone)) if zone else UTC


def _offset_name(instant: datetime) -> str:
    """Return UTC+4 and the like: exact, and it names no capital."""
    minutes = int((instant.utcoffset() or timedelta()).total_seconds() // 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def _time_element(instant: datetime, words: str) -> SafeString:
    utc = instant.astimezone(UTC)
    title = f"{date_format(utc, 'DATE_FORMAT')}, {utc:%H:%M} UTC"
    return format_html(
        '<time datetime="{}" title="{}" dir="auto">{}</time>',
        utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        title,
        words,
    )


@register.simple_tag
def when(
    instant: datetime | None, zone: object = None, precision: str = "minute"
) -> SafeString | str:
    """Write an instant in the event's own zone, with its UTC in the title.

    Precision day or coarser writes the date alone; hour writes "about".
    """
    if instant is None:
        return gettext("not known")
    return _time_element(instant, when_words(instant, zone, precision))


def when_words(instant: datetime, zone: object = None, precision: str = "minute") -> str:
    """Return an instant in words, in the event's own zone."""
    local = instant.astimezone(_zone(zone))
    day = day_words(local)
    if precision in COARSE:
        return day
    clock = f"{local:%H:%M} {_offset_name(local)}"
    if precision == "hour":
        clock = gettext("about %(clock)s") % {"clock": clock}
    return f"{day}, {clock}"


@register.simple_tag
def when_between(
    begins: datetime | None, ends: datetime | None, zone: object = None, precision: str = "minute"
) -> SafeString | str:
    """Write a window of time, naming the day once where it is the same."""
    if begins is None or ends is None or begins == ends:
        return when(begins or ends, zone, precision)
    first, last = begins.astimezone(_zone(zone)), ends.astimezone(_zone(zone))
    if precision in COARSE:
        last_shown = last - timedelta(microseconds=1)
        if first.date() == last_shown.date():
            return when(begins, zone, precision)
        return _between(when(begins, zone, precision), when(last_shown, zone, precision))
    if first.date() != last.date():
        return _between(when(begins, zone, precision), when(ends, zone, precision))
    opening = _time_element(begins, f"{day_words(first)}, {first:%H:%M}")
    return _between(opening, _time_element(ends, f"{last:%H:%M} {_offset_name(last)}"))


def _between(opening: object, closing: object) -> SafeString:
    words = gettext("%(opening)s to %(closing)s")
    return format_html(
        words.replace("%(opening)s", "{0}").replace("%(closing)s", "{1}"), opening, closing
    )


@register.filter
def span_words(length: timedelta) -> str:
    """Return a length of time in its two largest units: 2 days 3 h, 3 h 10 min, 10 min."""
    minutes = int(abs(length).total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        words = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
        return f"{words} {gettext('%d h') % hours}" if hours else words
    short = gettext("%d min") % (minutes % 60)
    if hours:
        words = gettext("%d h") % hours
        return f"{words} {short}" if minutes % 60 else words
    return short


@register.inclusion_tag("parts/_deadline.html")
def deadline(
    due_at: datetime, zone: object = None, now: datetime | None = None
) -> dict[str, object]:
    """Write how long there is until a deadline, and its instant; red in the last six hours."""
    left = due_at - (now or timezone.now())
    over = left < timedelta()
    return {
        "over": over,
        "soon": not over and left <= timedelta(hours=6),
        "span": span_words(left),
        "at": when(due_at, zone),
    }


# -- uncertainty --------------------------------------------------------------------------


@register.filter
def likelihood_word(p: float) -> str:
    """Return the ICD 203 words for a probability in 0..1."""
    return str(BAND_WORDS[likelihood_band(float(p))])


@register.filter
def said_words(code: str) -> str:
    """Return the ICD 203 words of a likelihood that people gave as a word."""
    return str(BAND_WORDS[BAND_CODES.index(str(code))]) if code in BAND_CODES else ""


@register.filter
def percent(p: float) -> str:
    """Return a probability in per cent, never rounded to a false 0 or 100."""
    value = float(p) * 100
    if 0 < value < 1:
        return "<1"
    if 99 < value < 100:
        return ">99"
    return f"{value:.0f}"


@register.inclusion_tag("parts/_likelihood.html")
def likelihood(
    p: float, low: float | None = None, high: float | None = None, label: str = ""
) -> dict[str, object]:
    """Draw a probability on the 0-100 track, with its ICD 203 words and numbers in text."""
    band = likelihood_band(float(p))
    words = str(BAND_WORDS[band])
    title = f"{label}: {words}, {percent(p)} %" if label else f"{words}, {percent(p)} %"
    track = likelihood_track(float(p), title=title, low=low, high=high, rtl=get_language_bidi())
    return {
        "label": label,
        "words": words,
        "band": COMPUTED_ENDS.get(band, BAND_RANGES[band]),
        "percent": percent(p),
        "low": None if low is None else percent(low),
        "high": None if high is None else percent(high),
        "track": track,
    }


@register.inclusion_tag("parts/_likelihood.html")
def likelihood_said(code: str, label: str = "") -> dict[str, object]:
    """Draw a likelihood that people gave as a word (very_likely): its whole band, no point."""
    band = BAND_CODES.index(str(code))
    words = str(BAND_WORDS[band])
    title = (
        f"{label}: {words}, {BAND_RANGES[band]} %" if label else f"{words}, {BAND_RANGES[band]} %"
    )
    track = likelihood_track(None, title=title, band=band, rtl=get_language_bidi())
    return {"label": label, "words": words, "band": BAND_RANGES[band], "track": track}


@register.inclusion_tag("parts/_range.html")
def range_bar(
    low: float,
    high: float,
    best: float | None = None,
    top: float | None = None,
    unit: object = "",
    interval: bool = False,
) -> dict[str, object]:
    """Draw a reported range (bar) or a computed interval (whisker), with its numbers in text."""
    shown = [_number(low), _number(high), "" if best is None else _number(best)]
    title = gettext("from %(low)s to %(high)s") % {"low": shown[0], "high": shown[1]}
    drawn = range_mark(
        low=float(low),
        high=float(high),
        best=None if best is None else float(best),
        top=float(top or high or 1),
        title=f"{title} {unit}".strip(),
        interval=interval,
        rtl=get_language_bidi(),
    )
    return {
        "low": shown[0],
        "high": shown[1],
        "best": shown[2],
        "unit": unit,
        "interval": interval,
        "exact": low == high,
        "drawing": drawn,
    }


def _number(value: float) -> str:
    return f"{value:g}" if float(value) == int(value) else f"{value:.1f}"
