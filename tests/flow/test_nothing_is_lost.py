"""Workers are killed in mid-task, everything in Redis is deleted: all is done, once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from reports.intake.actions import accept_report, file_report
from reports.journal.doorbell import ring
from reports.journal.drain import drain
from reports.journal.kinds import Kind
from reports.journal.models import Event, Job
from tests.factories import NOW, World, a_draft, an_accepted_report, an_allegation
from tests.flow.conftest import Broker, Workers
from tests.proofs import until
from verification.corroboration.models import PartyPosition
from verification.incidents.actions import open_incident
from verification.incidents.models import Incident
from verification.scoring.models import Score

# Seconds. Who waits for a frozen broker waits at least the three of its socket_timeout.
USUALLY, AT_MOST = 1.0, 2.5


def open_incidents(world: World, count: int) -> list[Incident]:
    """Open incidents; each calls for a score and for a notice to the accused.

    Each is told by an origin of its own: of copies, a quick worker links one to the first incident.
    """
    made = []
    for _ in range(count):
        draft = an_allegation(world, world.mod_azerbaijan, "ARM")
        own = replace(draft.origin, url=f"https://news.example/{uuid4()}")
        report = an_accepted_report(world, replace(draft, origin=own))
        made.append(open_incident(report=report, why="First.", by=world.triage, at=NOW))
    return made


@contextmanager
def standing_in_the_way(incident: Incident) -> Iterator[None]:
    """Hold an incident's row: whoever has to score it begins, and then waits."""
    with transaction.atomic():
        Incident.objects.select_for_update().get(pk=incident.pk)
        yield


def somebody_waits() -> bool:
    """Answer whether a worker is in the middle of a task, at a row that is held."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # we ask inside one transaction
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def let_leases_run_out() -> None:
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(done_at=None).exclude(leased_until=None).update(leased_until=past)


def all_done() -> bool:
    """Ring as the clock does every two seconds, and answer whether nothing waits any more."""
    ring()
    return not Job.objects.filter(done_at=None).exists()


def check_each_was_done_once(incidents: list[Incident]) -> None:
    for incident in incidents:
        assert Score.objects.filter(incident=incident).count() == 1
        assert PartyPosition.objects.filter(incident=incident).count() == 1
        kinds = list(
            Event.objects.filter(file_id=incident.pk)
            .order_by("kind")
            .values_list("kind", flat=True)
        )
        assert kinds == [Kind.INCIDENT_OPENED, Kind.INCIDENT_SCORED, Kind.POSITION_REQUESTED]
    assert not Job.objects.filter(quarantined_at__isnull=False).exists()


def test_a_worker_is_killed_in_mid_task(live_world: World, workers: Workers) -> None:
    (incident,) = open_incidents(live_world, 1)
    with standing_in_the_way(incident):
        worker = workers.drain()
        until(somebody_waits, "the worker is in the middle of it")
        workers.kill(worker)
    until(lambda: not somebody_waits(), "the database has noticed")
    interrupted = Job.objects.get(done_at=None, attempts=1)
    assert interrupted.leased_until is not None
    drain()
    interrupted.refresh_from_db()
    assert interrupted.done_at is None  # its lease still runs: nobody else takes it
    let_leases_run_out()
    drain()
    interrupted.refresh_from_db()
    assert (interrupted.done_at is not None, interrupted.attempts) == (True, 2)
    assert all_done()
    check_each_was_done_once([incident])


def test_redis_is_emptied_and_the_worker_is_killed(
    live_world: World, workers: Workers, broker: Broker, bell: None
) -> None:
    worker = workers.celery()
    incidents = open_incidents(live_world, 3)
    broker.client.flushall()
    incidents += open_incidents(live_world, 3)
    (held,) = last = open_incidents(live_world, 1)
    with standing_in_the_way(held):
        until(lambda: all_done() or somebody_waits(), "a worker is in the middle of it")
        broker.client.flushall()  # every message there was is gone
        broker.client.flushall()  # every message there was is gone
        workers.kill(worker)
        broker.client.flushall()  # those it had not acknowledged too
    workers.celery()
    let_leases_run_out()
    until(all_done, "everything is done", 60)
    check_each_was_done_once([*incidents, *last])


class TestABrokerThatDoesNotAnswer:
    """A filing has committed before the bell rings, and never waits for it."""

    def check_five_filings(self, world: World) -> None:
        took = sorted(self.file(world) for _ in range(5))
        assert took[2] < USUALLY
        assert took[4] < AT_MOST

    def file(self, world: World) -> float:
        began = timezone.now()
        filed = file_report(draft=a_draft(world), by=world.filer, at=NOW).report
        accept_report(report=filed, by=world.triage, at=NOW)
        return (timezone.now() - began).total_seconds()

    def test_it_answers(self, live_world: World, broker: Broker, bell: None) -> None:
        self.file(live_world)
        until(broker.rings, "the bell is heard")

    def test_it_is_frozen(self, live_world: World, broker: Broker, bell: None) -> None:
        self.file(live_world)
        until(broker.rings, "the bell is heard")
        broker.client.flushall()
        broker.freeze()
        self.check_five_filings(live_world)
        broker.thaw()
        until(lambda: ring() or broker.rings(), "the bell is heard again", 60)

    def test_it_is_gone_and_comes_back(self, live_world: World, broker: Broker, bell: None) -> None:
        before = Job.objects.filter(done_at=None).count()
        self.file(live_world)
        until(broker.rings, "the bell is heard")
        broker.kill()
        self.check_five_filings(live_world)
        broker.start()
        until(lambda: ring() or broker.rings(), "the bell is heard again", 60)
        waiting = Job.objects.filter(done_at=None).count()
        assert waiting == before + 5 * 6  # nothing was lost meanwhile
