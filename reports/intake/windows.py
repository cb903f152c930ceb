"""From a date and a time on the wall to a window of instants. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reports.intake.choices import TimePrecision

DAY = timedelta(days=1)
# What a single stated time covers when no end is given.
COVERS = {TimePrecision.MINUTE: timedelta(minutes=1), TimePrecision.HOUR: timedelta(hours=1)}
PARTS = {"night": (0, 6), "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}


class CannotTell(ValueError):
    """Raised when the answers give no window; names the field and what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class WhenTyped:
    """What was typed about time: dates and times at the place of the event."""

    precision: str
    day: date
    time_from: time | None = None
    time_until: time | None = None
    day_until: date | None = None
    part: str = ""


def window_of(typed: WhenTyped, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the half-open window [from, until) in UTC; CannotTell names what is missing."""
    if typed.precision in (TimePrecision.MINUTE, TimePrecision.HOUR):
        return _by_the_clock(typed, zone)
    if typed.precision == TimePrecision.PART_OF_DAY:
        if typed.part not in PARTS:
            raise CannotTell("part", _("Choose the part of the day."))
        first, last = PARTS[typed.part]
        begins = datetime.combine(typed.day, time(first))
        return _earliest(begins, zone), _latest(begins + timedelta(hours=last - first), zone)
    last_day = typed.day
    if typed.precision == TimePrecision.DAYS:
        if typed.day_until is None:
            raise CannotTell("day_until", _("Give the last of the days."))
        if typed.day_until < typed.day:
            raise CannotTell("day_until", _("The last day comes before the first."))
        last_day = typed.day_until
    midnight = time(0)
    return (
        _earliest(datetime.combine(typed.day, midnight), zone),
        _latest(datetime.combine(last_day + DAY, midnight), zone),
    )


def _by_the_clock(typed: WhenTyped, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if typed.time_from is None:
        raise CannotTell("time_from", _("Give the time, or choose a rougher answer above."))
    begins = datetime.combine(typed.day, typed.time_from)
    if not _exists(begins, zone):
        raise CannotTell("time_from", _("Clocks were put forward that day: this time never was."))
    if typed.time_until is None and typed.day_until is None:
        ends = begins + COVERS[TimePrecision(typed.precision)]
        return _earliest(begins, zone), _latest(ends, zone)
    if typed.time_until is None:
        raise CannotTell("time_until", _("Give the time it ended, or leave out the date of it."))
    ends = datetime.combine(typed.day_until or typed.day, typed.time_until)
    if not _exists(ends, zone):
        raise CannotTell("time_until", _("Clocks were put forward that day: this time never was."))
    if ends <= begins:
        raise CannotTell(
            "time_until",
            _("The end comes before the beginning. If it ended the next day, give that date too."),
        )
    return _earliest(begins, zone), _latest(ends, zone)


def _exists(wall: datetime, zone: ZoneInfo) -> bool:
    """Answer whether a clock on the wall ever showed this (it skips an hour in spring)."""
    there_and_back = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None, fold=0) == wall


def _earliest(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant a wall clock showed this (twice when clocks are put back)."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _latest(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the last instant a wall clock showed this: the window then holds both."""
    return wall.replace(tzinfo=zone, fold=1).astimezone(UTC)


def typed_from(
    begins: datetime, ends: datetime, precision: str, zone: ZoneInfo
) -> dict[str, date | time | str]:
    """Return what to type to get a window again: the other way round, for a correction."""
    first, last = begins.astimezone(zone), ends.astimezone(zone)
    typed: dict[str, date | time | str] = {"day": first.date()}
    if precision == TimePrecision.DAYS:
        typed["day_until"] = (last - timedelta(microseconds=1)).date()
    elif precision == TimePrecision.PART_OF_DAY:
        typed["part"] = next((name for name, hours in PARTS.items() if hours[0] == first.hour), "")
    elif precision in (TimePrecision.MINUTE, TimePrecision.HOUR):
        typed["time_from"] = first.time()
        if ends - begins != COVERS[TimePrecision(precision)]:
            typed["time_until"] = last.time()
            if last.date() != first.date():
                typed["day_until"] = last.date()
    return typed
