"""Event (what was done) and Job (what has to follow)."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from reports.identity import new_key
from reports.journal.kinds import Kind


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Return the triggers which make a table refuse UPDATE, DELETE and TRUNCATE."""
    return [
        pgtrigger.Protect(name=f"{name}_no_update", operation=pgtrigger.Update),
        pgtrigger.Protect(name=f"{name}_no_delete", operation=pgtrigger.Delete),
        no_truncate(name),
    ]


def no_truncate(name: str) -> pgtrigger.Trigger:
    """Return the trigger which makes a table refuse to be emptied at one stroke."""
    return pgtrigger.Trigger(
        name=f"{name}_no_truncate",
        operation=pgtrigger.Truncate,
        when=pgtrigger.Before,
        level=pgtrigger.Statement,
        func="RAISE EXCEPTION 'pgtrigger: this table is append-only';",
    )


def checked_at_commit(
    name: str, call: str, operation: pgtrigger.Operation
) -> list[pgtrigger.Trigger]:
    """Return the trigger that calls a check of ours as a transaction that wrote a row ends."""
    return [
        pgtrigger.Trigger(
            name=name,
            when=pgtrigger.After,
            operation=operation,
            timing=pgtrigger.Deferred,
            func=f"PERFORM {call}; RETURN NULL;",
        )
    ]


class Event(models.Model):
    """One thing that was done, by whom, when; never changed, never removed."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    kind = models.CharField(max_length=40, choices=Kind.choices)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    # The case file (incident) this belongs to, so that its history is one indexed read.
    file_id = models.UUIDField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    acting_as = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    payload = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "at"], name="event_by_subject"),
            models.Index(fields=["file_id", "at"], name="event_by_file"),
            models.Index(fields=["kind", "at"], name="event_by_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[str(value) for value in Kind.values]),
                name="event_kind_is_known",
            )
        ]
        triggers = append_only("event")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind}"


class Unlogged(models.Model):
    """Stands for as long as the log has not taken the event in; made with it, never later."""

    event = models.OneToOneField(
        Event, primary_key=True, on_delete=models.PROTECT, related_name="unlogged"
    )

    def __str__(self) -> str:
        return str(self.event_id)


class Lane(models.IntegerChoices):
    """Whose work goes first: no flood from outside may delay the house’s own people."""

    HOUSE = 0, "house"
    OPEN_DOOR = 1, "open door"


class Job(models.Model):
    """One follow-up of one event; done once, or visibly in quarantine, never dropped."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="jobs")
    handler = models.CharField(max_length=60)
    # What came through the open door waits until all else is done; see Lane.
    lane = models.PositiveSmallIntegerField(default=Lane.HOUSE, choices=Lane.choices)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    not_before = models.DateTimeField(db_default=Now())
    leased_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    quarantined_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="job_once_per_handler"),
            models.CheckConstraint(
                condition=~models.Q(done_at__isnull=False, quarantined_at__isnull=False),
                name="job_is_not_done_and_quarantined",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "not_before", "id"],
                condition=models.Q(done_at=None, quarantined_at=None),
                name="job_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.handler} for {self.event_id}"
