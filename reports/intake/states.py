"""States of a report and the moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.journal.actions import Moves


class ReportState(models.TextChoices):
    FILED = "filed", _("Filed, awaiting triage")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn by its author")


MOVES: Moves = {
    ReportState.FILED: frozenset(
        {ReportState.ACCEPTED, ReportState.REJECTED, ReportState.WITHDRAWN}
    ),
    ReportState.ACCEPTED: frozenset({ReportState.WITHDRAWN}),
    ReportState.REJECTED: frozenset({ReportState.FILED}),
    ReportState.WITHDRAWN: frozenset(),
}
