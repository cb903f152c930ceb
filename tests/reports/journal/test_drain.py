"""Follow-ups: each once, in a transaction of its own; a bad one is tried again, then set apart."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from reports.journal import drain as drains
from reports.journal.actions import record_event
from reports.journal.drain import MAX_ATTEMPTS, drain
from reports.journal.handlers import install
from reports.journal.kinds import Kind
from reports.journal.models import Event, Job
from reports.journal.queries import pending_work, unfinished
from reports.people.models import Organisation
from reports.problems import Problem
from tests.factories import NOW
from tests.proofs import at_once
from verification.flow import FLOW

Handlers = Callable[..., None]


@pytest.fixture
def follow_ups() -> Iterator[Handlers]:
    """Let a test say what follows from organisation.registered; afterwards, the site's again."""
    yield lambda *handlers: install({Kind.ORGANISATION_REGISTERED: handlers})
    install(FLOW)


def an_event(number: int = 0) -> Event:
    with transaction.atomic():
        made = Organisation.objects.create(key=f"o{number}", name="O", kind="media")
        return record_event(
            kind=Kind.ORGANISATION_REGISTERED,
            subject=made,
            by=None,
            at=NOW + timedelta(minutes=number),
        )


def let_time_pass() -> None:
    """Let every waiting time and every lease run out."""
    past = timezone.now() - timedelta(days=1)
    Job.objects.filter(done_at=None).update(not_before=past)
    Job.objects.exclude(leased_until=None).update(leased_until=past)


