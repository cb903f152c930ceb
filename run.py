#!/usr/bin/env python3
"""Set up and run the whole site, or its tests, with nothing but Python.

    python3 run.py                  set up and run: database, broker, web, worker, clock
    python3 run.py test [ARGS]      set up and run the tests (ARGS go to pytest)
    python3 run.py manage ARGS      manage.py in this site's environment
    python3 run.py setup            only install the packages, those of the tests too

Environment: PORT (8000), CVR_DATA (var), CVR_DEMO=0 (no demonstration), CVR_BIND
(127.0.0.1), CVR_VENV (var/venv), CVR_BROWSER=1 (tests in a browser too), DATABASE_URL and
REDIS_URL (use these servers instead of the embedded ones).
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from urllib.parse import quote

from config.engines import CannotRun, Service, ladder, socket_folder, valkey

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("CVR_VENV", ROOT / "var" / "venv")).resolve()
PYTHON = VENV / "bin" / "python"
LOCKS = {
    "runtime": ROOT / "requirements.txt",
    "test": ROOT / "requirements" / "test.lock",
    "browser": ROOT / "requirements" / "browser.lock",
}
START_WITHIN = 120  # seconds for any one process to be up
STOP_WITHIN = 12  # seconds before a process that was asked to stop is killed
OLD_RUN_WITHIN = 20  # seconds for the processes of a killed run to be gone
BIG_LOG = 10_000_000  # bytes; a bigger log is put aside at the next start
PR_SET_PDEATHSIG = 1


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


# -- packages -----------------------------------------------------------------------------
def install(*wanted: str) -> None:
    """Make the virtual environment and bring it to the locks, if it is not there yet."""
    VENV.parent.mkdir(parents=True, exist_ok=True)
    with open(VENV.parent / f"{VENV.name}.lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)  # two starts at once: the second one waits
        make_venv()
        missing = [LOCKS[name] for name in wanted if not is_installed(LOCKS[name])]
        if missing:
            say(f"packages: installing {', '.join(lock.name for lock in missing)}")
            install_locks(missing)
            for lock in missing:
                stamp_of(lock).write_text(stamp(lock))


def make_venv() -> None:
    """Make the virtual environment, anew if it is another Python's."""
    if is_installed(None) and PYTHON.exists():
        return
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise CannotRun(
            "Python's venv package is missing. On Debian or Ubuntu:\n"
            f"  apt-get install python3-venv    (or python{version}-venv)"
        )
    say(f"packages: making {VENV}")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    stamp_of(None).write_text(stamp(None))


def stamp(lock: Path | None) -> str:
    """Return what has to be the same for an installation to be still right."""
    digest = hashlib.sha256(f"{sys.version} {os.uname().machine}".encode())
    if lock is not None:
        digest.update(lock.read_bytes())
    return digest.hexdigest()


def stamp_of(lock: Path | None) -> Path:
    """Return the file that tells what was installed."""
    return VENV / f"installed-{lock.stem if lock else 'python'}"


def is_installed(lock: Path | None) -> bool:
    """Return whether the installation matches the lock and this Python."""
    file = stamp_of(lock)
    return file.is_file() and file.read_text() == stamp(lock)


def install_locks(locks: list[Path]) -> None:
    """Install with uv, fetched by pip; with pip alone where uv does not work."""
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
    files = [word for lock in locks for word in ("-r", str(lock))]
    installer = ROOT / "requirements" / "installer.lock"
    got_uv = run_quietly([*pip, "install", "-q", "--require-hashes", "-r", str(installer)])
    uv = [str(PYTHON), "-m", "uv", "pip", "install", "-q", "--python", str(PYTHON)]
    env = os.environ | uv_index(pip) | {"UV_HTTP_TIMEOUT": "60", "UV_LINK_MODE": "copy"}
    if got_uv and run_quietly([*uv, "--require-hashes", *files], env):
        return
    say("packages: uv does not work here, using pip (slower)")
    command = [*pip, "install", "-q", "--require-hashes", *files]
    if subprocess.run(command, check=False).returncode:
        raise CannotRun("The packages could not be installed; pip's message is above.")


