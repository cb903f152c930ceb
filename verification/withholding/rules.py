"""Until when an incident is kept from the public. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

MOST_DAYS = 90  # of a delay, and of one embargo; a longer one has to be placed anew, with reasons
STATES = frozenset({"open", "under_review"})  # before anything about it was found in public


def midnight_after(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the local midnight at which `days` whole days have begun since an instant.

    Counted from when an incident was opened: counted from the act it would tell the act's day.
    """
    day = at.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, datetime.min.time(), tzinfo=zone)
