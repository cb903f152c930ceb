"""Standing: one party's record as of an instant. Draw: the audit lottery. Rows, only added."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from reports.identity import new_key
from reports.journal.models import append_only


class Draw(models.Model):
    """The lottery from `at` on: a share of the incidents is drawn for full adjudication.

    The seed is recorded, so anybody who may know it can check which codes it draws.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    seed = models.CharField(max_length=80)
    share = models.FloatField()  # of all admissible incidents, 0 to 1
    at = models.DateTimeField()
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=1), name="draw_takes_a_share"
            ),
            models.CheckConstraint(condition=~Q(seed=""), name="draw_has_a_seed"),
            models.UniqueConstraint(fields=["agreement"], name="draw_is_held_once"),
        ]
        triggers = append_only("draw")

    def __str__(self) -> str:
        return f"{self.share:.0%} of {self.agreement_id}"


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
    # By the random audit (docs/scoring.md section 9); empty until it has enough decided cases.
    estimate = models.FloatField(null=True)
    interval_low = models.FloatField(null=True)
    interval_high = models.FloatField(null=True)
    n_audited = models.PositiveIntegerField(default=0)
    rate_low = models.FloatField(null=True)  # breaches per covered day
    rate_high = models.FloatField(null=True)
    p_rate_exceeds = models.JSONField(default=dict)  # {other party: P(this rate > the other's)}
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
