"""MissedDeadline (told once) and Procedure (the steps as they were published); both append-only."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reports.identity import new_key
from reports.journal.models import append_only
from verification.caseload.rules import Step


class MissedDeadline(models.Model):
    """One step that was not taken in its time; an extended deadline can be missed anew."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    step = models.CharField(max_length=16, choices=Step.choices)
    subject_id = models.UUIDField()  # the report, case, incident or recommendation that waits
    due_at = models.DateTimeField()
    noticed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step", "subject_id", "due_at"], name="deadline_is_missed_once"
            ),
            models.CheckConstraint(
                condition=Q(noticed_at__gte=F("due_at")), name="deadline_is_missed_after_it_passed"
            ),
        ]
        triggers = append_only("missed_deadline")

    def __str__(self) -> str:
        return f"{self.step} due {self.due_at:%Y-%m-%d %H:%M}"


class Procedure(models.Model):
    """One published version of the steps a case can take, and of the time each may take."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    number = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the content
    content = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="procedure_number_is_unique")
        ]
        triggers = append_only("procedure")

    def __str__(self) -> str:
        return f"version {self.number}"
