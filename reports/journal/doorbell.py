"""The doorbell: tells a worker to look at the journal. It carries no work and may be lost.

The ring happens in a thread of its own, so that a frozen broker never delays a filing: the web
request has committed by then and answers at once. Beat rings too, in case a ring was lost.
"""

from __future__ import annotations

import logging
import os
import threading

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

DRAIN = "reports.tasks.drain"
IMPORTS = "reports.tasks.run_imports"
log = logging.getLogger(__name__)


class _Bell:
    """One daemon thread per process; rings that come while one is under way fold into one."""

    def __init__(self, task: str) -> None:
        self._task = task
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._pid = 0

    def ring(self) -> None:
        with self._lock:
            if self._pid != os.getpid():  # first ring of this process, or after a fork
                self._pid = os.getpid()
                self._wanted = threading.Event()
                threading.Thread(
                    target=self._run, args=(self._task, self._wanted), daemon=True
                ).start()
        self._wanted.set()

    @staticmethod
    def _run(task: str, wanted: threading.Event) -> None:
        while True:
            wanted.wait()
            wanted.clear()
            try:
                current_app.send_task(task, expires=30, retry=False, ignore_result=True)
            except (OperationalError, OSError) as error:
                log.warning("doorbell not heard: %s", type(error).__name__)


_bell = _Bell(DRAIN)
_bell_for_imports = _Bell(IMPORTS)


def ring() -> None:
    """Ring now; never raises, never waits for the broker."""
    if settings.DOORBELL:
        _bell.ring()


def ring_after_commit() -> None:
    """Ring once the present transaction has committed."""
    transaction.on_commit(ring, robust=True)


def ring_for_imports() -> None:
    """Ring for whoever takes in files of reports; never raises, never waits."""
    if settings.DOORBELL:
        _bell_for_imports.ring()


def ring_for_imports_after_commit() -> None:
    """Ring for the imports once the present transaction has committed."""
    transaction.on_commit(ring_for_imports, robust=True)


def is_heard() -> bool:
    """Return whether the broker answers within about a second; work is safe even if not."""
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=1)
    except (OperationalError, OSError):
        return False
    return True
