"""Upload: a file of which a part has come. It is no record, and goes once it is whole or late."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from reports.evidence.choices import EvidenceKind, Sensitivity
from reports.identity import new_key


class Upload(models.Model):
    """What is coming, and what is said of it. How much came is told by the staged file alone."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads"
    )
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="uploads")
    length = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64, blank=True)  # as declared; '' where it was not
    kind = models.CharField(max_length=20, choices=EvidenceKind.choices, blank=True)
    sensitivity = models.CharField(max_length=12, choices=Sensitivity.choices)
    caption = models.CharField(max_length=300, blank=True)
    claimed_at = models.DateTimeField(null=True)
    claimed_lat = models.FloatField(null=True)
    claimed_lon = models.FloatField(null=True)
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Set in the transaction that seals the file, so that whoever asks again is told its code.
    item = models.ForeignKey(
        "reports.Item", on_delete=models.PROTECT, null=True, related_name="uploads"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["by", "report", "sha256"],
                condition=~Q(sha256="") & Q(item=None),
                name="upload_of_a_file_is_begun_once",
            ),
            models.CheckConstraint(condition=Q(length__gt=0), name="upload_has_a_length"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("started_at")), name="upload_expires_after_it_began"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="upload_by_expiry")]

    def __str__(self) -> str:
        return f"{self.length} bytes since {self.started_at:%Y-%m-%d %H:%M}"
