"""Quota, QuotaUse and AccessToken: how much a partner may ask for, did ask for, and by what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from reports.identity import new_key
from reports.keys.rules import QuotaLane, Span


class Quota(models.Model):
    """What the operator gave one person in one lane; without a row the quota of the rules holds."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    lane = models.CharField(max_length=8, choices=QuotaLane.choices)
    per_minute = models.PositiveIntegerField()
    per_day = models.PositiveIntegerField()
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "lane"], name="quota_is_set_once_a_lane"),
            models.CheckConstraint(
                condition=Q(per_day__gte=F("per_minute")), name="quota_of_a_day_holds_a_minute"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lane} of {self.user_id}"


class QuotaUse(models.Model):
    """The running count of one person, lane and span. The table is UNLOGGED: after a crash of the
    database the counts begin anew, and no request waits for the disk."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    lane = models.CharField(max_length=8, choices=QuotaLane.choices)
    span = models.CharField(max_length=8, choices=Span.choices)
    began = models.DateTimeField()
    used = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "lane", "span"], name="use_is_counted_in_one_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.used} of {self.lane} by {self.user_id}"


class AccessToken(models.Model):
    """A short loan of what a key may do, by OAuth 2 client credentials; only its hash is kept."""

    key = models.ForeignKey("reports.ApiKey", on_delete=models.PROTECT, related_name="tokens")
    hashed = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"of {self.key_id} until {self.expires_at:%H:%M}"
