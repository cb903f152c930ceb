"""Watches: begun, ended once by whoever keeps them, denied by a named party."""

from datetime import timedelta

import pytest

from reports.coverage.actions import end_watch, start_watch
from reports.coverage.models import Watch
from reports.coverage.queries import daily_shares, hours_covered, watches_of
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.problems import Invalid, StaleState
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


def test_a_denial_names_who_denied(world: World) -> None:
    watch = start_watch(
        agreement=world.agreement,
        place=world.ganja,
        means="saw",
        state="denied",
        denied_by=world.armenia,
        by=world.filer,
        at=NOW,
    )
    assert watch.denied_by == world.armenia
    with refused(Invalid, "denied_by"):
        start_watch(
            agreement=world.agreement,
            place=world.ganja,
            means="saw",
            denied_by=world.armenia,
            by=world.filer,
            at=NOW,
        )


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
    start_watch(
        agreement=world.agreement,
        place=world.ganja,
        means="saw",
        state="down",
        by=world.filer,
        at=NOW + 8 * HOUR,
    )
    span = {"begins": NOW, "ends": NOW + 24 * HOUR}
    assert hours_covered(world.agreement.pk, **span) == 10
    edges = [NOW, NOW + 12 * HOUR, NOW + 24 * HOUR]
    assert daily_shares(world.agreement.pk, edges) == pytest.approx([0.5, 4 / 12])
    assert daily_shares(world.agreement.pk, edges[:1]) == []
    assert hours_covered(world.ganja.pk, **span) == 0
