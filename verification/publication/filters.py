"""Which incidents a reader asked for. Pure.

A filter looks only at what is public: one on anything finer would answer questions that the page
itself refuses (was it at that minute, at that point?).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from verification.publication.shapes import WITHHELD

UNDECIDED = "undecided"  # a group of classes: everything still to be decided
DECIDED = "decided"  # a group of classes: everything a panel decided
UNDECIDED_STATES = frozenset({"open", "under_review", "reopened"})
SILENT, AWAITED = "silent", "awaited"


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """A reader's question; '' or None asks for all.

    `since` and `until` are days in the agreement's zone, both included. `reply` is a party's code
    and its answer ("ARM-denies"), `area` a place's key or an area's. `counted` leaves out
    what the standings leave out.
    """

    act: str = ""
    accused: str = ""
    found: str = ""
    severity: str = ""
    category: str = ""
    shape: str = ""
    reply: str = ""
    area: str = ""
    since: date | None = None
    until: date | None = None
    counted: bool = False

    def __bool__(self) -> bool:
        return self != IncidentFilter()

    def matches(self, incident: Any, zone: ZoneInfo) -> bool:
        """Answer whether a public incident is asked for."""
        return (
            incident.shape != WITHHELD
            and self.act in ("", incident.act)
            and (not self.accused or self.accused in _codes(incident.accused))
            and (not self.found or self.found in _codes(incident.attributed))
            and self.severity in ("", incident.severity)
            and self._has_category(incident)
            and self.shape in ("", incident.shape)
            and self.area in ("", incident.area)
            and (
                not self.reply or self.reply in {f"{who}-{what}" for who, what in incident.replies}
            )
            and (not self.counted or incident.is_counted)
            and self._has_days(incident.window_from, incident.window_until, zone)
        )

    def _has_category(self, incident: Any) -> bool:
        if self.category == UNDECIDED:
            return incident.state in UNDECIDED_STATES
        if self.category == DECIDED:
            return bool(incident.state == "decided")
        return self.category in ("", incident.category)

    def _has_days(self, begins: datetime, ends: datetime, zone: ZoneInfo) -> bool:
        if self.since is not None and ends <= datetime.combine(
            self.since, datetime.min.time(), tzinfo=zone
        ):
            return False
        return self.until is None or begins.astimezone(zone).date() <= self.until


def _codes(parties: Any) -> set[str]:
    return {party.code for party in parties}
