"""Finding: the public face of a decision, as it was published; never edited."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

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
