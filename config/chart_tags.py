"""Template tags of the charts: the words in the reader's language, the picture at three widths."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from config.tags import when_words
from verification.publication.charts import (
    ShapeWords,
    StandingRow,
    StandingWords,
    TimelineDay,
    TimelineWords,
    shape_chart,
    standings_chart,
    timeline_chart,
)

register = template.Library()

# User units, about pixels; the stylesheet shows one of the three.
WIDE, MIDDLE, NARROW = 780, 540, 340
STEP_TITLES = {
    "day": _lazy("Incidents per day"),
    "week": _lazy("Incidents per week"),
    "month": _lazy("Incidents per month"),
}
STEP_HEADS = {"day": _lazy("Day"), "week": _lazy("Week from"), "month": _lazy("Month")}


@register.inclusion_tag("parts/_timeline_chart.html", name="timeline_chart")
def timeline_tag(
    days: Sequence[TimelineDay], ident: str = "timeline", title: str = "", step: str = "day"
) -> dict[str, object]:
    """Draw incidents per day (week, month) by class above the coverage strip, and as a table."""
    totals = {
        "allegations": sum(day.allegations for day in days),
        "contested": sum(day.contested for day in days),
        "findings": sum(day.findings for day in days),
    }
    words = TimelineWords(
        title=title or str(STEP_TITLES[step]),
        desc=_("%(allegations)d allegations, %(contested)d contested, %(findings)d findings.")
        % totals,
        coverage=_("Watched share of the time (dashed: not known)"),
        empty=_("Nothing was recorded in this period."),
    )
    rtl = get_language_bidi()
    return {
        "title": words.title,
        "ident": ident,
        "days": days,
        "head": STEP_HEADS[step],
        "totals": {**totals, "all": sum(totals.values())},
        "wide": timeline_chart(days, words, ident=f"{ident}-wide", width=WIDE, rtl=rtl),
        "middle": timeline_chart(days, words, ident=f"{ident}-middle", width=MIDDLE, rtl=rtl),
        "narrow": timeline_chart(days, words, ident=f"{ident}-narrow", width=NARROW, rtl=rtl),
    }


@register.inclusion_tag("parts/_shape_chart.html", name="shape_chart")
def shape_tag(view: Any) -> dict[str, object]:
    """Draw how a truce went: all incidents so far beside a constant rate, in words and a table."""
    words = ShapeWords(
        title=_("How the truce went: all incidents so far"),
        desc=" ".join(view.sentences),
        real=_("incidents so far"),
        even=_("the same number at a constant rate"),
    )
    rtl = get_language_bidi()
    drawn = {
        name: shape_chart(view.sums, words, view.labels, width=width, rtl=rtl)
        for name, width in (("wide", WIDE), ("middle", MIDDLE), ("narrow", NARROW))
    }
    return {"title": words.title, "view": view, **drawn}


@register.inclusion_tag("parts/_standings_chart.html", name="standings_chart")
def standings_tag(
    rows: Sequence[StandingRow],
    as_of: datetime,
    caveat: str,
    title: str = "",
    zone: object = None,
) -> dict[str, object]:
    """Draw decided, expected and possible breaches per party, caveat and as-of inside."""
    expected = any(row.expected is not None for row in rows)
    intervals = any(row.low is not None for row in rows)
    words = StandingWords(
        title=title or _("Breaches found and still open, by party"),
        desc="; ".join(f"{row.name}: {row.numbers}" for row in rows),
        as_of=_("As of %(instant)s.") % {"instant": when_words(as_of, zone)},
        decided=_("decided"),
        expected=(
            (_("expected, 90 % interval") if intervals else _("expected, no interval yet"))
            if expected
            else ""
        ),
        bounds=_("if open cases all went for or against"),
        caveat=caveat,
        empty=_("No party has a decided or open case."),
    )
    rtl = get_language_bidi()
    return {
        "title": words.title,
        "rows": rows,
        "expected": expected,
        "as_of": as_of,
        "zone": zone,
        "wide": standings_chart(rows, words, width=WIDE, rtl=rtl),
        "middle": standings_chart(rows, words, width=MIDDLE, rtl=rtl),
        "narrow": standings_chart(rows, words, width=NARROW, rtl=rtl),
        "caveat": caveat,
    }
