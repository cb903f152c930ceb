"""Change: the last thing told of each public record. Derived; a trigger marks what to look at."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Told(models.TextChoices):
    """What kind of public record a change is of."""

    INCIDENT = "incident", _("Incident")
    FINDING = "finding", _("Finding")
    CORRECTION = "correction", _("Correction")
    RECOMMENDATION = "recommendation", _("Recommendation")
    BULLETIN = "bulletin", _("Bulletin")
    STANDINGS = "standings", _("Standings")


class Step(models.TextChoices):
    """What became of it for whoever reads in public."""

    ADDED = "added", _("Added")
    CHANGED = "changed", _("Changed")
    REMOVED = "removed", _("No longer shown")


class Change(models.Model):
    """The latest change of one public record, at a position that one hand alone gives out.

    A record that changes again moves on to a new position: a reader who comes later is told once.
    """

    position = models.BigIntegerField()
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=16, choices=Told.choices)
    code = models.CharField(max_length=60)
    step = models.CharField(max_length=8, choices=Step.choices)
    incident_id = models.UUIDField(null=True)  # the file it belongs to, so that it can be withheld
    told_at = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True)  # of the row it was told from

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["what", "code"], name="change_is_the_last_of_its_kind"),
            models.UniqueConstraint(fields=["position"], name="change_has_its_own_position"),
        ]
        indexes = [
            models.Index(fields=["agreement", "position"], name="change_in_order"),
            models.Index(fields=["incident_id"], name="change_by_incident"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.what} {self.code} {self.step}"


class UntoldRow(models.Model):
    """The mark that a public row changed since it was told of; written by a trigger."""

    incident_id = models.UUIDField()
    agreement_id = models.UUIDField()
    code = models.CharField(max_length=20)

    class Meta:
        indexes = [models.Index(fields=["incident_id"], name="untold_row_by_incident")]

    def __str__(self) -> str:
        return self.code


class FeedState(models.Model):
    """The one row that says how far the log was told, and which position was given out last."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    leaves = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="feed_is_one")]

    def __str__(self) -> str:
        return f"{self.position} at {self.leaves}"
