"""The life of a site, driven as its operator drives it: by the one command."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import engines, folder

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 180  # seconds, with the packages installed already, on a machine that is busy


class Site:
    """An empty site of its own on a free port, with its own embedded engines."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        hidden = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")
        self.env = {name: value for name, value in os.environ.items() if name not in hidden}
        self.env |= {"CVR_DATA": str(data), "PORT": str(self.port), "CVR_DEMO": "0"}
        self.process: subprocess.Popen[str] | None = None
        self.said: list[str] = []

    def command(self, *words: str) -> list[str]:
        return [sys.executable, str(ROOT / "run.py"), *words]

    def start(self) -> int:
        """Start and wait for READY; return the process number."""
        process = subprocess.Popen(
            self.command(),
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.process = process
        watch = threading.Timer(READY_WITHIN, process.kill)
        watch.start()
        assert process.stdout
        self.said = []
        for line in process.stdout:
            self.said.append(line)
            if line.startswith("READY"):
                watch.cancel()
                return process.pid
        watch.cancel()
        raise AssertionError("".join(self.said))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end beside whatever runs."""
        return subprocess.run(
            self.command(*words), env=self.env, capture_output=True, text=True, check=False
        )

    def status(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        return connection.getresponse().status

    def end(self, number: signal.Signals) -> int:
        """Send a signal; return the exit code."""
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(30)

    def is_gone(self) -> bool:
        """Return whether every process is gone: each of them holds the folder's lock."""
        return not folder.is_locked(self.data)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path / "data")
    yield site
    if site.process and site.process.poll() is None:
        site.end(signal.SIGKILL)
        wait_for(site.is_gone)


def wait_for(holds: Callable[[], bool], within: float = 20.0) -> float:
    """Wait until something holds; return the seconds it took."""
    began, pause = time.monotonic(), threading.Event()
    while not holds():
        assert time.monotonic() - began < within, "it did not come to hold in time"
        pause.wait(0.1)
    return time.monotonic() - began


def test_the_life_of_a_site(site: Site) -> None:
    """Start, refuse a second start, survive being killed, start again, stop when asked."""
    pid = site.start()
    assert site.status("/readyz") == 200

    second = site.run()
    assert second.returncode == 1
    assert re.search(rf"process {pid}, http://127.0.0.1:{site.port}/", second.stderr)
    beside = site.run("manage", "showmigrations", "sessions")
    assert "[X] 0001_initial" in beside.stdout, beside.stderr

    site.end(signal.SIGKILL)
    assert wait_for(site.is_gone) < 10

    site.start()  # at once, on what the killed one left behind
    assert site.status("/readyz") == 200
    assert site.end(signal.SIGINT) == 0
    assert site.is_gone()
    assert not engines.socket_path(site.data).exists()

    demonstration = subprocess.run(
        site.command(),
        env=site.env | {"CVR_DEMO": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert demonstration.returncode == 1
    assert "This database holds a real site" in demonstration.stderr
    assert site.is_gone()
