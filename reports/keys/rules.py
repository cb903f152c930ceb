"""Pure questions about quotas: which lane a request is in, how much it holds, what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_LIFETIME = timedelta(minutes=10)


class QuotaLane(models.TextChoices):
    """What is counted apart, so that reading much never keeps somebody from filing."""

    READ = "read", _("Reading")
    WRITE = "write", _("Filing and changing")
    TOKEN = "token", _("Asking for tokens")


class Span(models.TextChoices):
    """For how long a count runs; it begins with the full minute or day (UTC)."""

    MINUTE = "minute", _("Minute")
    DAY = "day", _("Day")


SECONDS: Mapping[str, int] = {Span.MINUTE: 60, Span.DAY: 86_400}
# Requests of one person, by all their keys and tokens together.
QUOTAS: Mapping[tuple[str, str], int] = {
    (QuotaLane.READ, Span.MINUTE): 600,
    (QuotaLane.READ, Span.DAY): 200_000,
    (QuotaLane.WRITE, Span.MINUTE): 300,
    (QuotaLane.WRITE, Span.DAY): 50_000,
    (QuotaLane.TOKEN, Span.MINUTE): 30,
    (QuotaLane.TOKEN, Span.DAY): 5_000,
}
MOST = 10_000_000  # of any quota


@dataclass(frozen=True, slots=True)
class Spent:
    """One count after a request: of which policy, how much it holds and how much was used."""

    lane: str
    span: str
    quota: int
    used: int
    left_s: int  # seconds until the count begins anew

    @property
    def policy(self) -> str:
        """Return the policy's name, as the headers and a refusal give it."""
        return f"{self.lane}-{self.span}"

    @property
    def over(self) -> bool:
        """Answer whether this request was one too many."""
        return self.used > self.quota


def lane_of(method: str) -> QuotaLane:
    """Return the lane of a request."""
    return QuotaLane.READ if method in SAFE else QuotaLane.WRITE


def began(span: str, at: datetime) -> datetime:
    """Return when the running count of a span began."""
    if span == Span.MINUTE:
        return at.replace(second=0, microsecond=0)
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def left_of(span: str, at: datetime) -> int:
    """Return the seconds until the count of a span begins anew, at least one."""
    ends = began(span, at) + timedelta(seconds=SECONDS[span])
    return max(1, -int((at - ends).total_seconds() // 1))
