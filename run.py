#!/usr/bin/env python3
"""Set up and run the whole site, or its tests, with nothing but Python.

    python3 run.py                  set up and run: database, broker, web, worker, clock
    python3 run.py test [ARGS]      set up and run the tests: all of them on every core, or
                                    what ARGS say to pytest
    python3 run.py manage ARGS      manage.py in this site's environment
    python3 run.py screenshots      photograph every page, into screenshots/
    python3 run.py setup            only install the packages, those of the tests too

Environment: PORT (8000), CVR_DATA (var), CVR_DEMO=0 (no demonstration), CVR_BIND
(127.0.0.1), CVR_VENV (var/venv), CVR_BROWSER=1 (tests in a browser too), DATABASE_URL and
REDIS_URL (use these servers instead of the embedded ones).
"""

import contextlib
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or newer is needed.")

from config.engines import CannotRun, Service, ladder, socket_folder, valkey
from config.folder import (
    data_folder,
    is_alive,
    is_locked,
    lock_folder,
    log_id,
    read_instance,
    secret_key,
    signer_folder,
    write_instance,
)
from config.installer import PYTHON, ROOT, install, packages, say
from config.supervisor import Supervisor

NO = ("0", "false", "no", "off", "")  # how people say no in an environment variable


@contextlib.contextmanager
def engines(
    data: Path, env: dict[str, str], supervisor: Supervisor, throw_away: bool = False
) -> Iterator[Path]:
    """Run what DATABASE_URL and REDIS_URL do not name, put their addresses into env."""
    sockets = socket_folder(data)
    try:
        if "REDIS_URL" not in env:
            supervisor.start(valkey(packages(), data, sockets, throw_away))
            env["REDIS_URL"] = f"unix://{sockets}/vk.sock?db=0"
        if "DATABASE_URL" not in env:
            postgres = ladder(packages(), data, sockets, throw_away)
            postgres.prepare()
            supervisor.start(postgres.service())
            supervisor.wait_up("postgres")
            postgres.create_database("cvr")
            env["DATABASE_URL"] = f"postgres://postgres@/cvr?host={quote(str(sockets), safe='')}"
        supervisor.wait_up()
        yield sockets
    finally:
        supervisor.stop()
        shutil.rmtree(sockets, ignore_errors=True)


def signer(data: Path, env: dict[str, str], sockets: Path) -> Service:
    """Return the process that signs the log, and put its address into env."""
    path = sockets / "signer.sock"
    env["CVR_LOG_SIGNER"] = str(path)
    env.setdefault("CVR_LOG_ORIGIN", f"localhost/{log_id(data)}/1")
    command = [str(PYTHON), "-m", "verification.ledger.signer", "--origin", env["CVR_LOG_ORIGIN"]]
    command += ["--state", str(signer_folder(data)), "--socket", str(path)]
    hidden = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")  # it needs none of them
    own = {name: value for name, value in env.items() if name not in hidden}
    return Service("signer", command, path.exists, env=own, vital=False)


# -- the site -----------------------------------------------------------------------------
def site_env(data: Path) -> dict[str, str]:
    """Return the environment that the site's processes share."""
    hidden = ("PYTHONHOME", "PYTHONPATH", "GUNICORN_CMD_ARGS", "DJANGO_SETTINGS_MODULE")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env.setdefault("CVR_DEMO", "1")
    env.setdefault("SECRET_KEY", secret_key(data))
    return env | {"CVR_DATA": str(data), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


def note_instance(data: Path, env: dict[str, str], run: Path, url: str) -> None:
    """Write down who runs here and how to join, for manage.py and for a second start."""
    env["CVR_RUN"] = str(run)
    names = [
        *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "CVR_DEMO", "CVR_RUN"),
        *("CVR_LOG_SIGNER", "CVR_LOG_ORIGIN"),
    ]
    note = {name: env[name] for name in names}
    write_instance(data, note | {"CVR_PID": str(os.getpid()), "CVR_URL": url})


def site_services(env: dict[str, str], bind: str, run: Path, data: Path) -> list[Service]:
    """Return web server, worker and clock."""
    web = ["gunicorn", "config.wsgi", "-k", "gthread", "-w", "2", "--threads", "4", "--preload"]
    web += ["-b", bind, "--no-control-socket", "--graceful-timeout", "5"]
    celery = ["celery", "-A", "config.celery", "--skip-checks"]
    worker = [*celery, "worker", "-c", "2", "-l", "WARNING", "--without-gossip"]
    worker += ["--without-mingle", "--without-heartbeat"]
    beat = [*celery, "beat", "--pidfile=", "-l", "WARNING", "-s", str(data / "beat-schedule")]

    def left_its_mark(name: str) -> Callable[[], bool]:
        return lambda: (run / f"{name}.ready").exists()

    python = [str(PYTHON), "-m"]
    return [
        Service("web", [*python, *web], lambda: page_answers(bind), env=env),
        Service("worker", [*python, *worker], left_its_mark("worker"), env=env),
        Service("beat", [*python, *beat], left_its_mark("beat"), env=env),
    ]


