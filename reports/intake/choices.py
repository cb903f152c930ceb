"""The closed lists a report answers from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stance(models.TextChoices):
    OBSERVES = "observes", _("Observes: saw, heard or measured it")
    ALLEGES = "alleges", _("Alleges: says somebody did it")
    DENIES = "denies", _("Denies: says its side did not do it")
    ADMITS = "admits", _("Admits: says its own side did it")
    FINDS = "finds", _("Finds: concludes after an inquiry")


class Means(models.TextChoices):
    SAW = "saw", _("Saw it")
    HEARD = "heard", _("Heard it")
    RECORDED = "recorded", _("Recorded it (camera, drone, audio)")
    MEASURED = "measured", _("Measured it (radar, acoustic, crater)")
    TOLD = "told", _("Was told")


class TimePrecision(models.TextChoices):
    MINUTE = "minute", _("To the minute")
    HOUR = "hour", _("To the hour")
    PART_OF_DAY = "part_of_day", _("Part of the day")
    DAY = "day", _("The day only")
    DAYS = "days", _("Somewhere within several days")


class LocationKind(models.TextChoices):
    PLACE = "place", _("A named place")
    POINT = "point", _("A point on the map")
    BEARING = "bearing", _("Seen from a position: range and bearing")
    BETWEEN = "between", _("Somewhere between two places")
    NAMED = "named", _("A name the list does not have")


class PlaceAccuracy(models.TextChoices):
    EXACT = "exact", _("Exact")
    NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
    VILLAGE = "village", _("Village")
    TOWN = "town", _("Town")
    DISTRICT = "district", _("District")
    REGION = "region", _("Region")


class Effect(models.TextChoices):
    UNKNOWN = "unknown", _("Not known")
    OUTGOING = "outgoing", _("Outgoing")
    INCOMING = "incoming", _("Incoming")
    IMPACT = "impact", _("Impact")
    AIRBURST = "airburst", _("Airburst")


class ObservationUnit(models.TextChoices):
    EXPLOSION = "explosion", _("Explosions")
    BURST = "burst", _("Bursts")
    SHOT = "shot", _("Shots")
    PROJECTILE = "projectile", _("Projectiles")
    VEHICLE = "vehicle", _("Vehicles")
    AIRCRAFT = "aircraft", _("Aircraft or drones")
    PERSON = "person", _("Persons")


class CountQualifier(models.TextChoices):
    EXACTLY = "exactly", _("exactly")
    ABOUT = "about", _("about")
    AT_LEAST = "at_least", _("at least")


class AccusedKind(models.TextChoices):
    PARTY = "party", _("A party")
    OTHER = "other", _("Somebody who is not a party")
    UNKNOWN = "unknown", _("Not known")
    NOBODY = "nobody", _("Nobody is accused")


class OriginKind(models.TextChoices):
    OBSERVATION = "observation", _("Own observation")
    STATEMENT = "statement", _("Statement by a named speaker")
    DOCUMENT = "document", _("Document or publication")
    INVESTIGATION = "investigation", _("Investigation")
    SENSOR = "sensor", _("Sensor")


class Channel(models.TextChoices):
    WEB = "web", _("Web form")
    API = "api", _("Partner interface")
    IMPORT = "import", _("Import")
    OPEN = "open", _("Without an account")
    ODK = "odk", _("ODK Collect")
    SMS = "sms", _("Text message")
    FILE = "file", _("A file of records")


class TollHarm(models.TextChoices):
    KILLED = "killed", _("Killed")
    INJURED = "injured", _("Injured")


class TollCategory(models.TextChoices):
    CIVILIANS = "civilians", _("Civilians")
    COMBATANTS = "combatants", _("Combatants")
    UNSPECIFIED = "unspecified", _("Not specified")
