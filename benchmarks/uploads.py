"""A film of 200 MB over a line that breaks ten times, beside one plain form.

The web server is the one a site runs (gunicorn with threads), on a database of its own; between
it and the sender stands a line that breaks each time so many further bytes have passed. Sent is

- plain:      one form (multipart/form-data) over a whole line, and over one that breaks: a form
              that is cut starts again from its first byte, so it is given as many attempts as cuts;
- resumable:  the page's own sender (config/static/js/lib/upload.js in node) over both.

Told are seconds, bytes beyond the file's own, and the most memory the web worker ever held.

    python3 benchmarks/uploads.py                  200 MB and ten cuts
    python3 benchmarks/uploads.py --mega 20 --cuts 4
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.review_desk import own_database  # noqa: E402 - the path comes first

MEGA = 1024 * 1024
BUDGET_MB = 512  # of the worker's memory
PIECE = 256 * 1024
BREAK = b"--film\r\nContent-Disposition: form-data; name=file; filename=x\r\n\r\n"


@dataclass(frozen=True)
class Site:
    """A web server, its only worker, and who files."""

    port: int
    worker: int  # process id
    token: str

    @property
    def held_mb(self) -> float:
        """Return the most memory the worker ever held."""
        status = Path(f"/proc/{self.worker}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024


def a_film(path: Path, mega: int) -> str:
    """Write a sound file of noise, as long as a film; return its SHA-256."""
    left = mega * MEGA - 44
    head = b"RIFF" + (left + 36).to_bytes(4, "little") + b"WAVEfmt " + b"\x10\0\0\0\1\0\1\0"
    head += b"\x44\xac\0\0\x88\x58\1\0\2\0\x10\0data" + left.to_bytes(4, "little")
    digest, noise = hashlib.sha256(head), random.Random(200)
    with path.open("wb") as file:
        file.write(head)
        while left:
            piece = noise.randbytes(min(left, MEGA))
            digest.update(piece)
            left -= file.write(piece)
    return digest.hexdigest()


@contextlib.contextmanager
def served(folder: Path, token: str, port: int) -> Iterator[Site]:
    """Run the web server as run.py does, with one worker."""
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "a benchmark's own, of no worth",
        "CVR_DEMO": "1",
        "CVR_HTTPS": "0",
        "CVR_DATA": str(folder),
        "CVR_DOORBELL": "0",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "-k", "gthread", "-w", "1"]
    command += ["--threads", "4", "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    run = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        until = time.monotonic() + 120
        while not up(port):
            assert run.poll() is None and time.monotonic() < until, "the web server is not up"
            time.sleep(0.2)
        listed = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        yield Site(port, int(listed[0]), token)
    finally:
        run.terminate()
        run.wait(30)


def up(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


def form(port: int, token: str, receipt: str, film: Path) -> int:
    """Send a film as one form; return the status, 0 where the line broke."""
    tail = b"\r\n--film--\r\n"
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        line.putrequest("POST", f"/api/v1/reports/{receipt}/evidence")
        line.putheader("Authorization", f"Bearer {token}")
        line.putheader("Content-Type", "multipart/form-data; boundary=film")
        line.putheader("Content-Length", str(len(BREAK) + film.stat().st_size + len(tail)))
        line.endheaders(BREAK)
        with film.open("rb") as file:
            while piece := file.read(PIECE):
                line.send(piece)
        line.send(tail)
        return line.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        line.close()


def in_pieces(port: int, token: str, receipt: str, film: Path, folder: Path) -> dict[str, Any]:
    """Send a film as the page does."""
    lib = ROOT / "config" / "static" / "js" / "lib"
    for name in ("upload", "sha256"):
        text = (lib / f"{name}.js").read_text().replace("./sha256.js", "./sha256.mjs")
        (folder / f"{name}.mjs").write_text(text)
    script = shutil.copy(ROOT / "tests" / "api" / "send_file.mjs", folder)
    command = ["node", str(script), f"http://127.0.0.1:{port}", token, receipt, str(film)]
    told: dict[str, Any] = json.loads(subprocess.check_output(command, text=True))
    return told


def measure(world: Any, way: str, cuts: int, film: Path, sha256: str, port: int) -> None:
    """Send the film once in one way to a fresh server; print what it took."""
    from reports.evidence.models import Item
    from tests.api.machines import key_for
    from tests.bad_lines import BadLine
    from tests.factories import a_report

    folder = film.parent
    report, token = a_report(world), key_for(world.filer)
    length = film.stat().st_size
    with served(folder, token, port) as site:
        line = BadLine(site.port, [n * length // (cuts + 1) for n in range(1, cuts + 1)])
        began, arrived = time.monotonic(), False
        if way == "resumable":
            arrived = bool(in_pieces(line.port, token, report.receipt, film, folder).get("code"))
        else:
            for _attempt in range(max(1, cuts)):
                arrived = form(line.port, token, report.receipt, film) == 201
                if arrived:
                    break
        took, held = time.monotonic() - began, site.held_mb
        line.close()
    whole = Item.objects.filter(report=report, sha256=sha256).count() == 1
    assert whole == arrived
    print(
        f"{way:10} {line.broke:3} cuts  {'arrived' if arrived else 'NEVER ARRIVED':14}"
        f"{took:7.1f} s  {(line.sent - (length if arrived else 0)) / MEGA:8.1f} MB more than it"
        f"  worker {held:5.0f} MB"
    )
    assert held < BUDGET_MB and (arrived or way == "plain")


def main() -> int:
    """Measure both ways over both lines; return a process's code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mega", type=int, default=200)
    parser.add_argument("--cuts", type=int, default=10)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cvr-test-"))
    try:
        film = folder / "film"
        sha256 = a_film(film, given.mega)
        print(f"{given.mega} MB, on {os.cpu_count()} processors")
        with own_database():
            from tests.factories import a_world

            world = a_world()
            for number, (way, cuts) in enumerate(
                (way, cuts) for cuts in (0, given.cuts) for way in ("plain", "resumable")
            ):
                measure(world, way, cuts, film, sha256, 8451 + number)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
