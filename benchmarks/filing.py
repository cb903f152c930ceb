"""200 people file at once over a bad line: nothing lost, nothing doubled, and how fast.

Every client sends its reports one after the other. A share of the answers is dropped (the
client closes the connection before it reads), and a share of the reports is sent again though
they were answered. After that the database is asked what it holds. In the same run and on the
same database a bare psycopg loop inserts rows of the same size, one commit each.

Run it with the site's own Python:

    var/venv/bin/python benchmarks/filing.py                      an instance of its own
    var/venv/bin/python benchmarks/filing.py --data var           the one that runs on var/
    var/venv/bin/python benchmarks/filing.py --data var --clients 50 --each 10 --dropped 0

`--data` is the data folder of the running instance; the demonstration's monitor1 files, with a
key issued for the run. It adds reports to that instance: choose one that may be thrown away.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.folder import read_instance  # noqa: E402 - the path comes first

PATIENCE_S = 120  # seconds a client tries to get one report through
TIMEOUT_S = 30  # seconds it waits for one answer
BARE_SECONDS = 5  # seconds the bare loop runs at most
NARRATIVE = "Heavy explosions were heard from the centre of the city, one after another. " * 5


@dataclass
class Tally:
    """What all clients saw together."""

    seconds: list[float] = field(default_factory=list)  # until a report was acknowledged
    receipts: dict[str, set[str]] = field(default_factory=dict)  # client id -> receipts
    sent: int = 0
    dropped: int = 0
    resent: int = 0
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def report(number: int) -> dict[str, object]:
    """Return a report as a client sends it."""
    return {
        "id": str(uuid.uuid4()),
        "agreement": "nk2020",
        "act": "shelling",
        "stance": "observes",
        "means": "heard",
        "observed_from": "2020-10-11T22:00:00+04:00",
        "observed_until": "2020-10-11T23:00:00+04:00",
        "time_precision": "hour",
        "location": {"kind": "point", "lat": 40.68, "lon": 46.36, "accuracy_m": 500},
        "accused": {"kind": "unknown"},
        "narrative": f"{number}: {NARRATIVE}",
    }


class Client:
    """One person with a bad line."""

    def __init__(self, address: str, key: str, tally: Tally, chance: random.Random) -> None:
        self.host = urlsplit(address).netloc
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self.tally, self.chance = tally, chance

    def send(self, body: bytes, *, read: bool) -> tuple[int, str]:
        """Send once; (0, "") if the answer was dropped."""
        connection = http.client.HTTPConnection(self.host, timeout=TIMEOUT_S)
        try:
            connection.request("POST", "/api/v1/reports", body, self.headers)
            if not read:
                return 0, ""
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def file(self, content: dict[str, object], dropped: float, resent: float) -> None:
        """Send until it is acknowledged; now and then once more."""
        body = json.dumps(content).encode()
        began = time.monotonic()
        if self.persist(content, body, dropped):
            with self.tally.lock:
                self.tally.seconds.append(time.monotonic() - began)
            if self.chance.random() < resent:
                with self.tally.lock:
                    self.tally.resent += 1
                self.persist(content, body, dropped)

    def persist(self, content: dict[str, object], body: bytes, dropped: float) -> bool:
        """Send the same report until it is acknowledged; False if that never happens."""
        stop_at = time.monotonic() + PATIENCE_S
        pause = 0.05
        while time.monotonic() < stop_at:
            status, text = self.attempt(body, read=self.chance.random() >= dropped)
            if status in (200, 201):
                with self.tally.lock:
                    receipts = self.tally.receipts.setdefault(str(content["id"]), set())
                    receipts.add(json.loads(text)["receipt"])
                return True
            if status and status < 500:
                self.fail(f"{status}: {text[:200]}")
                return False
            time.sleep(pause * self.chance.uniform(0.5, 1.5))
            pause = min(pause * 2, 2.0)
        self.fail("gave up")
        return False

    def attempt(self, body: bytes, read: bool) -> tuple[int, str]:
        with self.tally.lock:
            self.tally.sent += 1
            self.tally.dropped += not read
        try:
            return self.send(body, read=read)
        except (OSError, http.client.HTTPException):
            return 0, ""

    def fail(self, words: str) -> None:
        with self.tally.lock:
            self.tally.errors.append(words)


def storm(address: str, key: str, args: argparse.Namespace) -> tuple[Tally, float]:
    """Let all clients file at once; return what they saw and the seconds it took."""
    tally = Tally()
    gate = threading.Barrier(args.clients + 1)

    def live(number: int) -> None:
        client = Client(address, key, tally, random.Random(args.seed + number))
        gate.wait()
        for n in range(args.each):
            client.file(report(number * args.each + n), args.dropped, args.resent)

    threads = [threading.Thread(target=live, args=(n,)) for n in range(args.clients)]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    return tally, time.monotonic() - began


def bare_loop(database: psycopg.Connection[tuple[object, ...]], most: int) -> float:
    """Insert rows of a report's size one by one, a commit each; return rows per second."""
    raw = json.dumps(report(0)).encode()
    with database.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bare_insert (id uuid PRIMARY KEY, at timestamptz, raw bytea, told text)"
        )
        began, rows = time.monotonic(), 0
        while rows < most and time.monotonic() - began < BARE_SECONDS:
            cursor.execute(
                "INSERT INTO bare_insert VALUES (%s, now(), %s, %s)",
                (uuid.uuid4(), raw, NARRATIVE),
            )
            rows += 1
        speed = rows / (time.monotonic() - began)
        cursor.execute("DROP TABLE bare_insert")
    return speed


