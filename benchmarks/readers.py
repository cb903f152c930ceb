"""A thousand readers at once on the public pages of a running site, on the loopback address.

Each reader keeps one connection and opens the pages in turn, thinking up to `--think` seconds in
between, as people do. Standard library alone; what is measured is the site.

    python3 benchmarks/readers.py http://127.0.0.1:8000 --readers 1000 --seconds 30
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from urllib.parse import urlsplit

PAGES = (
    *("/", "/standings/", "/comparison/", "/incidents/", "/findings/", "/bulletins/"),
    *("/?accused=ARM", "/map/5/20/12.json"),
)


async def one_page(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, path: str
) -> int:
    """Ask for one page over an open connection; return its status."""
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Language: en\r\n"
    writer.write(f"{head}Accept-Encoding: gzip\r\nConnection: keep-alive\r\n\r\n".encode())
    await writer.drain()
    answer = await reader.readuntil(b"\r\n\r\n")
    lines = answer.decode("latin-1").split("\r\n")
    fields = {k.lower(): v.strip() for k, _c, v in (line.partition(":") for line in lines[1:])}
    if "content-length" in fields:
        await reader.readexactly(int(fields["content-length"]))
    else:
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return int(lines[0].split(" ")[1])


async def read_on(
    address: str, until: float, think: float, took: list[float], seen: Counter[str], seed: int
) -> None:
    """Be one reader until the time is up; a lost connection is opened again."""
    own = random.Random(seed)
    parts = urlsplit(address)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    await asyncio.sleep(own.random() * think)
    writer = None
    while time.perf_counter() < until:
        began = time.perf_counter()
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection(host, port)
            status = await one_page(reader, writer, parts.netloc, own.choice(PAGES))
            seen[str(status)] += 1
            took.append(time.perf_counter() - began)
        except (OSError, asyncio.IncompleteReadError) as error:
            if isinstance(error, asyncio.IncompleteReadError) and not error.partial and writer:
                seen["closed while idle"] += 1  # the site may close what rests; it is asked again
            else:
                seen[type(error).__name__] += 1
            writer = None
            continue
        await asyncio.sleep(own.random() * think)
    if writer is not None:
        writer.close()


async def crowd(asked: argparse.Namespace) -> int:
    """Send the readers; print what they saw."""
    took: list[float] = []
    seen: Counter[str] = Counter()
    began = time.perf_counter()
    until = began + asked.seconds
    await asyncio.gather(
        *(
            read_on(asked.address, until, asked.think, took, seen, number)
            for number in range(asked.readers)
        )
    )
    span = time.perf_counter() - began
    ordered = sorted(took) or [0.0]

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000

    wrong = sum(n for what, n in seen.items() if what not in ("200", "closed while idle"))
    print(f"{asked.readers} readers, {span:.0f} s, thinking up to {asked.think:g} s: {dict(seen)}")
    rate = f"{len(took) / span:.0f} pages/s"
    print(f"{rate}; p50 {at(0.5):.0f} ms, p99 {at(0.99):.0f} ms; {wrong} errors")
    return 1 if wrong else 0


def main() -> int:
    """Read the arguments and send the readers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--think", type=float, default=10)
    return asyncio.run(crowd(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
