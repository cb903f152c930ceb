"""The closed lists of imports: formats, shapes, fields a mapping fills, what can be wrong."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Format(models.TextChoices):
    CSV = "csv", "CSV"
    NDJSON = "ndjson", "NDJSON"
    GEOJSON = "geojson", "GeoJSON"


class Shape(models.TextChoices):
    ACLED = "acled", "ACLED"
    GED = "ged", "UCDP GED"
    OWN = "own", _("Columns of your own")


# What a row says, in our words; a mapping of one's own names the column of each.
FIELDS = (
    *("id", "act", "date", "date_until", "time", "time_precision"),
    *("place", "lat", "lon", "accuracy_m", "accused", "stance", "means", "weapon", "effect"),
    *("killed", "killed_civilians", "injured", "injured_civilians", "unit", "count"),
    *("narrative", "publisher", "url", "published_on", "language", "origin_key"),
)
NEEDED = frozenset({"id", "act", "date", "narrative"})

# Code -> what is wrong with a row, and what to do about it.
FAULTS: Mapping[str, tuple[object, object]] = {
    "unreadable": (
        _("This row cannot be read as the format says."),
        _("Save the file anew as UTF-8, with quotes round texts that hold separators."),
    ),
    "no_id": (
        _("The row has no id of its own."),
        _("Give each row the id it has in your records; it keeps rows from being taken twice."),
    ),
    "twice": (
        _("This id stands twice in the file, with different contents."),
        _("Keep one row for each id."),
    ),
    "date": (
        _("This is not a date we can read."),
        _("Write year-month-day, such as 2020-10-11; a time as 14:30."),
    ),
    "number": (_("This is not a number."), _("Write digits and a point, such as 40.68.")),
    "act": (
        _("No kind of act stands for this value."),
        _("Say in the mapping which kind of act the value means."),
    ),
    "accused": (
        _("No party stands for this name."),
        _("Say in the mapping which party the name means, or that it is not known."),
    ),
    "erased": (
        _("A report with this id was erased and is not taken in again."),
        _("Leave the row out."),
    ),
    "superseded": (
        _("The report with this id was corrected by hand since."),
        _("Correct that report by hand, or leave the row out."),
    ),
    "rule": (
        _("An answer breaks a rule of filing."),
        _("Correct the cell or the mapping, then send the file again: no row is taken twice."),
    ),
}
