"""Watches: begun, ended once by whoever keeps them, denied by a named party."""

from datetime import timedelta
from typing import Any

import pytest

from reports.coverage.actions import end_watch, record_denial, record_outage, start_watch
from reports.coverage.models import Watch
from reports.coverage.queries import (
    daily_shares,
    hours_covered,
    last_watch_day,
    sector_days,
    watches_of,
)
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.problems import Invalid, NotAllowed, StaleState
from tests.factories import NOW, World
from tests.proofs import one_event, refused

HOUR = timedelta(hours=1)


def a_watch(world: World, by: User | None = None, hours: float = 0) -> Watch:
    return start_watch(
        agreement=world.agreement,
        place=world.ganja,
        means="saw",
        by=by or world.filer,
        at=NOW + hours * HOUR,
    )


def test_begin_and_end(world: World) -> None:
    with one_event(Kind.WATCH_STARTED):
        watch = a_watch(world)
    with one_event(Kind.WATCH_ENDED):
        end_watch(watch=watch, by=world.filer, at=NOW + 3 * HOUR)
    assert watches_of(world.filer) == [watch]
    assert watches_of(world.witness) == []
    assert Watch.objects.get().watched_until == NOW + 3 * HOUR


def a_denial(world: World, hours: float = 0, **changes: Any) -> Watch:
    given = {"means": "saw", "denied_by": world.armenia, "by": world.filer} | changes
    at = NOW + hours * HOUR
    return record_denial(agreement=world.agreement, place=world.ganja, at=at, **given)


def an_outage(world: World, hours: float = 0, means: str = "recorded") -> Watch:
    return record_outage(
        agreement=world.agreement,
        place=world.ganja,
        means=means,
        by=world.filer,
        at=NOW + hours * HOUR,
    )


def test_a_denial_names_who_denied(world: World) -> None:
    with one_event(Kind.WATCH_REFUSED):
        watch = a_denial(world)
    assert (watch.state, watch.denied_by) == ("denied", world.armenia)
    assert a_denial(world, denied_by=None).denied_by is None


def test_a_camera_falls_out_and_works_again(world: World) -> None:
    with one_event(Kind.WATCH_FAILED):
        watch = an_outage(world)
    with one_event(Kind.WATCH_ENDED):
        end_watch(watch=watch, by=world.filer, at=NOW + HOUR)
    with refused(Invalid, "means"):
        an_outage(world, means="saw")


def test_only_one_s_own_only_once_only_afterwards(world: World) -> None:
    watch = a_watch(world)
    with refused(Invalid, saying="Only the person on watch"):
        end_watch(watch=watch, by=world.colleague, at=NOW + HOUR)
    with refused(Invalid, saying="after it begins"):
        end_watch(watch=watch, by=world.filer, at=NOW)
    end_watch(watch=watch, by=world.filer, at=NOW + HOUR)
    with refused(StaleState):
        end_watch(watch=watch, by=world.filer, at=NOW + 2 * HOUR)


def test_hours_and_daily_shares(world: World) -> None:
    end_watch(watch=a_watch(world), by=world.filer, at=NOW + 4 * HOUR)
    end_watch(watch=a_watch(world, world.witness, 2), by=world.witness, at=NOW + 6 * HOUR)
    a_watch(world, world.colleague, 20)  # still going on
    an_outage(world, 8)
    a_denial(world, 9)
    span = {"begins": NOW, "ends": NOW + 24 * HOUR}
    assert hours_covered(world.agreement.pk, **span) == 10
    edges = [NOW, NOW + 12 * HOUR, NOW + 24 * HOUR]
    assert daily_shares(world.agreement.pk, edges) == pytest.approx([0.5, 4 / 12])
    assert daily_shares(world.agreement.pk, edges[:1]) == []
    assert hours_covered(world.ganja.pk, **span) == 0


DAY = 24 * HOUR


class TestSectorsAndDays:
    def test_shares_and_what_kept_watchers_out(self, world: World) -> None:
        end_watch(watch=a_watch(world), by=world.filer, at=NOW + 6 * HOUR)
        end_watch(watch=a_watch(world, world.witness, 4), by=world.witness, at=NOW + 12 * HOUR)
        end_watch(watch=a_denial(world, 30), by=world.filer, at=NOW + 31 * HOUR)
        end_watch(watch=an_outage(world, 32), by=world.filer, at=NOW + 33 * HOUR)
        edges = [NOW, NOW + DAY, NOW + 2 * DAY]
        (sector,) = sector_days(world.chair, world.agreement.pk, edges, at=NOW + 3 * DAY)
        first, second = sector.days
        assert (first.watched, first.denied, first.out_of_service) == (0.5, False, False)
        assert (second.watched, second.denied_by, second.out_of_service) == (0.0, ("ARM",), True)

    def test_what_is_not_settled_is_not_told(self, world: World) -> None:
        a_watch(world)  # two hours into a quarter of a day, UTC
        edges = [NOW, NOW + DAY]
        ask = {"user": world.filer, "agreement_id": world.agreement.pk, "edges": edges}
        assert sector_days(**ask, at=NOW + 3 * HOUR) == []
        (sector,) = sector_days(**ask, at=NOW + 5 * HOUR)
        assert sector.days[0].watched == 0.25
        assert last_watch_day(world.agreement.pk, at=NOW + 3 * HOUR) is None
        assert last_watch_day(world.agreement.pk, at=NOW + 5 * HOUR) == NOW + 4 * HOUR

    def test_a_party_or_a_reviewer_is_not_told(self, world: World) -> None:
        for user in (world.liaison_arm, world.reviewer_arm, world.publisher, world.partner):
            with pytest.raises(NotAllowed):
                sector_days(user, world.agreement.pk, [NOW, NOW + DAY], at=NOW + DAY)
