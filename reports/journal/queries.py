"""Reads of the journal: an incident's history, and the state of the pending work."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from django.db.models import Count, Min, Q, QuerySet

from reports.journal.kinds import PUBLIC_KINDS, Kind
from reports.journal.models import Event, Job
from reports.once import seen_once


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of a history: what was done, when, in which role; never a name."""

    at: datetime
    recorded_at: datetime
    kind: str
    label: str
    acting_as: str
    note: str
    precision: str = "minute"  # "day" where the hour might tell who it was


@dataclass(frozen=True, slots=True)
class Backlog:
    """The pending work: jobs waiting, the oldest of them, and jobs in quarantine."""

    waiting: int
    oldest: datetime | None
    quarantined: int


@dataclass(frozen=True, slots=True)
class QuarantinedJob:
    """A follow-up that failed too often and waits for a person; never its error's text."""

    handler: str
    kind: str
    attempts: int
    quarantined_at: datetime


def history_lines(
    file_ids: Collection[uuid.UUID],
    *,
    subject_ids: Collection[uuid.UUID] = (),
    public_only: bool = True,
    days_of: tzinfo | None = None,
) -> list[HistoryLine]:
    """Return the events of these case files (and of these single records), oldest first.

    `days_of` a zone: what is not public is told by its day there, never by its hour.
    """
    events: Iterable[Event] = (
        public_events(file_ids)
        if public_only and not subject_ids
        else _events(Q(file_id__in=file_ids) | Q(subject_id__in=subject_ids), public_only)
    )
    lines = [
        HistoryLine(
            at=event.at,
            recorded_at=event.recorded_at,
            kind=event.kind,
            label=str(Kind(event.kind).label),
            acting_as="" if public_only else event.acting_as,
            note="" if public_only else str(event.payload.get("why", "")),
        )
        for event in events
    ]
    return lines if days_of is None else [_by_day(line, days_of) for line in lines]


def public_events(file_ids: Collection[uuid.UUID]) -> list[Event]:
    """Return the events of these case files whose kinds are public, oldest first.

    Callers leave out those the public was not told of yet.
    """
    rows = _events(Q(file_id__in=file_ids), True)
    return seen_once(("public events", frozenset(file_ids)), lambda: list(rows))


def _events(asked: Q, public_only: bool) -> QuerySet[Event]:
    rows = Event.objects.filter(asked)
    if public_only:
        rows = rows.filter(kind__in=[str(kind) for kind in PUBLIC_KINDS])
    return rows.order_by("at", "recorded_at", "id")


def _by_day(line: HistoryLine, zone: tzinfo) -> HistoryLine:
    if line.kind in PUBLIC_KINDS:
        return line
    at, recorded_at = (_midnight(instant, zone) for instant in (line.at, line.recorded_at))
    return replace(line, at=at, recorded_at=recorded_at, precision="day")


def _midnight(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def pending_work() -> Backlog:
    """Return how much work waits, since when, and how much is in quarantine."""
    found = Job.objects.filter(done_at=None).aggregate(
        waiting=Count("id", filter=Q(quarantined_at=None)),
        oldest=Min("created_at", filter=Q(quarantined_at=None)),
        quarantined=Count("id", filter=Q(quarantined_at__isnull=False)),
    )
    return Backlog(**found)


def unfinished(event_ids: Collection[uuid.UUID]) -> list[str]:
    """Return a line for each follow-up of these events that was not done, with its last error."""
    rows = Job.objects.filter(event_id__in=event_ids, done_at=None).select_related("event")
    return [f"{job.handler} of {job.event.kind}: {job.last_error}" for job in rows]


def quarantined_jobs(*, most: int = 50) -> list[QuarantinedJob]:
    """Return the jobs in quarantine, latest first."""
    rows = (
        Job.objects.filter(done_at=None, quarantined_at__isnull=False)
        .order_by("-quarantined_at", "-id")
        .values_list("handler", "event__kind", "attempts", "quarantined_at")
    )
    return [
        QuarantinedJob(handler, kind, attempts, since)
        for handler, kind, attempts, since in rows[:most]
        if since is not None
    ]
