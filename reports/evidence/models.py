"""Item (a file as it came), Reading (what was read out of it); Vigil and Sweep watch over them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from reports.evidence.choices import Condition, EvidenceKind, Outcome, Sensitivity, TimeBasis
from reports.identity import new_key, new_receipt
from reports.journal.models import append_only


class Item(models.Model):
    """One file of one report. Its bytes lie in the evidence storage under `stored_as`.

    Append-only; erasing its report is the one thing that empties it.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    code = models.CharField(max_length=16, unique=True, default=new_receipt)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="items")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="items_added"
    )
    added_at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=EvidenceKind.choices)
    sensitivity = models.CharField(max_length=12, choices=Sensitivity.choices)
    caption = models.CharField(max_length=300, blank=True)
    # What is claimed of the item itself; where it is left out, the report's own claim stands.
    claimed_at = models.DateTimeField(null=True)
    claimed_lat = models.FloatField(null=True)
    claimed_lon = models.FloatField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)  # '' after erasure
    size = models.PositiveBigIntegerField()  # bytes
    detected = models.CharField(max_length=40)
    stored_as = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "sha256"],
                condition=~Q(sha256=""),
                name="evidence_item_is_on_a_report_once",
            ),
            models.CheckConstraint(
                condition=Q(claimed_lat=None, claimed_lon=None)
                | Q(
                    claimed_lat__isnull=False,
                    claimed_lon__isnull=False,
                    claimed_lat__range=(-90, 90),
                    claimed_lon__range=(-180, 180),
                ),
                name="evidence_item_claims_a_whole_position",
            ),
        ]
        triggers = append_only("item")

    def __str__(self) -> str:
        return self.code


class Reading(models.Model):
    """What was read out of an item, once; the copy that may be shown lies beside the original."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="reading")
    read_at = models.DateTimeField()
    reader = models.CharField(max_length=10)  # version of the program that read
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=20, blank=True)
    width = models.PositiveIntegerField(null=True)  # pixels
    height = models.PositiveIntegerField(null=True)
    embedded_at = models.DateTimeField(null=True)
    embedded_by = models.CharField(max_length=10, choices=TimeBasis.choices, blank=True)
    embedded_lat = models.FloatField(null=True)
    embedded_lon = models.FloatField(null=True)
    device = models.CharField(max_length=170, blank=True)
    software = models.CharField(max_length=80, blank=True)
    copy_sha256 = models.CharField(max_length=64, blank=True)
    pdq = models.BinaryField(null=True, max_length=32)
    pdq_quality = models.PositiveSmallIntegerField(null=True)
    # The hash in 16 words of 16 bits, each with its number in front: what is looked up by.
    words = ArrayField(models.IntegerField(), default=list)
    history = models.JSONField(default=dict)  # what a signed manifest says, if it has one (C2PA)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="copied") | Q(width__isnull=False, height__isnull=False),
                name="evidence_copy_has_its_size",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="unreadable") | ~Q(reason=""),
                name="evidence_unread_has_a_reason",
            ),
        ]
        indexes = [GinIndex(fields=["words"], name="reading_by_words")]
        triggers = append_only("reading")

    def __str__(self) -> str:
        return f"{self.outcome} at {self.read_at:%Y-%m-%d %H:%M}"


class Vigil(models.Model):
    """When an original was last read again, and whether it was still what was sealed."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="vigil")
    checked_at = models.DateTimeField()
    found = models.CharField(max_length=10, choices=Condition.choices)

    class Meta:
        indexes = [models.Index(fields=["checked_at"], name="vigil_oldest_first")]

    def __str__(self) -> str:
        return f"{self.found} at {self.checked_at:%Y-%m-%d %H:%M}"


class Sweep(models.Model):
    """When a part of the storage was last looked through for files that belong to no row."""

    slot = models.PositiveSmallIntegerField(primary_key=True)  # first byte of the files' hashes
    swept_at = models.DateTimeField()
    removed = models.PositiveIntegerField(default=0)  # files, since the beginning

    class Meta:
        indexes = [models.Index(fields=["swept_at"], name="sweep_oldest_first")]

    def __str__(self) -> str:
        return f"{self.slot:02x} at {self.swept_at:%Y-%m-%d %H:%M}"
