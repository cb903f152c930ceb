"""States of a question and the moves between them. A late answer is taken, and marked as late."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.journal.actions import Moves


class QuestionState(models.TextChoices):
    OPEN = "open", _("Waits for an answer")
    ANSWERED = "answered", _("Answered")
    WITHDRAWN = "withdrawn", _("Withdrawn by whoever asked")
    EXPIRED = "expired", _("Not answered in its time")


MOVES: Moves = {
    QuestionState.OPEN: frozenset(
        {QuestionState.ANSWERED, QuestionState.WITHDRAWN, QuestionState.EXPIRED}
    ),
    QuestionState.EXPIRED: frozenset({QuestionState.ANSWERED}),
    QuestionState.ANSWERED: frozenset(),
    QuestionState.WITHDRAWN: frozenset(),
}
