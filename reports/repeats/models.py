"""KeptAnswer: what a machine's request was answered, sealed, until it is too old to come again."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from reports.identity import new_key


class KeptAnswer(models.Model):
    """One request that was done. The answer opens with the key it was sent with, and only so."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="kept_answers"
    )
    digest = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    sealed = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="kept_answer_is_one_per_key"),
            models.CheckConstraint(
                condition=Q(digest__regex="^[0-9a-f]{64}$")
                & Q(fingerprint__regex="^[0-9a-f]{64}$"),
                name="kept_answer_is_named_by_digests",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="kept_answer_by_age")]
        triggers = [
            pgtrigger.Protect(name="kept_answer_is_never_changed", operation=pgtrigger.Update)
        ]

    def __str__(self) -> str:
        return f"answer of {self.at:%Y-%m-%d %H:%M}"
