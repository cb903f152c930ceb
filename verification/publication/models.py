"""Finding: the public face of a decision, as it was published; never edited."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reports.identity import new_key
from reports.journal.models import append_only
from verification.adjudication.answers import Outcome


class Finding(models.Model):
    """What the public was told, when. A later version of the same incident supersedes it."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    incident = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="findings"
    )
    decision = models.OneToOneField("verification.Decision", null=True, on_delete=models.PROTECT)
    code = models.CharField(max_length=24, unique=True)
    version = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    published_at = models.DateTimeField()
    content = models.JSONField()  # the allow-listed fields, as published

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "version"], name="finding_version_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(outcome="inadmissible") | Q(decision__isnull=False),
                name="finding_rests_on_a_decision",
            ),
        ]
        indexes = [models.Index(fields=["-published_at"], name="finding_latest")]
        triggers = append_only("finding")

    def __str__(self) -> str:
        return self.code


class Correction(models.Model):
    """A public, dated change to a finding: which one took its place, what differs, and why."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="corrects")
    corrected = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="corrected_by")
    reopening = models.ForeignKey("verification.Reopening", null=True, on_delete=models.PROTECT)
    changes = models.JSONField(default=list)  # [{question, before, after}], codes; [] if upheld
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(finding=F("corrected")), name="correction_is_of_another_finding"
            )
        ]
        indexes = [models.Index(fields=["-published_at"], name="correction_latest")]
        triggers = append_only("correction")

    def __str__(self) -> str:
        return f"{self.corrected_id} by {self.finding_id}"
