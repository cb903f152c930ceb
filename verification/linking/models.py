"""Refusal (not suggested again), Split (one incident made two), Tie (of one exchange)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from reports.identity import new_key


class Refusal(models.Model):
    """A suggestion somebody refused: of a report, or of another incident; undone, never removed."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    incident = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="refusals"
    )
    report = models.ForeignKey(
        "reports.Report", null=True, on_delete=models.PROTECT, related_name="refusals"
    )
    other = models.ForeignKey(
        "verification.Incident", null=True, on_delete=models.PROTECT, related_name="+"
    )
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    refused_at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(report=None, other__isnull=False, other__gt=F("incident"))
                | Q(report__isnull=False, other=None),
                name="refusal_is_of_a_report_or_an_incident",
            ),
            models.UniqueConstraint(
                fields=["report", "incident"],
                condition=Q(undone_at=None, report__isnull=False),
                name="link_is_refused_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["incident", "other"],
                condition=Q(undone_at=None, other__isnull=False),
                name="merge_is_refused_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"not {self.report_id or self.other_id} in {self.incident_id}"


class Split(models.Model):
    """Reports taken out of one incident into a new one; undone by putting them back."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    source = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="splits"
    )
    created = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="split_from"
    )
    ended_links = ArrayField(models.UUIDField())  # the links that the split ended
    split_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    split_at = models.DateTimeField()
    why = models.CharField(max_length=500)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["created"], name="incident_comes_from_one_split"),
            models.CheckConstraint(
                condition=~Q(source=F("created")), name="split_makes_another_incident"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.created_id} out of {self.source_id}"


class Tie(models.Model):
    """Two incidents of one exchange of fire or the like: apart, but told in one order."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    one = models.ForeignKey("verification.Incident", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("verification.Incident", on_delete=models.PROTECT, related_name="+")
    tied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    tied_at = models.DateTimeField()
    why = models.CharField(max_length=500)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(other__gt=F("one")), name="tie_is_of_two_incidents_in_order"
            ),
            models.UniqueConstraint(
                fields=["one", "other"],
                condition=Q(undone_at=None),
                name="incidents_are_tied_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} with {self.other_id}"
