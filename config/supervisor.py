"""Starting, watching and stopping processes. Stdlib only.

Three things hold whatever happens to us: children get a stop signal from the kernel when we
die; they inherit the data folder's lock, so that it is held until the last of them is gone;
and when a vital one ends, all the others are stopped and its last words are shown.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from config.engines import CannotRun, Service
from config.installer import ROOT, say

START_WITHIN = 120  # seconds for any one process to be up
STOP_WITHIN = 12  # seconds before a process that was asked to stop is killed
AGAIN_AFTER = 5  # seconds before a process that is not vital is started again
BIG_LOG = 10_000_000  # bytes; a bigger log is put aside at the next start
PR_SET_PDEATHSIG = 1


class Supervisor:
    """Starts processes, watches them, and stops them all, last started first."""

    def __init__(self, logs: Path, lock: int | None = None) -> None:
        self.logs, self.lock = logs, lock
        self.running: list[tuple[Service, subprocess.Popen[bytes]]] = []
        self.stopping = False
        self.again_at: dict[str, float] = {}

    def listen(self) -> None:
        """Let Ctrl-C and SIGTERM ask for an orderly stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)

    def ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        """Remember that someone wants us to stop."""
        self.stopping = True

    def start(self, service: Service) -> subprocess.Popen[bytes]:
        """Start a process that gets its stop signal even if we are killed."""
        parent = os.getpid()
        libc = ctypes.CDLL(None) if sys.platform == "linux" else None

        def die_with_parent() -> None:
            if libc is not None:
                libc.prctl(PR_SET_PDEATHSIG, int(service.stop_with))
                if os.getppid() != parent:  # killed between the fork and the line above
                    os._exit(1)

        log = self.logs / f"{service.name}.log"
        if log.is_file() and log.stat().st_size > BIG_LOG:
            log.replace(log.with_suffix(".log.1"))
        with open(log, "ab") as output:
            process = subprocess.Popen(
                service.command,
                env=dict(service.env),
                cwd=ROOT if service.user is None else "/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the terminal's Ctrl-C reaches only us
                user=service.user,
                group=service.user,
                extra_groups=None if service.user is None else [],
                pass_fds=() if self.lock is None else (self.lock,),
                preexec_fn=die_with_parent,
            )
        self.running.append((service, process))
        return process

    def wait_up(self, *names: str) -> None:
        """Wait until these processes are up (all that run, if none is named)."""
        until = time.monotonic() + START_WITHIN
        waiting = [service for service, _ in self.running if not names or service.name in names]
        while waiting:
            self.check()
            waiting = [service for service in waiting if not service.is_up()]
            if time.monotonic() > until:
                raise CannotRun(self.tail(waiting[0].name, "is not up in time"))
            time.sleep(0.05)

    def check(self) -> None:
        """Raise if someone asked us to stop, or if a process has ended."""
        if self.stopping:
            raise KeyboardInterrupt
        for service, process in list(self.running):
            if process.poll() is None:
                continue
            if service.vital:
                code = process.returncode
                raise CannotRun(self.tail(service.name, f"ended by itself (code {code})"))
            self.start_again(service, process)

    def start_again(self, service: Service, ended: subprocess.Popen[bytes]) -> None:
        """Start a process that the others can do without, some time after it ended."""
        due = self.again_at.setdefault(service.name, time.monotonic() + AGAIN_AFTER)
        if time.monotonic() >= due:
            say(f"{service.name} ended (code {ended.returncode}): starting it again")
            self.running.remove((service, ended))
            del self.again_at[service.name]
            self.start(service)

    def run_once(self, service: Service) -> None:
        """Run a process to its end, watching the others meanwhile."""
        (self.logs / f"{service.name}.log").unlink(missing_ok=True)  # only its last run matters
        process = self.start(service)
        entry = self.running.pop()
        try:
            while process.poll() is None:
                self.check()
                time.sleep(0.05)
        except BaseException:
            self.running.append(entry)  # so that it is stopped with the rest
            raise
        if process.returncode:
            raise CannotRun(self.tail(service.name, "failed"))

    def tail(self, name: str, what: str) -> str:
        """Return a message with the end of the process's log."""
        log = self.logs / f"{name}.log"
        lines = log.read_text(errors="replace").splitlines()[-25:] if log.is_file() else []
        return "\n".join([f"{name} {what}. The end of {log}:", *(f"  {line}" for line in lines)])

    def stop(self) -> None:
        """Stop web, worker and clock together, then the engines they use."""
        engines = ("postgres", "valkey")
        self.stop_group([p for p in self.running if p[0].name not in engines])
        self.stop_group([p for p in self.running if p[0].name in engines])
        self.running.clear()

    def stop_group(self, group: list[tuple[Service, subprocess.Popen[bytes]]]) -> None:
        """Ask, wait, and kill what is left together with its children."""
        for service, process in group:
            if process.poll() is None:
                process.send_signal(service.stop_with)
        until = time.monotonic() + STOP_WITHIN
        for service, process in group:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"{service.name} does not stop: killing it")
            with contextlib.suppress(ProcessLookupError):  # what it may have left behind
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
