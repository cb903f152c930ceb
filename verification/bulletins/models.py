"""Bulletin (as drafted), its editions on paper, and its release; none of them is ever changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from reports.identity import new_key
from reports.journal.models import append_only


class Bulletin(models.Model):
    """One day of one agreement, as the record stood at the cut-off. Public once released."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=24, unique=True)
    day = models.DateField()  # in the agreement's own zone
    begins = models.DateTimeField()
    cut_off = models.DateTimeField()
    drafted_at = models.DateTimeField()
    content = models.JSONField()  # allow-listed, in codes; words come with the reader's language
    sha256 = models.CharField(max_length=64)  # of the content's canonical bytes

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"], name="bulletin_number_is_unique"
            ),
            models.UniqueConstraint(fields=["agreement", "day"], name="bulletin_day_is_unique"),
            models.CheckConstraint(
                condition=Q(cut_off__gt=F("begins")), name="bulletin_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(drafted_at__gte=F("cut_off")),
                name="bulletin_is_drafted_after_its_cut_off",
            ),
        ]
        triggers = append_only("bulletin")

    def __str__(self) -> str:
        return self.code


class Edition(models.Model):
    """A bulletin on paper in one language: the very bytes whose hash is logged."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="editions")
    language = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bulletin", "language"], name="edition_is_printed_once")
        ]
        triggers = append_only("edition")

    def __str__(self) -> str:
        return f"{self.bulletin_id} in {self.language}"


class Release(models.Model):
    """That a bulletin was made public, when and by whom."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    bulletin = models.OneToOneField(Bulletin, on_delete=models.PROTECT, related_name="release")
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField()

    class Meta:
        triggers = append_only("release")

    def __str__(self) -> str:
        return f"release of {self.bulletin_id}"
