"""Delay (how long a kind of act waits) and Withholding (one incident kept from the public)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from reports.identity import new_key
from reports.journal.models import append_only
from verification.withholding.rules import MOST_DAYS


class Delay(models.Model):
    """How many days incidents of an act wait before they are shown; the latest row holds."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT, related_name="+")
    act = models.ForeignKey("reports.ActKind", on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=500)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(days__lte=MOST_DAYS), name="delay_is_bounded")
        ]
        triggers = append_only("delay")

    def __str__(self) -> str:
        return f"{self.act_id}: {self.days} d"


class Withholding(models.Model):
    """An incident kept from the public, until it is ended; by a delay, or by a person."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    incident = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="withholdings"
    )
    until = models.DateTimeField()
    reason = models.CharField(max_length=500)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # null: by the delay of its act
    placed_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # null: by the clock
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("placed_at")), name="withholding_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False),
                name="withholding_end_is_dated",
            ),
        ]
        indexes = [
            models.Index(
                fields=["incident"], condition=Q(ended_at=None), name="withholding_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} until {self.until:%Y-%m-%d}"
