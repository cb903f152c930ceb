"""Bundle: what was asked for, by whom, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from reports.identity import new_key, new_receipt
from verification.bundles.choices import Contents
from verification.bundles.states import BundleState


class Bundle(models.Model):
    """The evidence of one case in one file, for the one person who asked."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    code = models.CharField(max_length=16, unique=True, default=new_receipt)
    case = models.ForeignKey("verification.Case", on_delete=models.PROTECT, related_name="bundles")
    contents = models.CharField(max_length=10, choices=Contents.choices)
    why = models.CharField(max_length=500)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bundles_requested"
    )
    requested_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="bundles_answered",
    )
    answered_at = models.DateTimeField(null=True)
    built_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=16, choices=BundleState.choices, default=BundleState.REQUESTED
    )
    version = models.PositiveIntegerField(default=1)
    items = ArrayField(models.UUIDField(), default=list)  # of what it holds anything
    size = models.PositiveBigIntegerField(default=0)  # bytes
    sha256 = models.CharField(max_length=64, blank=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    stored_as = models.CharField(max_length=120, blank=True)  # '' once the bytes are destroyed

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("requested_by")),
                name="bundle_is_answered_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["bundle_requested", "bundle_revoked"])
                | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="bundle_has_its_answer",
            ),
            models.CheckConstraint(
                condition=~Q(state="bundle_ready")
                | Q(built_at__isnull=False, expires_at__gt=F("built_at")),
                name="bundle_ends_after_it_was_built",
            ),
        ]
        indexes = [GinIndex(fields=["items"], name="bundle_by_item")]

    def __str__(self) -> str:
        return self.code
