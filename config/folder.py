"""The data folder: its lock, its secret, and the note about who runs on it. Stdlib only."""

import fcntl
import os
import secrets
import time
from pathlib import Path

from config.engines import CannotRun
from config.installer import ROOT

OLD_RUN_WITHIN = 20  # seconds for the processes of a killed run to be gone


def data_folder() -> Path:
    """Return the data folder, made if need be."""
    data = Path(os.environ.get("CVR_DATA", ROOT / "var")).resolve()
    data.mkdir(parents=True, exist_ok=True)
    (data / "log").mkdir(mode=0o700, exist_ok=True)
    return data


def log_id(data: Path) -> str:
    """Return the number by which this data folder's log is known, drawn at the first start."""
    file = data / "log_id"
    if not file.is_file():
        file.write_text(secrets.token_hex(4))
    return file.read_text().strip()


def signer_folder(data: Path) -> Path:
    """Return where the log's signer keeps its memory: beside the data, not in it.

    So no backup of the data holds it, and no restore puts it back; and new data in an emptied
    folder begin a new log, since they are known by another number.
    """
    return data.with_name(f"{data.name}-signer") / log_id(data)


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
    """Return whether a process of that number runs (one that only waits to be reaped does not)."""
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return not (status.is_file() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def secret_key(data: Path) -> str:
    """Return the site's secret, made at the first start."""
    file = data / "secret_key"
    if not file.is_file():
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(50))
    return file.read_text().strip()


def is_locked(data: Path) -> bool:
    """Return whether some run holds the data folder."""
    with open(data / "lock", "a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
