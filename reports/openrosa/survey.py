"""The one form phones get, in every language of the house: the source of what pyxform compiles.

`manage.py build_form` writes it as a sheet and compiles that; the compiled file is what is served.
No question draws a map (a map is fetched from elsewhere and tells where somebody is), none records
who holds the phone, and time is asked as date and time at the place of the event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.evidence.choices import Sensitivity
from reports.intake.choices import (
    AccusedKind,
    CountQualifier,
    LocationKind,
    Means,
    ObservationUnit,
    TimePrecision,
)
from reports.intake.rules import COUNT_MOST, NARRATIVE_LEAST, RANGE_MOST_M

FORM_ID = "cvr_violation"
VERSION = "2026112301"  # of the sheet: raise it whenever the compiled form changes
LEAVE_OUT = (AccusedKind.PARTY,)
Words = str | Promise

PARTS: tuple[tuple[str, Words], ...] = (
    ("night", _("Night: 00:00 to 06:00")),
    ("morning", _("Morning: 06:00 to 12:00")),
    ("afternoon", _("Afternoon: 12:00 to 18:00")),
    ("evening", _("Evening: 18:00 to 24:00")),
)
CLOCK = "selected(${time_precision}, 'minute') or selected(${time_precision}, 'hour')"
BY_NAME = "selected(${location_kind}, 'place') or selected(${location_kind}, 'between')"
BY_POSITION = "selected(${location_kind}, 'point') or selected(${location_kind}, 'bearing')"
IN_WORDS = "selected(${location_kind}, 'named')"
METRES = f". >= 1 and . <= {RANGE_MOST_M}"
WRONG_METRES = _("The range is a distance in metres (1 to 100,000).")


def question(kind: str, name: str, label: Words, **more: Any) -> dict[str, Any]:
    """Return one row of the sheet; words are given once and written in every language."""
    return {"type": kind, "name": name, "label": label, **more}


def needed(message: Words, **more: Any) -> dict[str, Any]:
    """Return the cells of an answer that has to be given."""
    return {"required": "yes", "required_message": message, **more}


CHOOSE = _("Choose one of the answers.")
QUESTIONS: tuple[dict[str, Any], ...] = (
    question("select_one act", "act", _("What happened"), **needed(_("Choose what happened."))),
    question("select_one means", "means", _("How it was noticed"), **needed(CHOOSE)),
    question(
        "date",
        "day",
        _("Date"),
        **needed(_("Give the date.")),
        constraint=". <= today()",
        constraint_message=_("This lies in the future; check the date and the year."),
    ),
    question(
        "select_one time_precision",
        "time_precision",
        _("How exactly the time is known"),
        **needed(CHOOSE),
    ),
    question(
        "time",
        "time_from",
        _("Time, or when it began"),
        relevant=CLOCK,
        **needed(_("Give the time, or choose a rougher answer above.")),
    ),
    question(
        "time", "time_until", _("When it ended"), hint=_("Only if it lasted."), relevant=CLOCK
    ),
    question(
        "select_one part",
        "part",
        _("Part of the day"),
        relevant="selected(${time_precision}, 'part_of_day')",
        **needed(_("Choose the part of the day.")),
    ),
    question(
        "date",
        "day_until",
        _("Last date"),
        hint=_("The last of several days, or the date it ended if that was another."),
        relevant="selected(${time_precision}, 'days')",
        **needed(_("Give the last of the days.")),
        constraint=". >= ${day} and . <= today()",
        constraint_message=_("The last day comes before the first."),
    ),
    question(
        "select_one location_kind", "location_kind", _("How you can say where"), **needed(CHOOSE)
    ),
    question(
        "select_one_from_file places.csv",
        "place",
        _("Name of the place"),
        appearance="autocomplete",
        relevant=BY_NAME,
        **needed(_("Choose one of the answers.")),
    ),
    question(
        "select_one_from_file places.csv",
        "other_place",
        _("Name of the other place"),
        appearance="autocomplete",
        relevant="selected(${location_kind}, 'between')",
        **needed(CHOOSE),
        constraint=". != ${place}",
        constraint_message=_("Choose another place: the two ends are the same."),
    ),
    question(
        "text",
        "place_typed",
        _("Name of the place"),
        relevant=IN_WORDS,
        **needed(_("Write the place as you know it.")),
    ),
    question(
        "geopoint", "position", _("A point on the map"), relevant=BY_POSITION, **needed(CHOOSE)
    ),
    question(
        "integer",
        "accuracy_m",
        _("Exact to how many metres"),
        hint=_("100 is a street block, 1000 a village."),
        relevant="selected(${location_kind}, 'point')",
        **needed(_("Say how exact the point is, in metres (1 to 100,000).")),
        constraint=METRES,
        constraint_message=_("Say how exact the point is, in metres (1 to 100,000)."),
    ),
    question(
        "integer",
        "range_m",
        _("Distance to the event, in metres"),
        relevant="selected(${location_kind}, 'bearing')",
        **needed(WRONG_METRES),
        constraint=METRES,
        constraint_message=WRONG_METRES,
    ),
    question(
        "integer",
        "bearing_deg",
        _("Bearing, in degrees"),
        hint=_("From north, clockwise: east is 90."),
        relevant="selected(${location_kind}, 'bearing')",
        **needed(_("The bearing is in degrees from north, 0 to 360.")),
        constraint=". >= 0 and . <= 360",
        constraint_message=_("The bearing is in degrees from north, 0 to 360."),
    ),
    question("select_one accused", "accused", _("Who is said to have done it"), **needed(CHOOSE)),
    question(
        "select_one_from_file parties.csv",
        "accused_party",
        _("Who is said to have done it"),
        relevant="selected(${accused}, 'party')",
        **needed(CHOOSE),
    ),
    question(
        "text",
        "narrative",
        _("What happened, in your words"),
        hint=_(
            "What happened, in which order, and how you know. Leave out names of private persons."
        ),
        appearance="multiline",
        **needed(_("Say in a sentence what happened and how it is known.")),
        constraint=f"string-length(.) >= {NARRATIVE_LEAST}",
        constraint_message=_("Say in a sentence what happened and how it is known."),
    ),
    question("select_one language", "language", _("Language of these words"), **needed(CHOOSE)),
    question(
        "integer",
        "observation_count",
        _("How many"),
        constraint=f". >= 0 and . <= {COUNT_MOST}",
        constraint_message=_("A count is a whole number from 0 to 100,000."),
    ),
    question(
        "select_one observation_unit",
        "observation_unit",
        _("Of what"),
        relevant="${observation_count} != ''",
        **needed(_("Say what was counted: explosions, shots, persons …")),
    ),
    question(
        "select_one count_qualifier",
        "count_qualifier",
        _("How exact"),
        relevant="${observation_count} != ''",
        **needed(CHOOSE),
    ),
    question("begin_repeat", "file", _("Photograph")),
    question("image", "photo", _("Photograph")),
    question(
        "select_one sensitivity",
        "sensitivity",
        _("What it shows"),
        relevant="${photo} != ''",
        **needed(CHOOSE),
    ),
    {"type": "end_repeat", "name": "file"},
)
LISTS: Mapping[str, Iterable[tuple[str, Words]]] = {
    "means": Means.choices,
    "time_precision": TimePrecision.choices,
    "part": PARTS,
    "location_kind": LocationKind.choices,
    "accused": AccusedKind.choices,
    "language": settings.LANGUAGES,
    "observation_unit": ObservationUnit.choices,
    "count_qualifier": CountQualifier.choices,
    "sensitivity": Sensitivity.choices,
}
TRANSLATED = ("label", "hint", "constraint_message", "required_message")
PLAIN = ("required", "relevant", "constraint", "appearance")


def sheets(acts: Mapping[str, Mapping[str, str]]) -> dict[str, list[dict[str, str]]]:
    """Return the sheets of the form; `acts` is {code: {language: name}} of the taxonomy."""
    survey = [_row(one) for one in QUESTIONS]
    lists: dict[str, list[dict[str, str]]] = {
        "act": [
            {"list_name": "act", "name": code, **{_column("label", c): n for c, n in names.items()}}
            for code, names in acts.items()
        ]
    }
    for name, offered in LISTS.items():
        lists[name] = [
            {"list_name": name, "name": str(value), **_in_all("label", words)}
            for value, words in offered
        ]
    title = _in_all("form_title", _("New report"))[_column("form_title", "en")]
    return {
        "survey": survey,
        "choices": [row for rows in lists.values() for row in rows],
        "settings": [
            {
                "form_title": title,
                "form_id": FORM_ID,
                "version": VERSION,
                "default_language": _language("en"),
                "client_editable": "yes",
            }
        ],
    }


def _row(asked: Mapping[str, Any]) -> dict[str, str]:
    row = {"type": str(asked["type"]), "name": str(asked["name"])}
    for name in PLAIN:
        if name in asked:
            row[name] = str(asked[name])
    for name in TRANSLATED:
        if name in asked:
            row |= _in_all(name, asked[name])
    return row


def _in_all(column: str, words: Words) -> dict[str, str]:
    """Return {column::Language (code): words} for every language of the house."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[_column(column, code)] = str(words)
    return found


def _column(name: str, code: str) -> str:
    return f"{name}::{_language(code)}"


def _language(code: str) -> str:
    """Return a language as the sheet names it: its own name, and its code."""
    return f"{translation.get_language_info(code)['name_local']} ({code})"
