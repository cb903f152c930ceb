"""Reads of coverage."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from django.db.models import Q

from reports.coverage.models import Watch, WatchState
from reports.coverage.rules import Window, covered_hours
from reports.people.models import User
from reports.problems import NotFound


def _windows(agreement_id: uuid.UUID, begins: datetime, ends: datetime) -> list[Window]:
    rows = Watch.objects.filter(
        Q(watched_until=None) | Q(watched_until__gt=begins),
        agreement_id=agreement_id,
        state=WatchState.ACTIVE,
        watched_from__lt=ends,
    ).values_list("watched_from", "watched_until")
    return [(opened, closed or ends) for opened, closed in rows]


def hours_covered(agreement_id: uuid.UUID, *, begins: datetime, ends: datetime) -> float:
    """Return the hours of a period in which at least one active watch was recorded."""
    return covered_hours(_windows(agreement_id, begins, ends), begins=begins, ends=ends)


def daily_shares(agreement_id: uuid.UUID, edges: Sequence[datetime]) -> list[float]:
    """Return for each pair of neighbouring edges the share (0..1) of it that was watched."""
    if len(edges) < 2:
        return []
    windows = _windows(agreement_id, edges[0], edges[-1])
    shares = []
    for begins, ends in pairwise(edges):
        span = (ends - begins).total_seconds() / 3600
        shares.append(covered_hours(windows, begins=begins, ends=ends) / span if span else 0.0)
    return shares


def watches_of(user: User) -> list[Watch]:
    """Return a person's own watches, latest first."""
    rows = Watch.objects.filter(source__user=user).select_related("place", "agreement")
    return list(rows.order_by("-watched_from"))


def own_watch(user: User, watch_id: uuid.UUID) -> Watch:
    """Return one's own watch; NotFound for anybody else's."""
    found = Watch.objects.filter(pk=watch_id, source__user=user).first()
    if found is None:
        raise NotFound("There is no watch of yours with this id.")
    return found
