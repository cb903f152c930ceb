"""Score: the engine's advice on one incident at one instant; never overwritten."""

from __future__ import annotations

from django.db import models

from reports.identity import new_key
from reports.journal.models import append_only


class Score(models.Model):
    """A posterior over {each party, other, none}. `inputs` holds all that was read."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    incident = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="scores"
    )
    at = models.DateTimeField()
    p = models.JSONField()  # {candidate: probability}
    p_without_aligned = models.JSONField()
    contributions = models.JSONField()  # [{origin, label, group, nats: {candidate: number}}]
    inputs = models.JSONField()
    inputs_hash = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=40)
    method = models.CharField(max_length=80)
    n_origins = models.PositiveIntegerField()
    n_statements = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["incident", "-at", "-id"], name="score_latest")]
        triggers = append_only("score")

    def __str__(self) -> str:
        return f"{self.method} at {self.at:%Y-%m-%d %H:%M}"
