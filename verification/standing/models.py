"""Standing: one party's record as of an instant; rows, never overwritten."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reports.identity import new_key
from reports.journal.models import append_only


class Standing(models.Model):
    """Counts are of incidents; `expected` is a sum of probabilities, `coverage_hours` hours."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    party = models.ForeignKey("reports.Party", on_delete=models.PROTECT)
    as_of = models.DateTimeField()
    period_from = models.DateTimeField()
    period_until = models.DateTimeField()
    decided_breaches = models.PositiveIntegerField()
    by_severity = models.JSONField(default=dict)
    expected_breaches = models.FloatField()
    bound_low = models.PositiveIntegerField()
    bound_high = models.PositiveIntegerField()
    open_against = models.PositiveIntegerField()
    admitted = models.PositiveIntegerField()
    denied = models.PositiveIntegerField()
    silent = models.PositiveIntegerField()
    coverage_hours = models.FloatField()
    period_hours = models.FloatField()
    n_admissible = models.PositiveIntegerField()
    n_open = models.PositiveIntegerField()
    comparison = models.CharField(max_length=40)  # "none" or the code of a supported comparison
    comparison_reason = models.CharField(max_length=40)
    inputs_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(bound_low__lte=models.F("bound_high")),
                name="standing_bounds_are_in_order",
            )
        ]
        indexes = [models.Index(fields=["agreement", "party", "-as_of"], name="standing_latest")]
        triggers = append_only("standing")

    def __str__(self) -> str:
        return f"{self.party_id} as of {self.as_of:%Y-%m-%d %H:%M}"