def uv_index(pip: list[str]) -> dict[str, str]:
    """Return pip's configured index in uv's words: uv does not read pip's settings."""
    asked = subprocess.run(
        [*pip, "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    )
    index = os.environ.get("PIP_INDEX_URL") or asked.stdout.strip()
    return {"UV_DEFAULT_INDEX": index} if index else {}


def run_quietly(command: list[str], env: dict[str, str] | None = None) -> bool:
    """Run a command, keep its words to ourselves, return whether it worked."""
    return subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0


def packages() -> Path:
    """Return the folder that the packages were installed into."""
    return next(VENV.glob("lib/python3.*/site-packages"))


# -- the data folder ----------------------------------------------------------------------
def data_folder() -> Path:
    """Return the data folder, made if need be."""
    data = Path(os.environ.get("CVR_DATA", ROOT / "var")).resolve()
    data.mkdir(parents=True, exist_ok=True)
    (data / "log").mkdir(mode=0o700, exist_ok=True)
    return data


def read_instance(data: Path) -> dict[str, str]:
    """Return what the last start on this data folder wrote down."""
    file = data / "instance.env"
    lines = file.read_text().splitlines() if file.is_file() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {name: value.strip("'") for name, value in pairs}


def write_instance(data: Path, values: dict[str, str]) -> None:
    """Write down this run's environment, for manage.py and for a second start to read."""
    file = data / "instance.env"
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.writelines(f"{name}='{value}'\n" for name, value in values.items())


def lock_folder(data: Path) -> int:
    """Return a lock on the data folder, or say who holds it.

    Every process we start inherits the lock, so a killed run holds it until its last
    process is gone: a new run can never meet an old database server.
    """
    handle = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + OLD_RUN_WITHIN
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            running = read_instance(data)
            if is_alive(running.get("CVR_PID", "")) or time.monotonic() > until:
                os.close(handle)
                raise CannotRun(
                    f"Already running on {data}: process {running.get('CVR_PID', '?')}, "
                    f"{running.get('CVR_URL', 'address unknown')}\n"
                    "Stop it first, or choose another folder (CVR_DATA) and PORT."
                ) from None
        time.sleep(0.2)


def is_alive(pid: str) -> bool:
    """Return whether a process of that number exists."""
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def secret_key(data: Path) -> str:
    """Return the site's secret, made at the first start."""
    file = data / "secret_key"
    if not file.is_file():
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(50))
    return file.read_text().strip()


# -- processes ----------------------------------------------------------------------------
class Supervisor:
    """Starts processes, watches them, and stops them all, last started first."""

    def __init__(self, logs: Path, lock: int | None = None) -> None:
        self.logs, self.lock = logs, lock
        self.running: list[tuple[Service, subprocess.Popen[bytes]]] = []
        self.stopping = False

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
        for service, process in self.running:
            if process.poll() is not None:
                code = process.returncode
                raise CannotRun(self.tail(service.name, f"ended by itself (code {code})"))

    def run_once(self, service: Service) -> None:
        """Run a process to its end, watching the others meanwhile."""
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
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


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


# -- the site -----------------------------------------------------------------------------
def site_env(data: Path) -> dict[str, str]:
    """Return the environment that the site's processes share."""
    hidden = ("PYTHONHOME", "PYTHONPATH", "GUNICORN_CMD_ARGS", "DJANGO_SETTINGS_MODULE")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env.setdefault("CVR_DEMO", "1")
    env.setdefault("SECRET_KEY", secret_key(data))
    return env | {"CVR_DATA": str(data), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


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
    try:
        with urllib.request.urlopen(f"http://{bind}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


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
    host, port = os.environ.get("CVR_BIND", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    claim_port(host, port)
    install("runtime")
    env, url = site_env(data), f"http://{host}:{port}/"
    supervisor = Supervisor(data / "log", lock)
    supervisor.listen()
    say("engines: starting")
    try:
        with engines(data, env, supervisor) as run:
            env["CVR_RUN"] = str(run)
            names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "CVR_DEMO", "CVR_RUN")
            note = {name: env[name] for name in names}
            write_instance(data, note | {"CVR_PID": str(os.getpid()), "CVR_URL": url})
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
    if env["CVR_DEMO"] not in ("0", "false", "no"):
        say("This is a DEMONSTRATION: real claims, made-up people and decisions.")
        say("(CVR_DEMO=0 with a data folder of its own starts an empty site.)")
        logins = run / "demo-logins.txt"
        if logins.is_file():
            say(logins.read_text().rstrip())
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
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with engines(data, env, supervisor, throw_away=True):
            command = [str(PYTHON), "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), *args]
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
        return subprocess.run(command, cwd=ROOT, env=site_env(data) | running, check=False).returncode
    lock = lock_folder(data)
    env = site_env(data)
    supervisor = Supervisor(data / "log", lock)
    with engines(data, env, supervisor):
        return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def is_locked(data: Path) -> bool:
    """Return whether some run holds the data folder."""
    with open(data / "lock", "a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def set_up(args: list[str]) -> int:
    """Install everything and stop."""
    install("runtime", "test", *(["browser"] if os.environ.get("CVR_BROWSER") == "1" else []))
    return 0


COMMANDS = {"test": run_tests, "manage": run_manage, "setup": set_up}


def main() -> int:
    """Do what the first word says; without one, run the site."""
    if sys.version_info < (3, 11):
        raise CannotRun("Python 3.11 or newer is needed.")
    command = COMMANDS.get(sys.argv[1]) if len(sys.argv) > 1 else None
    return command(sys.argv[2:]) if command else run_site(sys.argv[1:])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotRun as problem:
        sys.exit(f"\n{problem}")
    except KeyboardInterrupt:
        sys.exit(130)
