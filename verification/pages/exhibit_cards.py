"""Files of reports as those see them who judge: what they are, and how they bear out the claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.evidence.queries import Item, Reading, near_identical, reading_of
from reports.evidence.rules import compared_place, compared_time
from reports.intake.queries import Report, spot_of
from reports.openrosa.queries import files_apart
from reports.places.geo import Spot
from verification.pages.opaque import opaque

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
APART = {  # why a file that came is no evidence
    "unnamed": gettext_lazy("The form that came with it does not name it."),
    "refused": gettext_lazy("It could not be taken in as evidence."),
    "full": gettext_lazy("The report held as many files as it may."),
    "empty": gettext_lazy("It is empty."),
    "closed": gettext_lazy("The report was over when it came."),
    "too-large": gettext_lazy("It was too large. Only its name is kept."),
}
CLAIM_RADIUS_M = 100.0  # of a position somebody gave for the file itself


@dataclass(frozen=True, slots=True)
class Compared:
    """What a file says of itself beside the claim: in words, and whether they agree."""

    words: str
    agrees: bool | None  # None: the file says nothing


@dataclass(frozen=True, slots=True)
class ItemCard:
    """One file as a page shows it; plain values. `device` is filled for triage and chair alone."""

    key: str
    number: str
    report: str
    code: str
    kind: str
    caption: str
    sensitivity: str
    warning: str
    type: str
    size: str
    sha256: str
    waits: bool
    has_picture: bool
    outcome: str
    pixels: str
    time: Compared
    place: Compared
    software: str
    device: str
    history: dict[str, Any]  # of a signed manifest; who signed only where the device is shown
    added_at: datetime
    cite: str
    same_here: tuple[str, ...]  # numbers of files on this page that show the same picture
    same_elsewhere: int  # reports that are not on this page and have it too


def item_card(
    item: Item,
    *,
    number: str = "",
    report: str = "",
    with_device: bool = False,
    same_here: tuple[str, ...] = (),
    same_elsewhere: int = 0,
) -> ItemCard:
    """Return one file."""
    reading = reading_of(item)
    pictured = reading is not None and reading.outcome == "copied"
    return ItemCard(
        key=str(item.pk),
        number=number,
        report=report,
        code=item.code,
        kind=str(item.get_kind_display()),
        caption=item.caption,
        sensitivity=item.sensitivity,
        warning="" if item.sensitivity == "ordinary" else str(item.get_sensitivity_display()),
        type=item.detected,
        size=filesizeformat(item.size),
        sha256=item.sha256,
        waits=reading is None,
        has_picture=pictured,
        outcome=str(reading.get_outcome_display()) if reading is not None else "",
        pixels=f"{reading.width} × {reading.height}" if reading is not None and pictured else "",
        time=_time(item, reading),
        place=_place(item, reading),
        software=reading.software if reading is not None else "",
        device=reading.device if reading is not None and with_device else "",
        history=_history(reading, with_signer=with_device),
        added_at=item.added_at,
        cite=opaque(str(item.pk)),
        same_here=same_here,
        same_elsewhere=same_elsewhere,
    )


def _history(reading: Reading | None, *, with_signer: bool) -> dict[str, Any]:
    found = dict(reading.history) if reading is not None else {}
    if not with_signer:
        found = {name: found[name] for name in ("state", "actions") if name in found}
    return found


def item_cards(items: Sequence[Item], numbers: Mapping[Any, str]) -> list[ItemCard]:
    """Return the files of a case, numbered as given; `numbers` says those of their reports."""
    own = {item.pk: f"E{n}" for n, item in enumerate(items, start=1)}
    same = near_identical(items)
    return [
        item_card(
            item,
            number=own[item.pk],
            report=numbers.get(item.report_id, ""),
            same_here=tuple(own[o.pk] for o in same.get(item.pk, ()) if o.pk in own),
            same_elsewhere=len({o.report_id for o in same.get(item.pk, ()) if o.pk not in own}),
        )
        for item in items
    ]


def _time(item: Item, reading: Reading | None) -> Compared:
    """Compare the embedded time with the time claimed of the file, else with the report's."""
    if reading is None or reading.embedded_at is None:
        return Compared(_("The file names no time."), None)
    basis = str(reading.get_embedded_by_display())
    if item.claimed_at is not None:
        window = (item.claimed_at, item.claimed_at)
    else:
        window = (item.report.observed_from, item.report.observed_until)
    off = compared_time(reading.embedded_at, *window).off
    if not off:
        words = _("Its own time agrees with what is claimed (%(basis)s).")
        return Compared(words % {"basis": basis}, True)
    if off < timedelta(0):
        words = _("Its own time is %(span)s before what is claimed (%(basis)s).")
    else:
        words = _("Its own time is %(span)s after what is claimed (%(basis)s).")
    return Compared(words % {"span": span_words(abs(off)), "basis": basis}, False)


def span_words(span: timedelta) -> str:
    """Return a span of time in its one fitting unit, rounded."""
    if span < 2 * HOUR:
        n = round(span / MINUTE)
        return ngettext("%(n)d minute", "%(n)d minutes", n) % {"n": n}
    if span < 2 * DAY:
        n = round(span / HOUR)
        return ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}
    n = round(span / DAY)
    return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}


def _place(item: Item, reading: Reading | None) -> Compared:
    """Compare the embedded position with the claim, as a distance: the spot itself is not told."""
    if reading is None or reading.embedded_lat is None or reading.embedded_lon is None:
        return Compared(_("The file names no position."), None)
    claimed = _claimed_spot(item)
    if claimed is None:
        return Compared(_("The file names a position; the report has none to compare."), None)
    found = compared_place(reading.embedded_lat, reading.embedded_lon, claimed)
    lengths = {"off": _km(found.distance_m), "within": _km(found.radius_m)}
    if found.agrees:
        words = _("Its own position lies in the place claimed (known to %(within)s).")
    else:
        words = _("Its own position is %(off)s from the place claimed (known to %(within)s).")
    return Compared(words % lengths, found.agrees)


def _claimed_spot(item: Item) -> Spot | None:
    if item.claimed_lat is not None and item.claimed_lon is not None:
        return Spot(item.claimed_lat, item.claimed_lon, CLAIM_RADIUS_M)
    report = item.report
    if report.observer_lat is not None and report.observer_lon is not None:
        return Spot(report.observer_lat, report.observer_lon, report.range_error_m or 0.0)
    return spot_of(report)


def _km(metres: float) -> str:
    """Return a length to two figures: nobody is to be found by it."""
    if metres < 1000:
        return _("%(metres)d m") % {"metres": round(metres, -2 if metres >= 100 else -1)}
    return _("%(km)s km") % {"km": f"{metres / 1000:.2g}" if metres < 1e5 else round(metres / 1000)}


def apart_rows(report: Report) -> list[dict[str, Any]]:
    """Return the files of a phone that were kept apart, for triage: what, and why."""
    return [
        {"name": one.name, "size": filesizeformat(one.size), "why": APART[one.apart]}
        for one in files_apart(report)
    ]
