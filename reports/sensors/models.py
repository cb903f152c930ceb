"""Observation: what one instrument said once, as it came."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.identity import new_key
from reports.journal.models import append_only


class Instrument(models.TextChoices):
    """What kind of instrument speaks."""

    HEAT = "heat", _("Heat seen from space")
    SOUND = "sound", _("Sound or pressure")
    CAMERA = "camera", _("Camera")
    SEISMIC = "seismic", _("Ground motion")


class Observation(models.Model):
    """One reading. Without a point where it gave a bearing alone; never with a party."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    source = models.ForeignKey("reports.Source", on_delete=models.PROTECT, related_name="+")
    instrument = models.CharField(max_length=10, choices=Instrument.choices)
    product = models.CharField(max_length=80, blank=True)
    observed_from = models.DateTimeField()
    observed_until = models.DateTimeField()
    clock_error_s = models.FloatField(default=0)  # by how much the instrument's clock may be wrong
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    radius_m = models.FloatField(null=True)
    bearing_deg = models.FloatField(null=True)
    likelihood = models.CharField(max_length=10, blank=True)  # as the instrument words it
    # Where its data came from, first hand first: two that share a link are not independent.
    origin_chain = models.JSONField(default=list)
    raw = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "source", "sha256"], name="observation_is_kept_once"
            ),
            models.CheckConstraint(
                condition=Q(observed_until__gt=F("observed_from")),
                name="observation_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(lat=None, lon=None, radius_m=None)
                | Q(lat__range=(-90, 90), lon__range=(-180, 180), radius_m__gt=0),
                name="observation_has_a_whole_spot_or_none",
            ),
        ]
        indexes = [models.Index(fields=["agreement", "-observed_from"], name="observation_by_time")]
        triggers = append_only("observation")

    def __str__(self) -> str:
        return f"{self.instrument} {self.observed_from:%Y-%m-%d %H:%M}"
