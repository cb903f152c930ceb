"""States of an import and the moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.journal.actions import Moves


class ImportState(models.TextChoices):
    QUEUED = "queued", _("Waits for its turn")
    RUNNING = "running", _("Under way")
    SUCCEEDED = "succeeded", _("All rows are in")
    PARTIAL = "partial", _("Some rows are in")
    FAILED = "failed", _("No row is in")
    CANCELLED = "cancelled", _("Cancelled")


GOING = (ImportState.QUEUED, ImportState.RUNNING)
ENDS = frozenset({ImportState.SUCCEEDED, ImportState.PARTIAL, ImportState.FAILED})
MOVES: Moves = {
    ImportState.QUEUED: ENDS | {ImportState.RUNNING, ImportState.CANCELLED},
    ImportState.RUNNING: ENDS | {ImportState.CANCELLED},
    ImportState.SUCCEEDED: frozenset(),
    ImportState.PARTIAL: frozenset(),
    ImportState.FAILED: frozenset(),
    ImportState.CANCELLED: frozenset(),
}
