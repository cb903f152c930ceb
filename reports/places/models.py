"""Place and PlaceName: one place has many names; none of them is «the» name."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.identity import new_key


class PlaceKind(models.TextChoices):
    CITY = "city", _("City")
    TOWN = "town", _("Town")
    VILLAGE = "village", _("Village")
    DISTRICT = "district", _("District")
    REGION = "region", _("Region")
    SECTOR = "sector", _("Sector")
    LINE = "line", _("Line")


class Place(models.Model):
    """A named place: a centre and the radius of what the name covers, in metres."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    key = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, choices=PlaceKind.choices)
    lat = models.FloatField()
    lon = models.FloatField()
    radius_m = models.PositiveIntegerField()
    district = models.CharField(max_length=120, blank=True)
    dataset = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lat__gte=-90, lat__lte=90, lon__gte=-180, lon__lte=180),
                name="place_lies_on_earth",
            )
        ]

    def __str__(self) -> str:
        return self.key


class PlaceName(models.Model):
    """One spelling of a place's name, who uses it officially, and its searchable form."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="names")
    text = models.CharField(max_length=160)
    folded = models.CharField(max_length=160)
    bones = models.CharField(max_length=160, default="")  # the bare sounds of `folded`
    lang = models.CharField(max_length=8)
    script = models.CharField(max_length=8)
    kind = models.CharField(max_length=20)
    official_for = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "text", "lang", "kind"], name="place_name_is_listed_once"
            )
        ]
        indexes = [
            GinIndex(fields=["folded"], opclasses=["gin_trgm_ops"], name="place_name_folded_trgm"),
            GinIndex(fields=["bones"], opclasses=["gin_trgm_ops"], name="place_name_bones_trgm"),
        ]

    def __str__(self) -> str:
        return self.text
