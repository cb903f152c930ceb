"""CarriedOver: one published set of tables, kept beside the records made from it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from reports.identity import new_key
from reports.journal.models import append_only


class CarriedOver(models.Model):
    """What a mechanism published, the lines its records were made from, and what does not add up.

    `figures`: [{period, party, measure, category, value, at_least, source}]; `lines`:
    {origin key: {period, category}}; `notes`: sentences. One for each agreement.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.OneToOneField(
        "reports.Agreement", on_delete=models.PROTECT, related_name="carried_over"
    )
    mechanism = models.CharField(max_length=200)
    period = models.CharField(max_length=40)
    figures = models.JSONField()
    lines = models.JSONField()
    notes = models.JSONField()
    carried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    carried_at = models.DateTimeField()

    class Meta:
        triggers = append_only("carried_over")

    def __str__(self) -> str:
        return f"{self.mechanism}, {self.period}"
