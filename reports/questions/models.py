"""Question (asked of a report's author) and Answer (given once, never changed)."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.identity import new_key
from reports.journal.models import append_only, no_truncate
from reports.questions.rules import WANTED
from reports.questions.states import QuestionState

ASKED_FIELDS = [
    *("id", "report", "number", "asked_by", "asker", "text", "wants", "follows"),
    *("asked_at", "due_at"),
]


class Asker(models.TextChoices):
    TRIAGE = "triage", _("Triage")
    PANEL = "panel", _("The panel")


class Question(models.Model):
    """One question about one report; a panel asks as a panel, whoever of it wrote it."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="questions")
    number = models.PositiveSmallIntegerField()  # on its report, from 1
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="questions_asked"
    )
    asker = models.CharField(max_length=10, choices=Asker.choices)
    text = models.TextField()
    wants = models.CharField(max_length=12, choices=list(WANTED.items()))
    follows = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()

    state = models.CharField(
        max_length=10, choices=QuestionState.choices, default=QuestionState.OPEN
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="question_number_is_unique"),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("asked_at")), name="question_is_due_after_it_was_asked"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="question_says_something"),
            models.CheckConstraint(
                condition=Q(follows=None) | ~Q(follows=F("id")),
                name="question_does_not_follow_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="open"), name="question_waiting")
        ]
        triggers = [
            pgtrigger.ReadOnly(name="question_is_immutable", fields=ASKED_FIELDS),
            pgtrigger.Protect(name="question_no_delete", operation=pgtrigger.Delete),
            no_truncate("question"),
        ]

    def __str__(self) -> str:
        return f"question {self.number}"


class Answer(models.Model):
    """What an author answered; it speaks for the report's own source and origin, no other."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    question = models.OneToOneField(Question, on_delete=models.PROTECT, related_name="answer")
    client_uuid = models.UUIDField(unique=True)
    text = models.TextField()
    language = models.CharField(max_length=8)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="answer_says_something")]
        triggers = append_only("answer")

    def __str__(self) -> str:
        return f"answer to {self.question_id}"
