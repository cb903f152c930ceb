"""Statement (a counted yes, no or cannot say) and PartyPosition (the accused's answer)."""

from __future__ import annotations

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from reports.identity import new_key
from reports.journal.models import append_only
from verification.corroboration import choices
from verification.corroboration.rules import MOST_EXTRA_DAYS
from verification.corroboration.states import PositionState


def _in_order(name: str) -> Q:
    """Return the condition that a range with open ends runs from least to most."""
    least, best, most = f"{name}_least", name, f"{name}_most"
    pairs = ((least, best), (best, most), (least, most))
    found = Q()
    for low, high in pairs:
        found &= Q(**{low: None}) | Q(**{high: None}) | Q(**{f"{low}__lte": F(high)})
    return found


class Statement(models.Model):
    """One source's answer to one question about an incident; a later one replaces an earlier."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    incident = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="statements"
    )
    source = models.ForeignKey("reports.Source", on_delete=models.PROTECT)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="statements_given"
    )
    given_at = models.DateTimeField()
    question = models.CharField(max_length=10, choices=choices.Question.choices)
    party = models.ForeignKey("reports.Party", null=True, on_delete=models.PROTECT)
    says = models.CharField(max_length=12, choices=choices.Says.choices)
    basis = models.CharField(max_length=20, choices=choices.Basis.choices)
    origin = models.ForeignKey("reports.Origin", on_delete=models.PROTECT)
    note = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(question="actor", party__isnull=False)
                | Q(question="occurred", party=None),
                name="statement_on_actor_names_a_party",
            )
        ]
        indexes = [models.Index(fields=["incident", "given_at"], name="statement_by_incident")]
        triggers = append_only("statement")

    def __str__(self) -> str:
        return f"{self.says} {self.question}"


class PartyPosition(models.Model):
    """What an accused party answers, or that it stayed silent; the clock records silence."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    incident = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="positions"
    )
    party = models.ForeignKey("reports.Party", on_delete=models.PROTECT)
    hearing = models.PositiveSmallIntegerField(default=1)  # from 2: after a reopening
    notified_at = models.DateTimeField()
    due_at = models.DateTimeField()
    position = models.CharField(max_length=16, choices=choices.Position.choices, blank=True)
    reason_code = models.CharField(
        max_length=30, choices=choices.PositionReason.choices, blank=True
    )
    text = models.TextField(blank=True)
    conceded_killed_least = models.PositiveIntegerField(null=True)
    conceded_killed = models.PositiveIntegerField(null=True)  # the party's best figure
    conceded_killed_most = models.PositiveIntegerField(null=True)
    conceded_injured_least = models.PositiveIntegerField(null=True)
    conceded_injured = models.PositiveIntegerField(null=True)
    conceded_injured_most = models.PositiveIntegerField(null=True)
    documents = models.JSONField(default=list)  # [{url, description}]
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)
    first_due_at = models.DateTimeField(null=True)  # the deadline that an extension replaced
    extended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    extended_at = models.DateTimeField(null=True)
    extension_reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(
        max_length=10, choices=PositionState.choices, default=PositionState.AWAITED
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "party", "hearing"], name="party_is_asked_once_in_a_hearing"
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("notified_at")), name="position_is_due_after_notice"
            ),
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False) & ~Q(position="")
                | ~Q(state="answered") & Q(answered_at=None, position=""),
                name="position_answered_says_something",
            ),
            models.CheckConstraint(
                condition=~Q(state="lapsed") | Q(lapsed_at__gte=F("due_at")),
                name="position_lapses_only_after_its_deadline",
            ),
            models.CheckConstraint(
                condition=_in_order("conceded_killed") & _in_order("conceded_injured"),
                name="position_tolls_are_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    first_due_at=None, extended_at=None, extended_by=None, extension_reason=""
                )
                | Q(
                    first_due_at__isnull=False,
                    extended_at__lt=F("first_due_at"),
                    extended_by__isnull=False,
                )
                & ~Q(extension_reason=""),
                name="position_extended_in_time_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(first_due_at=None)
                | Q(
                    due_at__gt=F("first_due_at"),
                    due_at__lte=F("first_due_at") + timedelta(days=MOST_EXTRA_DAYS),
                ),
                name="position_extension_is_bounded",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state="awaited"), name="position_awaited_by_deadline"
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="position_extended_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__first_due_at__isnull=False)
                & (
                    pgtrigger.Q(old__first_due_at__df=pgtrigger.F("new__first_due_at"))
                    | pgtrigger.Q(old__due_at__df=pgtrigger.F("new__due_at"))
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.party_id} on {self.incident_id}"
