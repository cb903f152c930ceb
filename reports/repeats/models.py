"""KeptAnswer: that a machine's request was done; for a day also what it was answered, sealed."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q


class KeptAnswer(models.Model):
    """One request that was done. The answer opens with the key it was sent with, and only so."""

    digest = models.CharField(primary_key=True, max_length=64)  # an id would tell the millisecond
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="kept_answers"
    )
    fingerprint = models.CharField(max_length=64)
    sealed = models.BinaryField()  # empty once the answer is no longer kept
    at = models.DateTimeField()  # the hour

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex="^[0-9a-f]{64}$")
                & Q(fingerprint__regex="^[0-9a-f]{64}$"),
                name="kept_answer_is_named_by_digests",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="kept_answer_by_age")]
        triggers = [
            pgtrigger.Protect(
                name="kept_answer_is_only_emptied",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("octet_length(NEW.sealed) > 0"),
            ),
            pgtrigger.ReadOnly(
                name="kept_answer_stands", fields=["by", "digest", "fingerprint", "at"]
            ),
        ]

    def __str__(self) -> str:
        return f"answer of {self.at:%Y-%m-%d %H:%M}"
