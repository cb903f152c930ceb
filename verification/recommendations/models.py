"""Recommendation, what was said at each of its moves, and the evidence given with it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from reports.identity import new_key
from reports.journal.models import append_only
from verification.recommendations.states import RecommendationState


class Recommendation(models.Model):
    """What the mechanism recommends a party to do, by when, on the ground of a decision."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    code = models.CharField(max_length=30, unique=True)  # NK20-0042-R1
    incident = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="recommendations"
    )
    decision = models.ForeignKey(
        "verification.Decision", on_delete=models.PROTECT, related_name="recommendations"
    )
    party = models.ForeignKey("reports.Party", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(
        max_length=24, choices=RecommendationState.choices, default=RecommendationState.ISSUED
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at__gt=F("issued_at")), name="recommendation_is_due_after_issue"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="recommendation_says_something"),
        ]
        indexes = [models.Index(fields=["party", "state"], name="recommendation_by_party")]

    def __str__(self) -> str:
        return self.code


class RecommendationNote(models.Model):
    """What was said when a recommendation moved; published word for word, never changed."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, related_name="notes"
    )
    to_state = models.CharField(max_length=24, choices=RecommendationState.choices)
    by_party = models.BooleanField()  # else the mechanism
    text = models.TextField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField()

    class Meta:
        triggers = append_only("recommendation_note")

    def __str__(self) -> str:
        return f"{self.to_state} on {self.recommendation_id}"


class ComplianceEvidence(models.Model):
    """One thing pointed to: a report on file, an incident, or a published page."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    note = models.ForeignKey(RecommendationNote, on_delete=models.PROTECT, related_name="evidence")
    report = models.ForeignKey(
        "reports.Report", null=True, on_delete=models.PROTECT, related_name="+"
    )
    incident = models.ForeignKey(
        "verification.Incident", null=True, on_delete=models.PROTECT, related_name="+"
    )
    url = models.URLField(max_length=1000, blank=True)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(report__isnull=False, incident=None, url="")
                | Q(report=None, incident__isnull=False, url="")
                | Q(report=None, incident=None) & ~Q(url=""),
                name="compliance_evidence_points_to_one_thing",
            )
        ]
        triggers = append_only("compliance_evidence")

    def __str__(self) -> str:
        return f"evidence of {self.note_id}"
