"""States of a party's position on an incident."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.journal.actions import Moves


class PositionState(models.TextChoices):
    AWAITED = "awaited", _("Awaiting the party’s answer")
    ANSWERED = "answered", _("Answered")
    LAPSED = "lapsed", _("Silent after the deadline")


MOVES: Moves = {
    PositionState.AWAITED: frozenset({PositionState.ANSWERED, PositionState.LAPSED}),
    PositionState.LAPSED: frozenset({PositionState.ANSWERED}),  # a late answer is still heard
    PositionState.ANSWERED: frozenset(),
}
HEARD = frozenset({PositionState.ANSWERED, PositionState.LAPSED})
