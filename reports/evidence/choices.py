"""The closed lists of evidence."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EvidenceKind(models.TextChoices):
    """What an item is, as whoever brought it says."""

    PHOTO = "photo", _("Photograph")
    VIDEO = "video", _("Video")
    AUDIO = "audio", _("Sound recording")
    DOCUMENT = "document", _("Document")
    CRATER_ANALYSIS = "crater_analysis", _("Crater analysis")
    MUNITION_REMNANT = "munition_remnant", _("Munition remnant")
    RADAR = "radar", _("Radar track")
    SATELLITE = "satellite", _("Satellite image")
    SENSOR_DATA = "sensor_data", _("Sensor data")
    TESTIMONY = "testimony", _("Testimony")


class Sensitivity(models.TextChoices):
    """What whoever opens an item should know before."""

    ORDINARY = "ordinary", _("Nothing of the kind")
    GRAPHIC = "graphic", _("Injured or dead persons")
    IDENTIFYING = "identifying", _("Faces, names or homes that could put somebody in danger")


class Outcome(models.TextChoices):
    """What became of reading an item."""

    COPIED = "copied", _("A working copy was made")
    SEALED = "sealed", _("Kept as it came; no working copy is made of this kind of file")
    UNREADABLE = "unreadable", _("Kept as it came; it could not be read")
    INFECTED = (
        "infected",
        _("Kept as it came and never handed out: a virus scanner found something in it"),
    )


class TimeBasis(models.TextChoices):
    """What ties an embedded time to the world's time."""

    SATELLITE = "satellite", _("by satellite")
    OFFSET = "offset", _("with its time zone")
    LOCAL = "local", _("the device’s clock, taken as local time")


class Condition(models.TextChoices):
    """What was found when an original was read again."""

    WHOLE = "whole", _("As it was sealed")
    CHANGED = "changed", _("Not what was sealed")
    MISSING = "missing", _("Not there")
