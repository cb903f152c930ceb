"""Redaction: one redacted copy of an item. The last one stands; earlier ones stay on record."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from reports.identity import new_key
from reports.journal.models import append_only
from reports.redactions.choices import ShownTo


class Redaction(models.Model):
    """Boxes burnt into the working copy of an item; its bytes lie beside it in the storage.

    Append-only; erasing the item's report is the one thing that empties it.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    item = models.ForeignKey("reports.Item", on_delete=models.PROTECT, related_name="redactions")
    number = models.PositiveSmallIntegerField()  # the highest one of an item stands
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="redactions_made"
    )
    made_at = models.DateTimeField()
    why = models.CharField(max_length=300, blank=True)
    shown_to = models.CharField(max_length=10, choices=ShownTo.choices)
    boxes = models.JSONField(default=list)  # [left, top, width, height] in pixels of the copy
    copy_sha256 = models.CharField(max_length=64, blank=True)  # of the working copy it was made of
    sha256 = models.CharField(max_length=64, blank=True)  # '' after erasure
    size = models.PositiveIntegerField()  # bytes
    stored_as = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "number"], name="redaction_has_a_number_of_its_own"
            ),
            models.CheckConstraint(
                condition=Q(sha256="") | ~Q(why=""), name="redaction_gives_its_reason"
            ),
            models.CheckConstraint(
                condition=Q(sha256="") | ~Q(boxes=[]), name="redaction_covers_something"
            ),
        ]
        triggers = append_only("redaction")

    def __str__(self) -> str:
        return f"redacted copy {self.number}"
