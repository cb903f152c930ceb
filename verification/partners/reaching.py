"""Sending one message to a stranger's machine, without being led anywhere else.

The name is looked up once; every address it has must be one of the open internet; the connection
goes to the very address that was looked at, and the certificate must be of the name. Nothing is
followed, little is read, and all of it ends in time.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from verification.partners.rules import is_loopback, is_public, place_of

PATIENCE_S = 10.0  # for all of one try
READ_MOST = 4096  # bytes of an answer; nothing in it is kept


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one try: a word of ours, and the status if there was one."""

    outcome: str
    status: int | None
    took_ms: int


class Blocked(Exception):
    """Raised where a name leads to an address that must not be reached."""


def send(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    loopback: bool,
    patience: float = PATIENCE_S,
) -> Answered:
    """Send one message and return what came of it; never raises for what the other side does."""
    began = time.monotonic()
    status: int | None = None
    late = threading.Event()
    try:
        parts, host, port = place_of(url)
        address = address_for(host, port, loopback=loopback)
        line = _connected(parts.scheme, host, port, address, patience)
        with InTime(line, patience - (time.monotonic() - began), late):
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            line.request("POST", target, body=body, headers=dict(headers))
            answer = line.getresponse()
            status = answer.status
            answer.read(READ_MOST)
        outcome = outcome_of(status)
    except Blocked:
        outcome = "blocked"
    except TimeoutError:
        outcome = "timeout"
    except ssl.SSLError:
        outcome = "timeout" if late.is_set() else "tls"
    # A ValueError is a name or a header that cannot be written as the line has it.
    except (OSError, ValueError, http.client.HTTPException):
        outcome = "timeout" if late.is_set() else "unreachable"
    if late.is_set():
        outcome, status = "timeout", None
    return Answered(outcome, status, int((time.monotonic() - began) * 1000))


def outcome_of(status: int) -> str:
    """Return our word for a status."""
    if 200 <= status < 300:
        return "delivered"
    if status == 410:
        return "gone"
    return "redirect" if 300 <= status < 400 else "refused"


def address_for(host: str, port: int, *, loopback: bool) -> str:
    """Return the one address to connect to. Errors: Blocked, OSError.

    A name with one address that must not be reached is not reached at all.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    here = loopback and is_loopback(host)
    for address in addresses:
        if not (is_public(address) or (here and is_loopback(address))):
            raise Blocked(host)
    if not addresses:
        raise Blocked(host)
    return addresses[0]


def _connected(
    scheme: str, host: str, port: int, address: str, patience: float
) -> http.client.HTTPConnection:
    """Return a connection to exactly this address; over TLS the certificate is held to the name."""
    raw = socket.create_connection((address, port), timeout=patience)
    try:
        line: http.client.HTTPConnection
        if scheme == "https":
            line = http.client.HTTPSConnection(host, port, timeout=patience)
            line.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
        else:
            line = http.client.HTTPConnection(host, port, timeout=patience)
            line.sock = raw
    except (OSError, ValueError):
        raw.close()
        raise
    line.auto_open = 0  # if it closes, nothing opens it again by name
    return line


class InTime:
    """Close a connection when its time is over, however slowly its bytes drip."""

    def __init__(
        self, line: http.client.HTTPConnection, seconds: float, late: threading.Event
    ) -> None:
        self.line, self.late, self.sock = line, late, line.sock
        self.timer = threading.Timer(max(seconds, 0.01), self._end)
        self.timer.daemon = True

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, *_problem: object) -> None:
        self.timer.cancel()
        self.line.close()

    def _end(self) -> None:
        self.late.set()
        if self.sock is not None:
            with suppress(OSError):  # it has ended by itself
                self.sock.shutdown(socket.SHUT_RDWR)
