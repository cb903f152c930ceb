"""The virtual environment and what is in it. Stdlib only; run.py's first step."""

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from config.engines import CannotRun

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("CVR_VENV", ROOT / "var" / "venv")).resolve()
PYTHON = VENV / "bin" / "python"
LOCKS = {
    "runtime": ROOT / "requirements.txt",
    "test": ROOT / "requirements" / "test.lock",
    "browser": ROOT / "requirements" / "browser.lock",
}
INSTALLER_LOCK = ROOT / "requirements" / "installer.lock"  # uv itself


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


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
    got_uv = run_quietly([*pip, "install", "-q", "--require-hashes", "-r", str(INSTALLER_LOCK)])
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
