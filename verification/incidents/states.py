"""States of an incident and the moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.journal.actions import Moves


class IncidentState(models.TextChoices):
    OPEN = "open", _("Open")
    UNDER_REVIEW = "under_review", _("Under review")
    DECIDED = "decided", _("Decided")
    REOPENED = "reopened", _("Reopened")
    MERGED = "merged", _("Merged into another incident")
    INADMISSIBLE = "inadmissible", _("Inadmissible")


MOVES: Moves = {
    IncidentState.OPEN: frozenset(
        {IncidentState.UNDER_REVIEW, IncidentState.MERGED, IncidentState.INADMISSIBLE}
    ),
    IncidentState.UNDER_REVIEW: frozenset({IncidentState.DECIDED}),
    IncidentState.DECIDED: frozenset({IncidentState.REOPENED}),
    IncidentState.REOPENED: frozenset({IncidentState.UNDER_REVIEW}),
    IncidentState.MERGED: frozenset({IncidentState.OPEN}),
    IncidentState.INADMISSIBLE: frozenset(),
}

# The case file is not closed: parties may answer, its facts follow its reports.
LIVING = frozenset({IncidentState.OPEN, IncidentState.UNDER_REVIEW, IncidentState.REOPENED})
# A decided file takes in what comes late: it changes no decision, but may be a ground to reopen.
RECEIVING = LIVING | {IncidentState.DECIDED}
