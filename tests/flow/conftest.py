"""Real engines for the tests of the whole flow: a private Valkey, workers that can be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import connection

from config.engines import valkey_program
from config.installer import ROOT, packages
from reports.journal import doorbell
from tests.proofs import until

QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")


class Broker:
    """A Valkey of one's own, which can be frozen, killed, emptied and started again."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "vk.sock"
        self.client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5)
        self.start()

    def start(self) -> None:
        command = [valkey_program(packages()), "--port", "0", "--save", ""]
        command += ["--unixsocket", str(self.socket), "--dir", str(self.socket.parent)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(self.answers, "the broker answers")

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def rings(self) -> int:
        """Return how many rings nobody has heard yet."""
        return int(self.client.llen(settings.CELERY_TASK_DEFAULT_QUEUE))


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    made = Broker(tmp_path_factory.mktemp("vk"))
    yield made
    made.thaw()
    made.kill()


@pytest.fixture
def bell(broker: Broker, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process ring the private broker, with the settings of the site."""
    app = Celery("ringer", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = f"redis+socket://{broker.socket}?virtual_host=0"
    monkeypatch.setattr(doorbell, "current_app", app)
    monkeypatch.setattr(doorbell, "_bell", doorbell._Bell(doorbell.DRAIN))
    settings.DOORBELL = True
    yield
    app.close()


class Workers:
    """Processes that do the journal's work: real Celery workers, or one bare drain."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        tested = connection.settings_dict["NAME"]
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{tested}")
        self.folder = folder
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings_test",
            "DATABASE_URL": database.geturl(),
            "REDIS_URL": f"unix://{broker.socket}?db=0",
            "CVR_RUN": str(folder),
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        with open(self.folder / "worker.log", "ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.env,
                start_new_session=True,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.running.append(process)
        return process

    def celery(self) -> subprocess.Popen[bytes]:
        """Start a real worker and wait until it listens."""
        ready = self.folder / "worker.ready"
        ready.unlink(missing_ok=True)
        celery = ("-m", "celery", "-A", "config.celery", "--skip-checks", "worker", "-c", "2")
        process = self.start(*celery, *QUIET, "-l", "WARNING")
        until(ready.exists, "the worker is ready", 60)
        return process

    def drain(self) -> subprocess.Popen[bytes]:
        """Start a process that drains the journal once and ends."""
        return self.start(
            "-c",
            "import django; django.setup()\nfrom reports.journal.drain import drain\ndrain()",
        )

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        """End a worker and its children without any warning."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


@pytest.fixture
def workers(live_world: Any, broker: Broker, tmp_path: Path) -> Iterator[Workers]:
    made = Workers(broker, tmp_path)
    yield made
    for process in made.running:
        if process.poll() is None:
            made.kill(process)
