"""Fit, SourceReliability, Score: what was learned of all, and the advice on one; only added to."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from reports.identity import new_key
from reports.journal.models import append_only


class Fit(models.Model):
    """One fit of a whole mission. `inputs` holds all that was read, so it can be repeated."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    seed = models.PositiveIntegerField()
    engine_version = models.CharField(max_length=40)
    method = models.CharField(max_length=120)
    inputs = models.JSONField()  # {candidates, gold, incidents: {code: [input]}, presence}
    inputs_hash = models.CharField(max_length=64)
    # {code: {candidate: p}} of audited incidents, each from a fit that did not know its decision.
    held_out = models.JSONField(default=dict)
    n_incidents = models.PositiveIntegerField()
    n_statements = models.PositiveIntegerField()
    n_origins = models.PositiveIntegerField()
    seconds = models.FloatField()  # of the fit itself, wall clock

    class Meta:
        indexes = [models.Index(fields=["agreement", "-at", "-id"], name="fit_latest")]
        triggers = append_only("fit")

    def __str__(self) -> str:
        return f"{self.n_incidents} incidents at {self.at:%Y-%m-%d %H:%M}"


class SourceReliability(models.Model):
    """What one fit learned of one source (as aligned then), or of a group: `source` is ''."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    fit = models.ForeignKey(Fit, on_delete=models.PROTECT, related_name="reliabilities")
    source = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=200)  # empty: a person, never named
    group = models.CharField(max_length=40, db_column="group_key")
    n_statements = models.PositiveIntegerField()
    parameters = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fit", "source", "group"], name="reliability_once_per_fit_and_source"
            )
        ]
        triggers = append_only("source_reliability")

    def __str__(self) -> str:
        return self.label


class Score(models.Model):
    """A posterior over {each party, other, none}. `inputs` holds all that was read."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    incident = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="scores"
    )
    at = models.DateTimeField()
    # The fit it rests on; empty before the first. refitted: this very fit gave the answer, else
    # the fit's inputs with this incident's own as they are here.
    fit = models.ForeignKey(Fit, null=True, on_delete=models.PROTECT, related_name="scores")
    refitted = models.BooleanField(default=False)
    p = models.JSONField()  # {candidate: probability}
    p_without_aligned = models.JSONField()
    baseline = models.JSONField(default=dict)  # the majority vote: {method, p, p_without_aligned}
    contributions = models.JSONField()  # [{origin, labels, groups, nats: {candidate: number}, ...}]
    parts = models.JSONField(default=list)  # [{kind: prior | silence | blend, group, nats}]
    flip = models.JSONField(default=dict)  # {leader, rival, prior_odds, origins}
    inputs = models.JSONField()
    presence = models.JSONField(default=list)  # groups whose watch covered the place and time
    inputs_hash = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=40)
    method = models.CharField(max_length=120)
    n_origins = models.PositiveIntegerField()
    n_statements = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["incident", "-at", "-id"], name="score_latest")]
        triggers = append_only("score")

    def __str__(self) -> str:
        return f"{self.method} at {self.at:%Y-%m-%d %H:%M}"