def on_record(
    database: psycopg.Connection[tuple[object, ...]], ids: Sequence[str]
) -> dict[str, tuple[int, int, str]]:
    """Return {client id: (reports, report.filed events, receipt)} of what the database holds."""
    rows = database.execute(
        "SELECT r.client_uuid::text, count(DISTINCT r.id), count(e.id), min(r.receipt)"
        "  FROM reports_report r LEFT JOIN reports_event e"
        "    ON e.subject_id = r.id AND e.kind = 'report.filed'"
        " WHERE r.client_uuid::text = ANY(%s) GROUP BY 1",
        [list(ids)],
    ).fetchall()
    return {str(row[0]): (int(str(row[1])), int(str(row[2])), str(row[3])) for row in rows}


def percentile(values: Sequence[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else float("nan")


def show(tally: Tally, took: float, bare: float, lost: int, doubled: int, asked: int) -> None:
    """Print the table."""
    acknowledged = len(tally.seconds)
    lines = (
        ("reports to file", f"{asked:,}"),
        ("acknowledged", f"{acknowledged:,}"),
        ("lost (acknowledged, not on record)", f"{lost:,}"),
        ("doubled (two rows, events or receipts)", f"{doubled:,}"),
        ("requests sent", f"{tally.sent:,}"),
        ("  of these with the answer dropped", f"{tally.dropped:,}"),
        ("  of these sent again though answered", f"{tally.resent:,}"),
        ("refused or given up", f"{len(tally.errors):,}"),
        ("seconds", f"{took:.1f}"),
        ("filings per second", f"{acknowledged / took:.0f}"),
        ("requests per second", f"{tally.sent / took:.0f}"),
        ("p50 until acknowledged", f"{percentile(tally.seconds, 0.5):.2f} s"),
        ("p99 until acknowledged", f"{percentile(tally.seconds, 0.99):.2f} s"),
        ("bare psycopg inserts per second", f"{bare:.0f}"),
    )
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        print(f"{name:<{width}}  {value:>10}")
    for words in sorted(set(tally.errors))[:5]:
        print(f"! {words}")


@contextmanager
def instance(data: Path | None) -> Iterator[Path]:
    """Hand out the data folder of a running instance: the one named, or one of our own."""
    if data is not None:
        yield data
        return
    folder = Path(tempfile.mkdtemp(prefix="cvr-bench-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    hidden = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env |= {"CVR_DATA": str(folder), "PORT": str(port)}
    site = subprocess.Popen(
        [sys.executable, str(ROOT / "run.py")], env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert site.stdout
        if not any(line.startswith("READY") for line in site.stdout):
            raise SystemExit("The instance did not start; see above.")
        threading.Thread(target=site.stdout.read, daemon=True).start()
        yield folder
    finally:
        site.send_signal(signal.SIGINT)
        site.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def issue_key(data: Path, user: str) -> str:
    """Issue a key that may file, for this run."""
    command = [sys.executable, str(ROOT / "run.py"), "manage", "issue_key", "--user", user]
    command += ["--label", "benchmark", "--scope", "reports:write", "--scope", "reports:read"]
    env = os.environ | {"CVR_DATA": str(data)}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split()[-1]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="data folder of a running instance")
    parser.add_argument("--user", default="monitor1", help="who files")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--each", type=int, default=3, help="reports of each client")
    parser.add_argument("--dropped", type=float, default=0.2, help="share of answers not read")
    parser.add_argument("--resent", type=float, default=0.1, help="share sent again")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Run it; 0 only if nothing was lost, doubled or refused."""
    args = arguments()
    with instance(args.data) as data:
        running = read_instance(data)
        key = issue_key(data, args.user)
        tally, took = storm(running["CVR_URL"], key, args)
        with psycopg.connect(running["DATABASE_URL"], autocommit=True) as database:
            held = on_record(database, list(tally.receipts))
            bare = bare_loop(database, most=10_000)
    lost = len(set(tally.receipts) - set(held))
    doubled = sum(
        held[i][:2] != (1, 1) or seen != {held[i][2]}
        for i, seen in tally.receipts.items()
        if i in held
    )
    asked = args.clients * args.each
    show(tally, took, bare, lost, doubled, asked)
    return int(bool(lost or doubled or tally.errors or len(tally.seconds) != asked))


if __name__ == "__main__":
    sys.exit(main())
