"""Notification, the preferences of its reader, and the mails that were sent."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.identity import new_key


class Notification(models.Model):
    """One thing one person is told, once per event. What may be seen then is asked again there."""

    # Random, not time-ordered: it stands in a form, and the minute of an event can name somebody.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications"
    )
    event = models.ForeignKey("reports.Event", on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey("reports.Agreement", null=True, on_delete=models.PROTECT)
    # The role under which the person was told ("" their own affair): shown while they hold it.
    as_role = models.CharField(max_length=20, blank=True)
    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=60, blank=True)  # of the page it leads to
    about = models.CharField(max_length=30, blank=True)  # a code the reader knows or may know
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "event"], name="person_is_told_once_of_an_event"
            )
        ]
        indexes = [
            models.Index(fields=["user", "-told_at"], name="notification_by_person"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} to {self.user_id}"


class Digest(models.TextChoices):
    """How often the counting mail is sent."""

    OFF = "off", _("Never")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week, on Monday")


class NotificationPreference(models.Model):
    """What a person wants to be told; without a row: everything, and no mail."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notification_preference"
    )
    digest = models.CharField(max_length=10, choices=Digest.choices, default=Digest.OFF)
    language = models.CharField(max_length=10, blank=True)  # of the mail
    muted = ArrayField(models.CharField(max_length=40), default=list)  # topics

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"


class DigestSent(models.Model):
    """That a person's mail of one day was handed over: never twice for a day."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="digest_is_sent_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day}"
