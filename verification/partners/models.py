"""Change: the last thing told of each public record; Endpoint and Delivery: who is sent word of it.

Change is derived, and a trigger marks what to look at.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.identity import new_key
from reports.journal.models import append_only
from reports.people.rules import FIELDS


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


class EndpointState(models.TextChoices):
    """Whether messages go out to an endpoint."""

    ACTIVE = "active", _("Messages are sent")
    PAUSED = "paused", _("Paused: messages wait")
    STOPPED = "stopped", _("Stopped: the receiver answered that it is gone")
    REMOVED = "removed", _("Removed")


class Endpoint(models.Model):
    """Where a partner wants to be told by machine, of what, and under which secret."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=500)
    topics = ArrayField(models.CharField(max_length=40))
    state = models.CharField(
        max_length=8, choices=EndpointState.choices, default=EndpointState.ACTIVE
    )
    secret = models.BinaryField(null=True)  # sealed (sealing.py); gone with the endpoint
    earlier_secret = models.BinaryField(null=True)  # still signs until then
    earlier_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "agreement", "url"],
                condition=~Q(state="removed"),
                name="endpoint_is_registered_once",
            ),
            models.CheckConstraint(
                condition=Q(state="removed", secret=None, earlier_secret=None)
                | (~Q(state="removed") & Q(secret__isnull=False)),
                name="endpoint_keeps_its_secret_while_it_stands",
            ),
            models.CheckConstraint(
                condition=Q(earlier_secret=None, earlier_until=None)
                | Q(earlier_secret__isnull=False, earlier_until__isnull=False),
                name="earlier_secret_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"endpoint of {self.owner_id}"


class DeliveryState(models.TextChoices):
    """How far a message came."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    GIVEN_UP = "given_up", _("Given up")


class Delivery(models.Model):
    """One message to one endpoint, once for each thing it tells; it carries no content."""

    # Random: it goes out, and the minute of an event can name somebody.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    key = models.CharField(max_length=80)
    topic = models.CharField(max_length=40)
    about = models.CharField(max_length=60)  # a public code, or a receipt of the owner's own
    queued_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    ends_at = models.DateTimeField()  # no try begins after it
    leased_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "key"], name="message_is_queued_once")
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="delivery_waiting"),
            models.Index(fields=["endpoint", "-queued_at"], name="delivery_by_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} to {self.endpoint_id}"


class Attempt(models.Model):
    """One try to deliver a message: when, what came of it; never what was answered."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12)
    status = models.PositiveSmallIntegerField(null=True)
    took_ms = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["delivery", "at"], name="attempt_by_delivery")]
        triggers = append_only("attempt")

    def __str__(self) -> str:
        return f"{self.outcome} at {self.at}"


class Pseudonyms(models.Model):
    """The secret of one partner, out of which their own ids of reports and sources are made.

    A partner is an organisation, or a person who belongs to none.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.OneToOneField(
        "reports.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    secret = models.BinaryField()  # sealed (sealing.py)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation=None, user__isnull=False)
                | Q(organisation__isnull=False, user=None),
                name="pseudonyms_are_of_one_partner",
            )
        ]

    def __str__(self) -> str:
        return f"ids of {self.organisation_id or self.user_id}"


class Disclosure(models.Model):
    """Which fields of reports a partner may see beyond the public, from when until when."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT, related_name="+")
    fields = ArrayField(models.CharField(max_length=20))
    why = models.CharField(max_length=300)
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agreement"],
                condition=Q(ended_at=None),
                name="disclosure_is_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(fields__contained_by=list(FIELDS)) & ~Q(fields=[]),
                name="disclosure_is_of_the_allow_list",
            ),
        ]

    def __str__(self) -> str:
        return f"to {self.user_id}: {', '.join(self.fields)}"
