"""Requests a second and 99th percentile of the API, beside a bare DRF view on the same server.

The database is a decade of incidents (benchmarks/decade.py), the web server the one that run.py
starts: two processes of four threads. Eight clients keep one connection each and ask without a
pause, one kind of request after the other, through the middleware, keys and quotas of a real site.
How many queries a request takes is counted in this process, on the same rows.

    python3 benchmarks/api.py --incidents 100000
    python3 benchmarks/api.py --incidents 1000000 --keep FOLDER    the folder of public_pages.py
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "benchmarks"))

CLIENTS = 8
MOST_QUERIES = 12
STATEMENTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
SEED = 20201010
Request = tuple[str, str, bytes]  # method, path, body


@dataclass
class Tally:
    """What the clients of one kind of request saw."""

    took: list[float] = field(default_factory=list)  # seconds
    seen: Counter[int] = field(default_factory=Counter)

    def at(self, share: float) -> float:
        """Return a percentile in ms."""
        ordered = sorted(self.took) or [0.0]
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def a_filing(slug: str) -> Request:
    """Return a report as a partner's program files it."""
    body = {
        "id": str(uuid.uuid4()),
        "agreement": slug,
        "act": "shelling",
        "stance": "observes",
        "means": "heard",
        "observed_from": "2020-10-11T22:00:00+04:00",
        "observed_until": "2020-10-11T23:00:00+04:00",
        "time_precision": "hour",
        "location": {"kind": "point", "lat": 40.68, "lon": 46.36, "accuracy_m": 500},
        "accused": {"kind": "unknown"},
        "narrative": "Heavy explosions were heard from the centre of the city. " * 3,
    }
    return "POST", "/api/v1/reports", json.dumps(body).encode()


def kinds(slug: str, codes: list[str]) -> dict[str, Callable[[random.Random], Request]]:
    """Return what is asked for, by name; each draws one request."""

    def get(path: str) -> Callable[[random.Random], Request]:
        return lambda _dice: ("GET", path, b"")

    listed = f"/api/v1/incidents?agreement={slug}"
    return {
        "bare DRF view": get("/bare"),
        "list, first page": get(listed),
        "list, one party and act": get(f"{listed}&accused=ARM&act=shelling"),
        "list, one year": get(f"{listed}&from=2023-01-01&until=2023-12-31"),
        "get one incident": lambda dice: ("GET", f"/api/v1/incidents/{dice.choice(codes)}", b""),
        "standings": get(f"/api/v1/standings?agreement={slug}"),
        "file a report": lambda _dice: a_filing(slug),
        "bare DRF view, again": get("/bare"),
    }


async def one(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: Request, key: str
) -> int:
    """Send one request over an open connection and read its answer; return its status."""
    method, path, body = asked
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n"
    if path.startswith("/api/"):
        head += f"Authorization: Bearer {key}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        head += f"Idempotency-Key: {uuid.uuid4()}\r\n"
    writer.write(head.encode() + b"\r\n" + body)
    await writer.drain()
    answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {k.lower(): v.strip() for k, _c, v in (line.partition(":") for line in answer[1:])}
    if "content-length" in fields:
        await reader.readexactly(int(fields["content-length"]))
    else:
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return int(answer[0].split(" ")[1])


async def client(
    port: int, key: str, draw: Callable[[random.Random], Request], until: float, n: int, into: Tally
) -> None:
    """Ask without a pause until the time is up."""
    dice, writer = random.Random(SEED + n), None
    while time.perf_counter() < until:
        if writer is None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        asked, began = draw(dice), time.perf_counter()
        try:
            into.seen[await one(reader, writer, asked, key)] += 1
        except (OSError, asyncio.IncompleteReadError):
            writer = None  # the server renews its connections; nothing was answered
            continue
        into.took.append(time.perf_counter() - began)
    if writer is not None:
        writer.close()


async def ask(
    port: int, key: str, draw: Callable[[random.Random], Request], seconds: float
) -> Tally:
    """Let all clients ask for one kind of thing."""
    tally = Tally()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(client(port, key, draw, until, n, tally) for n in range(CLIENTS)))
    return tally


