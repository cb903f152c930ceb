"""Reads of coverage."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db import connection
from django.db.models import Q

from reports.coverage.models import Watch, WatchState
from reports.coverage.rules import (
    Window,
    covered_hours,
    merged,
    settled_until,
    shares_between,
    told_share,
)
from reports.people.models import Source, User
from reports.people.permissions import require
from reports.places.geo import distance_m
from reports.problems import NotFound


@dataclass(frozen=True, slots=True)
class Restriction:
    """That somebody was kept out of a place, and in which parts of a period; never who, or when
    to the hour."""

    place_id: uuid.UUID
    denied_by: str  # party code; '' if that is not known
    parts: tuple[int, ...]  # numbers of the parts, from 0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where and when something may have happened: a circle (metres) and a half-open window."""

    key: uuid.UUID
    lat: float
    lon: float
    radius_m: float
    begins: datetime
    ends: datetime


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


def covered_spans(agreement_id: uuid.UUID, *, begins: datetime, ends: datetime) -> list[Window]:
    """Return when anybody watched, in order, overlapping watches merged by the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lower(span), upper(span) FROM (SELECT unnest(range_agg(tstzrange("
            " greatest(watched_from, %(begins)s), least(coalesce(watched_until, %(ends)s),"
            " %(ends)s)))) AS span FROM reports_watch WHERE agreement_id = %(agreement)s"
            " AND state = %(active)s AND watched_from < %(ends)s"
            " AND (watched_until IS NULL OR watched_until > %(begins)s)) AS spans",
            {
                "agreement": agreement_id,
                "active": WatchState.ACTIVE,
                "begins": begins,
                "ends": ends,
            },
        )
        return cursor.fetchall()


def daily_shares(agreement_id: uuid.UUID, edges: Sequence[datetime]) -> list[float]:
    """Return for each pair of neighbouring edges the share (0..1) of it that was watched."""
    if len(edges) < 2:
        return []
    spans = covered_spans(agreement_id, begins=edges[0], ends=edges[-1])
    return shares_between(spans, edges)


def restrictions(agreement_id: uuid.UUID, edges: Sequence[datetime]) -> list[Restriction]:
    """Return where access was denied within these edges, by whom, in which parts."""
    denied = Watch.objects.filter(
        Q(watched_until=None) | Q(watched_until__gt=edges[0]),
        agreement_id=agreement_id,
        state=WatchState.DENIED,
        watched_from__lt=edges[-1],
    )
    found: dict[tuple[uuid.UUID, str], set[int]] = {}
    for watch in denied.select_related("denied_by"):
        parts = found.setdefault(
            (watch.place_id, watch.denied_by.code if watch.denied_by else ""), set()
        )
        for number, (begins, ends) in enumerate(pairwise(edges)):
            if watch.watched_from < ends and (watch.watched_until or ends) > begins:
                parts.add(number)
    return [Restriction(*key, tuple(sorted(parts))) for key, parts in found.items()]


def watchers_of(
    agreement_id: uuid.UUID, spots: Sequence[Spot], *, at: datetime
) -> dict[uuid.UUID, list[tuple[Source, Window]]]:
    """Return for each spot who watched an area that holds all of it, and when, in two queries.

    Only active watches that meet the spot's window, as far as they are settled at `at`.
    """
    settled = settled_until(at)
    rows = Watch.objects.filter(agreement_id=agreement_id, state=WatchState.ACTIVE)
    watches = [
        (watch, (watch.watched_from, min(watch.watched_until or settled, settled)))
        for watch in rows.select_related("source", "place").order_by("watched_from", "id")
    ]
    return {
        spot.key: [
            (watch.source, (opened, closed))
            for watch, (opened, closed) in watches
            if opened < spot.ends and closed > spot.begins and _holds(watch, spot)
        ]
        for spot in spots
    }


def _holds(watch: Watch, spot: Spot) -> bool:
    away = distance_m(watch.place.lat, watch.place.lon, spot.lat, spot.lon)
    return away + spot.radius_m <= watch.place.radius_m


@dataclass(frozen=True, slots=True)
class SectorDay:
    """How much of a day somebody watched a sector, and what kept others from it; never who."""

    watched: float  # share of the day by quarters: 0, .25, .5, .75, 1
    out_of_service: bool
    denied: bool
    denied_by: tuple[str, ...]  # party codes, as far as they are known


@dataclass(frozen=True, slots=True)
class SectorCoverage:
    """One sector over several days. `place_id` stands for it; `district` is its name if any."""

    place_id: uuid.UUID
    district: str
    days: tuple[SectorDay, ...]


def last_watch_day(agreement_id: uuid.UUID, *, at: datetime) -> datetime | None:
    """Return the last settled instant of which there is a row, or None."""
    settled = settled_until(at)
    rows = Watch.objects.filter(agreement_id=agreement_id, watched_from__lt=settled)
    last = rows.order_by("-watched_from").first()
    return min(last.watched_until or settled, settled) if last is not None else None


def sector_days(
    user: User, agreement_id: uuid.UUID, edges: Sequence[datetime], *, at: datetime
) -> list[SectorCoverage]:
    """Return each sector's days between the edges: settled ones alone, so that nobody's coming
    and going shows. A sector is a place's district, or the place itself where it has none.

    Needs: coverage.read.
    """
    require(user, "coverage.read", at=at, agreement_id=agreement_id)
    ends = min(edges[-1], settled_until(at))
    rows = Watch.objects.filter(
        Q(watched_until=None) | Q(watched_until__gt=edges[0]),
        agreement_id=agreement_id,
        watched_from__lt=ends,
    ).select_related("place", "denied_by")
    sectors: dict[str, list[Watch]] = {}
    for watch in rows.order_by("place__district", "place__key", "watched_from"):
        sectors.setdefault(watch.place.district or watch.place.key, []).append(watch)
    return [
        SectorCoverage(watches[0].place_id, watches[0].place.district, _days(watches, edges, ends))
        for watches in sectors.values()
    ]


def _days(
    watches: Sequence[Watch], edges: Sequence[datetime], ends: datetime
) -> tuple[SectorDay, ...]:
    def during(state: str, begins: datetime, closes: datetime) -> list[Watch]:
        return [
            watch
            for watch in watches
            if watch.state == state
            and watch.watched_from < min(closes, ends)
            and (watch.watched_until or ends) > begins
        ]

    active = [
        (w.watched_from, w.watched_until or ends) for w in watches if w.state == WatchState.ACTIVE
    ]
    shares = shares_between(merged(active, begins=edges[0], ends=ends), edges)
    found = []
    for share, (begins, closes) in zip(shares, pairwise(edges), strict=True):
        denied = during(WatchState.DENIED, begins, closes)
        codes = sorted({watch.denied_by.code for watch in denied if watch.denied_by})
        down = during(WatchState.DOWN, begins, closes)
        found.append(SectorDay(told_share(share), bool(down), bool(denied), tuple(codes)))
    return tuple(found)


def watches_of(user: User) -> list[Watch]:
    """Return a person's own watches, latest first."""
    rows = Watch.objects.filter(source__user=user).select_related("place", "agreement", "denied_by")
    return list(rows.order_by("-watched_from"))


def own_watch(user: User, watch_id: uuid.UUID) -> Watch:
    """Return one's own watch; NotFound for anybody else's."""
    found = Watch.objects.filter(pk=watch_id, source__user=user).first()
    if found is None:
        raise NotFound("There is no watch of yours with this id.")
    return found
