"""States of a case and the moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.journal.actions import Moves


class CaseState(models.TextChoices):
    BALLOTING = "balloting", _("Ballots open")
    DECIDED = "decided", _("Decided")


MOVES: Moves = {
    CaseState.BALLOTING: frozenset({CaseState.DECIDED}),
    CaseState.DECIDED: frozenset(),
}