@contextlib.contextmanager
def server(data: Path) -> Iterator[int]:
    """Run the web server on the engines of this process; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    hidden = ("DJANGO_SETTINGS_MODULE", "CVR_HTTPS", "EMAIL_URL")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env |= {"CVR_DATA": str(data), "CVR_DEMO": "1", "SECRET_KEY": "b" * 64}
    env |= {"CVR_PUBLIC_CACHE_SECONDS": "0", "PYTHONPATH": f"{ROOT}:{ROOT / 'benchmarks'}"}
    command = [sys.executable, "-m", "gunicorn", "bare_wsgi", "-k", "gthread", "-w", "2"]
    command += ["--threads", "4", "--preload", "-b", f"127.0.0.1:{port}", "--no-control-socket"]
    command += ["--log-level", "error"]
    web = subprocess.Popen(command, env=env, cwd=ROOT)
    try:
        for _attempt in range(120):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/bare", timeout=5)
                break
            if web.poll() is not None:
                raise SystemExit("The web server did not start; see above.")
            time.sleep(0.5)
        yield port
    finally:
        web.terminate()
        web.wait(30)


def a_key() -> str:
    """Return the token of a key that may file and read, of the decade's own filer."""
    from django.utils import timezone

    from reports.keys.actions import set_quota
    from reports.people.actions import issue_api_key
    from reports.people.models import User

    scopes = ["reports:read", "reports:write"]
    user = User.objects.get(username="filer")
    for lane in ("read", "write"):  # its count is part of what is measured, its end is not
        many = {"per_minute": 1_000_000, "per_day": 1_000_000}
        set_quota(user=user, lane=lane, **many, by=None, at=timezone.now())
    _key, token = issue_api_key(
        user=user, label="benchmark", scopes=scopes, by=None, at=timezone.now()
    )
    return token


def is_question(sql: str) -> bool:
    """Return whether a statement asks for rows or writes them; BEGIN, SET and COMMIT do not."""
    return sql.lstrip().startswith(STATEMENTS) and "set_config" not in sql


def queries_of(asked: Request, key: str) -> tuple[int, int]:
    """Return (status, queries) of a request made in this process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    method, path, body = asked
    given: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {key}"} if "/api/" in path else {}
    with CaptureQueriesContext(connection) as counted:
        answer = Client(SERVER_NAME="localhost").generic(
            method,
            path,
            body,
            "application/json",
            HTTP_IDEMPOTENCY_KEY=str(uuid.uuid4()),
            **given,
        )
    asked_of_tables = [q for q in counted.captured_queries if is_question(q["sql"])]
    return answer.status_code, len(asked_of_tables)


def measure(data: Path, seconds: float) -> bool:
    """Print the table; return whether all was answered, within the budget of queries."""
    from public_pages import site

    with site(data):
        from django.db import connections

        from reports.agreement.models import Agreement
        from verification.publication.models import PublicRow

        slug = Agreement.objects.get().slug
        codes = list(
            PublicRow.objects.filter(code__contains="-D").values_list("code", flat=True)[:2000]
        )
        key, good, bare = a_key(), True, 0.0
        heads = ("requests/s", "of bare", "p50 ms", "p99 ms", "queries")
        print(f"{'':26}" + "".join(f"{head:>12}" for head in heads))
        with server(data) as port:
            for words, draw in kinds(slug, codes).items():
                asked = draw(random.Random(SEED))
                queries = queries_of(asked, key)[1] if "bare" not in words else 0
                connections.close_all()
                asyncio.run(ask(port, key, draw, 1))  # warm
                tally = asyncio.run(ask(port, key, draw, seconds))
                rate = len(tally.took) / seconds
                bare = bare or rate
                wrong = {status: n for status, n in tally.seen.items() if status >= 300}
                good &= not wrong and queries <= MOST_QUERIES
                print(
                    f"{words:26}{rate:12.0f}{rate / bare:12.2f}{tally.at(0.5):12.1f}"
                    f"{tally.at(0.99):12.1f}{queries:12d}{'  ' + str(wrong) if wrong else ''}"
                )
        return good


def main() -> int:
    """Make the decade where it is not there yet, then measure."""
    from public_pages import made_on

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10, help="for each kind of request")
    parser.add_argument("--keep", type=Path, help="folder of the database, kept between runs")
    asked = parser.parse_args()
    data = asked.keep or Path(tempfile.mkdtemp(prefix="cvr-test-"))
    try:
        made_on(data, asked.incidents)
        return 0 if measure(data, asked.seconds) else 1
    finally:
        if not asked.keep:
            shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
