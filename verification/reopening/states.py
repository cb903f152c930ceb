"""States of a request to reopen, and the moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.journal.actions import Moves


class ReopeningState(models.TextChoices):
    ASKED = "asked", _("Awaiting the chair’s answer")
    PROPOSED = "proposed", _("Answer proposed, awaiting a second person")
    ADMITTED = "admitted", _("Admitted: the case was reopened")
    REFUSED = "refused", _("Refused")
    JOINED = "joined", _("Joined to another request that was admitted")
    WITHDRAWN = "withdrawn", _("Withdrawn by who asked")


_ENDS = frozenset(
    {
        ReopeningState.ADMITTED,
        ReopeningState.REFUSED,
        ReopeningState.JOINED,
        ReopeningState.WITHDRAWN,
    }
)
MOVES: Moves = {
    ReopeningState.ASKED: _ENDS | {ReopeningState.PROPOSED},
    ReopeningState.PROPOSED: _ENDS | {ReopeningState.ASKED},
    ReopeningState.ADMITTED: frozenset(),
    ReopeningState.REFUSED: frozenset(),
    ReopeningState.JOINED: frozenset(),
    ReopeningState.WITHDRAWN: frozenset(),
}
WAITING = frozenset({ReopeningState.ASKED, ReopeningState.PROPOSED})
