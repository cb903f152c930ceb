"""What a phone checks of a report before it keeps it: the first line of the room's own rules.

Only what would surely be sent back: answers that are missing, and what is no number. The rules of
intake judge the rest when it arrives. The words are those of the form and of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from reports.intake.choices import LocationKind, Stance, TimePrecision
from reports.intake.rules import NARRATIVE_LEAST, RANGE_MOST_M
from reports.pages.boxes import NumberField, WhereNeeded

Check = dict[str, Any]
CLOCK = [TimePrecision.MINUTE.value, TimePrecision.HOUR.value]
PLACED = [LocationKind.POINT.value, LocationKind.BEARING.value]


def first_checks(form: forms.Form) -> list[Check]:
    """Return the checks: a field, what it must be, when, and what to say if it is not."""
    return [*_needed(form), *_needed_when(), *_between(), *_numbers(form)]


def _needed(form: forms.Form) -> Iterator[Check]:
    for name, field in form.fields.items():
        if field.required and not isinstance(field, WhereNeeded | forms.UUIDField):
            yield {"field": name, "is": "filled", "say": str(field.error_messages["required"])}
    said = str(form.fields["narrative"].error_messages["required"])
    yield {"field": "narrative", "is": "long", "least": NARRATIVE_LEAST, "say": said}


def _needed_when() -> Iterator[Check]:
    kind, precision = "location_kind", "time_precision"
    for name, other, values, said in (
        (
            *("means", "stance", [Stance.OBSERVES.value]),
            _("Say how it was noticed: seen, heard, recorded, measured or told."),
        ),
        (
            *("time_from", precision, CLOCK),
            _("Give the time, or choose a rougher answer above."),
        ),
        (
            *("part", precision, [TimePrecision.PART_OF_DAY.value]),
            _("Choose the part of the day."),
        ),
        (
            *("day_until", precision, [TimePrecision.DAYS.value]),
            _("Give the last of the days."),
        ),
        (
            *("place", kind, [LocationKind.PLACE.value]),
            _("Type a name and choose one of the places offered."),
        ),
        (
            *("place_typed", kind, [LocationKind.NAMED.value]),
            _("Write the place as you know it."),
        ),
    ):
        yield {"field": name, "is": "filled", "when": [other, values], "say": said}


def _between() -> Iterator[Check]:
    point, bearing = [LocationKind.POINT.value], [LocationKind.BEARING.value]
    for name, kinds, least, most, said in (
        ("lat", PLACED, -90, 90, _("Latitude is a number from -90 to 90, such as 40.68.")),
        ("lon", PLACED, -180, 180, _("Longitude is a number from -180 to 180, such as 46.36.")),
        (
            *("accuracy_m", point, 1, RANGE_MOST_M),
            _("Say how exact the point is, in metres (1 to 100,000)."),
        ),
        (
            *("range_m", bearing, 1, RANGE_MOST_M),
            _("The range is a distance in metres (1 to 100,000)."),
        ),
        (
            *("bearing_deg", bearing, 0, 360),
            _("The bearing is in degrees from north, 0 to 360."),
        ),
    ):
        bounds = {"least": least, "most": most}
        yield {
            "field": name,
            "is": "between",
            "when": ["location_kind", kinds],
            "say": said,
        } | bounds


def _numbers(form: forms.Form) -> Iterator[Check]:
    for name, field in form.fields.items():
        if isinstance(field, NumberField):
            kind = "whole" if field.whole else "number"
            yield {"field": name, "is": kind, "say": str(field.error_messages[kind])}
