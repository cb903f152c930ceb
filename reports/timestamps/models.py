"""Timestamp: a token of a time-stamping authority over the SHA-256 of a sealed original."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reports.identity import new_key
from reports.journal.models import append_only


class Timestamp(models.Model):
    """One token, checked before it was kept.

    Append-only; erasing the item's report is the one thing that empties it.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    item = models.OneToOneField("reports.Item", on_delete=models.PROTECT, related_name="timestamp")
    kept_at = models.DateTimeField()
    stamped_at = models.DateTimeField(null=True)  # as the authority says; None after erasure
    authority = models.CharField(max_length=200)  # the name of whoever signed
    token = models.BinaryField()  # the whole answer, DER; b"" after erasure

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(token=b"") | Q(stamped_at__isnull=False),
                name="timestamp_names_its_time",
            )
        ]
        triggers = append_only("timestamp")

    def __str__(self) -> str:
        return f"stamped at {self.stamped_at}"
