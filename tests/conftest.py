"""The plumbing of all tests: a real database, and no network beyond this machine.

The cast and the clock stand in the conftest.py of the folders that use them.
"""

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A machine that does several things at once is slow at making examples; that is no fault of theirs.
settings.register_profile("shared", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("shared")

NO_DATABASE = "no-database-here"  # the name config/settings_test.py falls back to


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Say what to do when a test wants a database and none was started."""
    if NO_DATABASE in os.environ.get("DATABASE_URL", NO_DATABASE):
        pytest.exit("These tests need a database: run them by `python3 run.py test`.", 3)


def is_here(address: Any) -> bool:
    """Return whether a socket address is on this machine."""
    if not isinstance(address, tuple):
        return True  # a unix socket
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return bool(address[0] == "localhost")


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    patch = pytest.MonkeyPatch()
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if not is_here(address):
            raise AssertionError(f"A test tried to reach {address!r}.")
        connect(self, address)

    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture
def world(db: None) -> Any:
    """The Moscow agreement and the cast (tests/factories.py), inside the test's transaction."""
    from tests.factories import a_world

    return a_world()


@pytest.fixture
def anew() -> Iterator[None]:
    """Have the world and all in it built anew, not remembered (tests/remembered.py)."""
    from tests.remembered import nothing_remembered

    with nothing_remembered():
        yield


@pytest.fixture
def live_world(transactional_db: None) -> Any:
    """The same, committed: for tests with threads or workers."""
    from tests.factories import a_world

    return a_world()


@pytest.fixture
def signer(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Iterator[Any]:
    """The real signer in this process, with an empty memory: the test's log begins with it."""
    from tests.remembered import signer_beside
    from verification.ledger.signer import SignerState
    from verification.ledger.signing import signer_at_hand

    made = SignerState(tmp_path_factory.mktemp("signer"), settings.LOG_ORIGIN)
    with signer_at_hand(made.answer), signer_beside(made):
        yield made


@pytest.fixture
def publish(signer: Any) -> Any:
    """Return what the clock does every minute: all that is due enters the log and is signed."""
    from tests.factories import LATER
    from verification.ledger.actions.sequencer import append_leaves, sign_log

    def tick() -> None:
        append_leaves(at=LATER)
        sign_log(at=LATER)

    return tick


@pytest.fixture
def ticking(request: pytest.FixtureRequest, publish: Any) -> Iterator[None]:
    """Let settle() end with a tick of the log's clock; not for tests that tick `by_hand`."""
    from tests.factories import ticks

    if "by_hand" not in request.fixturenames:
        ticks.append(publish)
    yield
    ticks.clear()


@pytest.fixture
def by_hand(publish: Any) -> Any:
    """Return the tick of the log's clock, for tests of what is there before and after it."""
    return publish


@pytest.fixture(autouse=True, scope="session")
def flush_past_the_triggers() -> Iterator[None]:
    """Let the test runner empty append-only tables between transactional tests; nobody else."""
    import pgtrigger
    from django.test import TransactionTestCase

    patch = pytest.MonkeyPatch()
    teardown = TransactionTestCase._fixture_teardown

    def past_triggers(self: TransactionTestCase) -> None:
        with pgtrigger.ignore():
            teardown(self)

    patch.setattr(TransactionTestCase, "_fixture_teardown", past_triggers)
    yield
    patch.undo()