def page_answers(bind: str) -> bool:
    """Return whether the web server says that it can serve."""
    connection = http.client.HTTPConnection(bind, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wanted_port() -> int:
    """Return the port that was asked for."""
    text = os.environ.get("PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotRun(f"PORT={text} is not a port number (1 to 65535).")
    return int(text)


def claim_port(host: str, port: int) -> None:
    """Refuse at once if the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise CannotRun(
                f"Port {port} on {host} cannot be used ({problem.strerror}). "
                f"Choose another: PORT={port + 1} python3 run.py"
            ) from None


def run_site(args: list[str]) -> int:
    """Set up and run everything until someone stops it."""
    if args:
        raise CannotRun(f"Unknown command: {' '.join(args)}\n\n{__doc__}")
    began = time.monotonic()
    data = data_folder()
    lock = lock_folder(data)
    host, port = os.environ.get("CVR_BIND", "127.0.0.1"), wanted_port()
    claim_port(host, port)
    install("runtime")
    env, url = site_env(data), f"http://{host}:{port}/"
    supervisor = Supervisor(data / "log", lock)
    supervisor.listen()
    say("engines: starting")
    try:
        with engines(data, env, supervisor) as run:
            supervisor.start(signer(data, env, run))
            supervisor.wait_up("signer")
            note_instance(data, env, run, url)
            say("site: preparing (tables, files, demonstration)")
            prepare = [str(PYTHON), "-m", "config.prepare"]
            supervisor.run_once(Service("prepare", prepare, lambda: True, env=env))
            for service in site_services(env, f"{host}:{port}", run, data):
                supervisor.start(service)
            supervisor.wait_up()
            say_ready(url, data, run, env, time.monotonic() - began)
            while True:
                supervisor.check()
                time.sleep(0.2)
    except KeyboardInterrupt:
        say("stopped")
        return 0


def say_ready(url: str, data: Path, run: Path, env: dict[str, str], took: float) -> None:
    """Print where the site is and, in a demonstration, how to come in."""
    say(f"\nREADY  {url}   ({took:.1f} s)")
    if env["CVR_DEMO"].lower() not in NO:
        say("This is a DEMONSTRATION: real claims, made-up people and decisions.")
        say("(CVR_DEMO=0 with a data folder of its own starts an empty site.)")
        logins = run / "demo-logins.txt"
        if logins.is_file():
            say(logins.read_text().rstrip())
    elif env.get("CVR_HTTPS", "1") not in NO:
        say("Put a proxy that speaks https before it (X-Forwarded-Proto: https).")
        say("CVR_HTTPS=0 tries it without, on this machine only.")
    say(f"Data and logs: {data}    Stop: Ctrl-C\n")


def run_tests(args: list[str]) -> int:
    """Set up and run the tests against throw-away engines."""
    install("runtime", "test", *(["browser"] if os.environ.get("CVR_BROWSER") == "1" else []))
    sweep_old_tests()
    data = Path(tempfile.mkdtemp(prefix="cvr-test-"))
    lock = lock_folder(data)
    supervisor = Supervisor(data, lock)
    env = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    env["CVR_DATA"] = str(data)
    env.setdefault("PYTHONHASHSEED", "0")  # tests keep their names from run to run
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with engines(data, env, supervisor, throw_away=True):
            command = [str(PYTHON), "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
            command += args or in_parallel()
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # pytest hears Ctrl-C, and reports
            tests = subprocess.Popen(
                command,
                cwd=ROOT,
                env=env,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            )
            return tests.wait()
    finally:
        os.close(lock)
        shutil.rmtree(data, ignore_errors=True)


def in_parallel() -> list[str]:
    """Return how to spread the whole suite over the cores, file by file."""
    cores = min(os.cpu_count() or 1, 4)
    return ["-n", str(cores), "--dist", "loadfile"] if cores > 1 else []


def sweep_old_tests() -> None:
    """Remove the folders of test runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob("cvr-test-*"):
        try:
            with open(folder / "lock") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # in use, or not ours


def run_manage(args: list[str]) -> int:
    """Run manage.py beside the running site, or with the database alone."""
    install("runtime")
    data = data_folder()
    command = [str(PYTHON), "manage.py", *args]
    running = read_instance(data)
    if is_alive(running.get("CVR_PID", "")) and is_locked(data):
        return subprocess.run(
            command, cwd=ROOT, env=site_env(data) | running, check=False
        ).returncode
    lock = lock_folder(data)
    env = site_env(data)
    supervisor = Supervisor(data / "log", lock)
    with engines(data, env, supervisor) as run:
        supervisor.start(signer(data, env, run))
        supervisor.wait_up("signer")
        note_instance(data, env, run, "nothing: manage.py has the database to itself")
        return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def photograph(args: list[str]) -> int:
    """Take pictures of all pages in a real browser, to be looked at."""
    os.environ["CVR_BROWSER"] = "1"
    return run_tests(["-m", "browser", "-s", "tests/browser/screenshots.py", *args])


def set_up(args: list[str]) -> int:
    """Install everything and stop."""
    install("runtime", "test", *(["browser"] if os.environ.get("CVR_BROWSER") == "1" else []))
    return 0


COMMANDS = {
    "test": run_tests,
    "manage": run_manage,
    "screenshots": photograph,
    "setup": set_up,
}


def main() -> int:
    """Do what the first word says; without one, run the site."""
    command = COMMANDS.get(sys.argv[1]) if len(sys.argv) > 1 else None
    return command(sys.argv[2:]) if command else run_site(sys.argv[1:])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotRun as problem:
        sys.exit(f"\n{problem}")
    except PermissionError as problem:
        sys.exit(f"\n{problem}\nChoose folders that you may write: CVR_DATA and CVR_VENV.")
    except KeyboardInterrupt:
        sys.exit(130)
