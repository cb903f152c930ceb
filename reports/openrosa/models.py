"""Phone, Submission and SentFile; SpentNonce keeps a challenge from being answered twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from reports.identity import new_key
from reports.journal.models import append_only


class Phone(models.Model):
    """One phone of one person that may fetch the form and send it, until it is removed.

    Of its token only a hash is kept, of its password what Digest needs, sealed with the site's key.
    Of its use the day alone: hours would tell when somebody was out.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="phones"
    )
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    label = models.CharField(max_length=60)
    name = models.CharField(max_length=20, unique=True)  # by which it answers a challenge
    hashed = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    added_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_on = models.DateField(null=True)
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label


class Submission(models.Model):
    """What a phone sent, byte for byte, and the report it became. Nothing tells which phone."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    instance_id = models.CharField(max_length=120)
    report = models.OneToOneField(
        "reports.Report", on_delete=models.PROTECT, related_name="submission"
    )
    form_version = models.CharField(max_length=20)
    raw = models.BinaryField()
    sha256 = models.CharField(max_length=64, blank=True)  # of `raw`; '' after erasure
    received_at = models.DateTimeField()
    named = models.JSONField(default=list)  # the files its XML speaks of
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "instance_id"], name="submission_of_an_instance_is_one"
            ),
            models.CheckConstraint(
                condition=Q(replaces=None) | ~Q(replaces=models.F("id")),
                name="submission_does_not_replace_itself",
            ),
        ]
        triggers = append_only("submission")

    def __str__(self) -> str:
        return self.instance_id


class SentFile(models.Model):
    """One file of a submission: sealed as evidence, or kept apart with the reason why."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField()  # bytes
    received_at = models.DateTimeField()
    item = models.ForeignKey("reports.Item", null=True, on_delete=models.PROTECT)
    apart = models.CharField(max_length=12, blank=True)  # why it is no evidence; '' where it is
    stored_as = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "name", "sha256"],
                condition=~Q(sha256=""),
                name="sent_file_is_kept_once",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=False, apart="") | (Q(item=None) & ~Q(apart="")),
                name="sent_file_is_evidence_or_apart",
            ),
        ]
        triggers = append_only("sent_file")

    def __str__(self) -> str:
        return self.name


class SpentNonce(models.Model):
    """One answer to a challenge that was taken, until the challenge is too old anyway."""

    digest = models.CharField(primary_key=True, max_length=64)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"until {self.expires_at:%Y-%m-%d %H:%M}"