class Ledger:
    """Handlers that note what they did."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.at: list[Any] = []
        self._lock = threading.Lock()

    def note(self, *, event: Event, at: Any) -> None:
        with self._lock:
            self.done[str(event.pk)] += 1
            self.at.append(at)


@pytest.fixture
def ledger(follow_ups: Handlers) -> Ledger:
    made = Ledger()
    follow_ups(made.note)
    return made


@pytest.mark.django_db
class TestOnce:
    def test_every_job_is_run_and_marked(self, ledger: Ledger) -> None:
        events = [an_event(n) for n in range(3)]
        assert pending_work().waiting == 3
        assert drain() == 3
        assert ledger.done == {str(event.pk): 1 for event in events}
        assert drain() == 0
        assert (pending_work().waiting, pending_work().oldest) == (0, None)

    def test_event_and_job_stand_or_fall_with_the_change(self, ledger: Ledger) -> None:
        with pytest.raises(KeyError), transaction.atomic():
            an_event()
            raise KeyError
        assert (Event.objects.count(), Job.objects.count()) == (0, 0)

    def test_what_nobody_follows_leaves_no_job(self, ledger: Ledger) -> None:
        with transaction.atomic():
            subject = Organisation.objects.create(key="x", name="X", kind="media")
            record_event(kind=Kind.SOURCE_REGISTERED, subject=subject, by=None, at=NOW)
        assert not Job.objects.exists()

    def test_now_by_default_or_at_the_instant_the_story_says(self, ledger: Ledger) -> None:
        an_event(1)
        drain(clock=lambda event: event.at)
        assert ledger.at == [NOW + timedelta(minutes=1)]
        an_event(2)
        drain()
        assert timezone.now() - ledger.at[1] < timedelta(minutes=1)

    def test_in_the_order_they_came(self, ledger: Ledger) -> None:
        order = [str(an_event(n).pk) for n in range(5)]
        drain()
        assert list(ledger.done) == order

    def test_no_more_than_asked_for(self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        events = [an_event(n) for n in range(5)]
        assert drain(limit=2) == 2
        assert drain(only=[events[4].pk]) == 1
        assert drain(only=[]) == 0
        monkeypatch.setattr(drains, "BUDGET_S", 0)
        assert drain() == 0  # its time is over: another turn
        assert pending_work().waiting == 2


@pytest.mark.django_db
class TestFailures:
    @pytest.mark.parametrize(
        "error",
        [
            Problem("no"),
            DatabaseError("no"),
            ValueError("no"),
            KeyError("no"),
            RuntimeError("no"),
            AttributeError("no"),
            AssertionError("no"),
            OSError("no"),
            ZeroDivisionError("no"),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_it_is_tried_again_later_and_harms_nobody(
        self, follow_ups: Handlers, error: Exception
    ) -> None:
        good = Ledger()

        def bad(*, event: Event, at: Any) -> None:
            Organisation.objects.create(key="half-done", name="X", kind="media")
            raise error

        follow_ups(bad, good.note)
        event = an_event()
        assert drain() == 2
        job = Job.objects.get(handler="bad")
        assert good.done == {str(event.pk): 1}
        assert (job.attempts, job.done_at, job.leased_until) == (1, None, None)
        assert job.not_before > timezone.now() + timedelta(seconds=3)
        assert type(error).__name__ in job.last_error
        assert not Organisation.objects.filter(key="half-done").exists()
        assert drain() == 0  # it waits

    def test_the_wait_doubles_and_then_it_is_set_apart(self, follow_ups: Handlers) -> None:
        def bad(*, event: Event, at: Any) -> None:
            raise ValueError("always")

        follow_ups(bad)
        event = an_event()
        waits = []
        for attempt in range(1, MAX_ATTEMPTS + 1):
            let_time_pass()
            assert drain() == 1
            job = Job.objects.get()
            assert job.attempts == attempt
            waits.append(round((job.not_before - timezone.now()).total_seconds()))
        assert waits == [5, 10, 20, 40, 80]
        assert job.quarantined_at is not None
        let_time_pass()
        assert drain() == 0
        assert pending_work().quarantined == 1
        assert unfinished([event.pk]) == ["bad of organisation.registered: ValueError: always"]

    def test_once_it_works_it_is_done(self, follow_ups: Handlers) -> None:
        tries: list[int] = []

        def shaky(*, event: Event, at: Any) -> None:
            tries.append(1)
            if len(tries) < 3:
                raise ValueError

        follow_ups(shaky)
        an_event()
        for _ in range(4):
            let_time_pass()
            drain()
        assert len(tries) == 3
        assert Job.objects.get().done_at is not None

    def test_a_job_that_takes_its_worker_down_every_time_is_set_apart(self, ledger: Ledger) -> None:
        an_event()
        Job.objects.update(attempts=MAX_ATTEMPTS, leased_until=timezone.now())
        let_time_pass()
        assert drain() == 1
        job = Job.objects.get()
        assert job.quarantined_at is not None
        assert "worker died" in job.last_error
        assert not ledger.done

    def test_a_follow_up_this_release_does_not_know(self, ledger: Ledger) -> None:
        an_event()
        Job.objects.update(handler="of_tomorrow")
        drain()
        assert "KeyError" in Job.objects.get().last_error


@pytest.mark.django_db(transaction=True)
class TestSeveralAtOnce:
    def test_four_drains_run_each_job_once(self, ledger: Ledger) -> None:
        for number in range(40):
            an_event(number)
        ran, raised = at_once([drain] * 4)
        assert raised == []
        assert sum(ran) == 40
        assert set(ledger.done.values()) == {1}
        assert len(ledger.done) == 40

    def test_a_slow_worker_keeps_its_job_even_past_its_lease(
        self, follow_ups: Handlers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun, go_on = threading.Event(), threading.Event()
        times: list[int] = []

        def slow(*, event: Event, at: Any) -> None:
            times.append(1)
            begun.set()
            assert go_on.wait(20)

        monkeypatch.setattr(drains, "LEASE_S", 0)
        follow_ups(slow)
        an_event()

        def run() -> None:
            drain()
            connection.close()

        first = threading.Thread(target=run)
        first.start()
        assert begun.wait(20)
        assert drain() == 0  # its row is locked: nobody else can take it
        go_on.set()
        first.join(20)
        assert (len(times), Job.objects.filter(done_at=None).count()) == (1, 0)

    def test_a_worker_that_lost_its_lease_finds_nothing(self, ledger: Ledger) -> None:
        an_event()
        claimed = drains._claim(None)
        assert claimed is not None
        let_time_pass()
        assert drain() == 1  # another worker did it meanwhile
        drains._run(*claimed, clock=None)
        assert set(ledger.done.values()) == {1}
        drains._give_back(*claimed, "too late", poison=True)
        job = Job.objects.get()
        assert (job.quarantined_at, job.last_error) == (None, "")
