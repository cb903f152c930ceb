"""Incident, Link (report to incident), Merge (incident into incident, undoable)."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q

from reports.identity import new_key
from reports.journal.models import checked_at_commit
from verification.incidents.states import IncidentState


class Incident(models.Model):
    """One real-world event, as far as its linked reports tell. Lengths in metres."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    code = models.CharField(max_length=20, unique=True)
    act = models.ForeignKey("reports.ActKind", on_delete=models.PROTECT)
    window_from = models.DateTimeField()
    window_until = models.DateTimeField()
    time_precision = models.CharField(max_length=12)
    place = models.ForeignKey("reports.Place", null=True, on_delete=models.PROTECT)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    radius_m = models.FloatField(null=True)
    admissibility = models.CharField(max_length=12)  # admissible | inadmissible | unclear
    admissibility_reasons = models.JSONField(default=list)  # codes of intake.rules.REASON_TEXTS
    ruling = models.TextField(blank=True)  # why it was ruled inadmissible
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="absorbed"
    )
    opened_at = models.DateTimeField()
    # How often the accused are heard: once, and once more each time the case is reopened.
    hearing = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(
        max_length=14, choices=IncidentState.choices, default=IncidentState.OPEN
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(window_until__gt=F("window_from")),
                name="incident_window_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into=None)),
                name="incident_merged_names_the_other",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="incident_is_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=~Q(state="inadmissible") | ~Q(ruling=""),
                name="incident_inadmissible_has_a_ruling",
            ),
        ]
        indexes = [
            models.Index(fields=["agreement", "state", "-opened_at"], name="incident_by_state"),
            models.Index(fields=["agreement", "window_from"], name="incident_by_time"),
            models.Index(fields=["agreement", "lat", "lon"], name="incident_by_place"),
            # What linking/near.py asks: windows and points together, of what still takes reports.
            GistIndex(
                Func("window_from", "window_until", function="tstzrange"),
                Func("lon", "lat", function="point"),
                condition=Q(state__in=["open", "under_review", "reopened"]),
                name="incident_living_near",
            ),
        ]
        triggers = checked_at_commit(
            "incident_life_holds",
            "verification_check_case_life(NEW.id)",
            pgtrigger.UpdateOf("state", "merged_into_id"),
        )

    def __str__(self) -> str:
        return self.code


class Link(models.Model):
    """A report's membership in an incident; ended, never removed."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="links")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="links")
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    linked_at = models.DateTimeField()
    why = models.CharField(max_length=500)
    unlinked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    unlinked_at = models.DateTimeField(null=True)
    unlink_why = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "incident"],
                condition=Q(unlinked_at=None),
                name="report_is_linked_once_to_an_incident",
            )
        ]
        indexes = [
            models.Index(
                fields=["incident"], condition=Q(unlinked_at=None), name="link_active_of_incident"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} in {self.incident_id}"


class Merge(models.Model):
    """One incident absorbed by another; undone by setting `undone_at`."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    kept = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="merges_in")
    absorbed = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="merges_out")
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    merged_at = models.DateTimeField()
    why = models.CharField(max_length=500)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"],
                condition=Q(undone_at=None),
                name="incident_is_absorbed_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.absorbed_id} into {self.kept_id}"
