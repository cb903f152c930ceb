"""Reopening: a dated request, on one ground, that a decision be looked at again."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from reports.identity import new_key
from reports.journal.models import no_truncate
from verification.reopening.choices import Asker, Ground, Proposal
from verification.reopening.states import WAITING, ReopeningState

WAITS = [str(state) for state in sorted(WAITING)]
ANSWERED = ["admitted", "refused"]
ASKED_FIELDS = (
    *("id", "incident", "decision", "number", "ground", "asker", "asked_by", "party", "text"),
    *("report", "statement", "asked_at", "first_decider"),
)


class Reopening(models.Model):
    """One request: what was asked never changes, only how it was answered is added."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    incident = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="reopenings"
    )
    decision = models.ForeignKey(
        "verification.Decision", on_delete=models.PROTECT, related_name="reopenings"
    )
    number = models.PositiveSmallIntegerField()
    ground = models.CharField(max_length=20, choices=Ground.choices)
    asker = models.CharField(max_length=10, choices=Asker.choices)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    party = models.ForeignKey("reports.Party", null=True, on_delete=models.PROTECT)
    text = models.TextField()
    # What set off the rule (a report or a statement that came after the decision), or the report
    # that triage says belongs elsewhere.
    report = models.ForeignKey("reports.Report", null=True, on_delete=models.PROTECT)
    statement = models.ForeignKey("verification.Statement", null=True, on_delete=models.PROTECT)
    asked_at = models.DateTimeField()
    # Kept here so that the database itself can refuse their answer.
    first_decider = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposal = models.CharField(max_length=10, choices=Proposal.choices, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=10, choices=ReopeningState.choices, default=ReopeningState.ASKED
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "number"], name="reopening_number_is_unique"
            ),
            models.UniqueConstraint(
                fields=["decision", "asked_by"],
                condition=Q(state__in=WAITS),
                name="reopening_is_asked_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["decision", "report"], name="reopening_is_flagged_once_for_a_report"
            ),
            models.UniqueConstraint(
                fields=["decision", "statement"], name="reopening_is_flagged_once_for_a_statement"
            ),
            models.UniqueConstraint(
                fields=["decision"],
                condition=Q(state="admitted"),
                name="decision_is_reopened_once",
            ),
            models.CheckConstraint(
                condition=Q(asker="rule", asked_by=None, party=None)
                & (Q(report__isnull=False) | Q(statement__isnull=False))
                | Q(asker="triage", asked_by__isnull=False, party=None)
                & Q(report__isnull=False, ground="wrong_report")
                | Q(asker="reviewer", asked_by__isnull=False, party=None)
                | Q(asker="party", asked_by__isnull=False, party__isnull=False),
                name="reopening_says_who_asked",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="reopening_gives_its_reasons"),
            models.CheckConstraint(
                condition=Q(state__in=ANSWERED, answered_at__isnull=False)
                & Q(answered_by__isnull=False)
                & ~Q(reason="")
                | ~Q(state__in=ANSWERED) & Q(answered_by=None, answered_at=None),
                name="reopening_answer_is_dated_and_reasoned",
            ),
            models.CheckConstraint(
                condition=~Q(answered_by=F("first_decider"))
                & ~Q(answered_by=F("asked_by"))
                & ~Q(answered_by=F("proposed_by")),
                name="reopening_is_not_answered_in_own_cause",
            ),
            models.CheckConstraint(
                condition=~Q(state="proposed")
                | Q(proposed_by__isnull=False, proposed_at__isnull=False) & ~Q(proposal=""),
                name="reopening_proposal_has_its_author",
            ),
        ]
        indexes = [models.Index(fields=["incident", "asked_at"], name="reopening_by_incident")]
        triggers = [
            pgtrigger.ReadOnly(name="reopening_asked_is_kept", fields=list(ASKED_FIELDS)),
            pgtrigger.Protect(name="reopening_no_delete", operation=pgtrigger.Delete),
            no_truncate("reopening"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} reopening {self.number}"
