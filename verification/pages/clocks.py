"""The clocks of a case as pages draw them: what is waited for, since when, until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from verification.caseload.rules import Clock, Step


def clock_rows(
    clocks: Iterable[Clock], *, parties: Mapping[str, Any], at: datetime
) -> list[dict[str, Any]]:
    """Return clocks in the order of the river, each with whether it runs and whether it is late."""
    order = {step: number for number, step in enumerate(Step)}
    return [
        {
            "step": str(Step(clock.step).label),
            "party": parties.get(clock.party),
            "since": clock.since,
            "due_at": clock.due_at,
            "done_at": clock.done_at,
            "late": clock.is_missed(at=at),
        }
        for clock in sorted(clocks, key=lambda one: (order[one.step], one.party, one.due_at))
    ]
