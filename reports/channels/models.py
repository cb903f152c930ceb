"""Sender (whose number or mailbox it is), Message (what came), Handling (what became of it)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.identity import new_key
from reports.journal.models import append_only


class Line(models.TextChoices):
    """How a message came."""

    SMS = "sms", _("Text message")
    GATEWAY = "gateway", _("Message gateway")
    MAIL = "mail", _("E-mail")


class Sender(models.Model):
    """A number or a mailbox of a monitor, by its keyed hash alone, and the hash of a code word."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="senders"
    )
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    mailbox = models.BooleanField(default=False)
    hashed = models.CharField(max_length=64)
    code = models.CharField(max_length=64, blank=True)
    allowed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    wrong_on = models.DateField(null=True)  # the last day a wrong code word came
    wrong_codes = models.PositiveSmallIntegerField(default=0)  # on that day

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hashed"], condition=Q(removed_at=None), name="sender_is_of_one_person"
            )
        ]

    def __str__(self) -> str:
        return "mailbox" if self.mailbox else "number"


class Message(models.Model):
    """One message as it came. No number and no address: only whether its sender is known."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    line = models.CharField(max_length=10, choices=Line.choices)
    known = models.BooleanField()
    digest = models.CharField(max_length=64, unique=True)  # keyed, of sender, words and time
    text = models.TextField(blank=True)
    raw = models.BinaryField()  # what came, without who sent it and the word that may be a code
    # Of the bytes as they came; keyed where one of their words may be a code word.
    sha256 = models.CharField(max_length=64, blank=True)
    dkim = models.CharField(max_length=10, blank=True)  # what our mail server found of a mail
    stored_as = models.CharField(max_length=120, blank=True)  # of a mail: its sealed bytes
    received_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)  # when the sender's side says it was sent
    report = models.OneToOneField(
        "reports.Report", null=True, on_delete=models.PROTECT, related_name="message"
    )

    class Meta:
        indexes = [models.Index(fields=["agreement", "received_at"], name="message_by_time")]
        triggers = append_only("message")

    def __str__(self) -> str:
        return f"{self.line} {self.received_at:%Y-%m-%d}"


class Handling(models.Model):
    """What a person made of a message: a report they filed from it, or nothing, and why."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="handling")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    report = models.ForeignKey("reports.Report", null=True, on_delete=models.PROTECT)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(report__isnull=False) | ~Q(why=""),
                name="handling_names_a_report_or_a_reason",
            )
        ]
        triggers = append_only("handling")

    def __str__(self) -> str:
        return f"of {self.message_id}"
