"""Pure rules of the clock: when each step is due, and whether it was taken in time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.agreement.rules import TimeLimits, limits_at

Limits = Sequence[tuple[datetime, TimeLimits]]


class Step(models.TextChoices):
    """What somebody is waited for; each counts from when they were told."""

    TRIAGE = "triage", _("Triage looks at a report")
    REPLY = "reply", _("The accused party answers")
    BALLOTS = "ballots", _("The panel seals its ballots")
    DECISION = "decision", _("The incident is decided")
    RECOMMENDATION = "recommendation", _("A recommendation is complied with")


# Silence is recorded on the notice itself, so its deadline leaves no second event.
TOLD = frozenset({Step.TRIAGE, Step.BALLOTS, Step.DECISION, Step.RECOMMENDATION})


@dataclass(frozen=True, slots=True)
class Clock:
    """One step that has begun: whom it waits for since when, until when, and when it was done."""

    step: Step
    subject_id: uuid.UUID
    file_id: uuid.UUID | None  # the incident it belongs to
    since: datetime
    due_at: datetime
    done_at: datetime | None = None
    party: str = ""  # code, where one party is waited for

    def is_running(self) -> bool:
        return self.done_at is None

    def is_missed(self, *, at: datetime) -> bool:
        """Answer whether the step was not taken by its deadline, as of an instant."""
        return self.due_at <= (self.done_at or at)


def triage_due(received_at: datetime, limits: Limits) -> datetime:
    """Return until when a report is looked at, from when it was received."""
    return received_at + limits_at(limits, received_at).triage


def decision_due(told_at: datetime, limits: Limits) -> datetime:
    """Return until when an incident is decided, from the first notice to an accused party."""
    return told_at + limits_at(limits, told_at).decision


def decision_counts_from(
    *, opened_at: datetime, notified_at: Sequence[datetime], reopened_at: datetime | None
) -> datetime:
    """Return when the clock of a decision starts.

    With the first notice to an accused party; where nobody is accused, when the incident was
    opened; after a reopening, anew with that.
    """
    return reopened_at or min(notified_at, default=opened_at)
