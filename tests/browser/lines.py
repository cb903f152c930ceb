"""A line between a phone and the site that can be cut, or lose three requests in ten."""

from __future__ import annotations

import http.client
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Line:
    """What the phone dials; `loses` is the share of requests that fail, drawn by a fixed seed.

    Every other loss happens on the way back: the site has done the work and the phone is not told.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.loses = 0.0
        self.drawn = random.Random(20201010)
        self.lost = self.carried = 0
        self._guard = threading.Lock()
        self.url = ""

    def cut(self) -> None:
        """Let nothing through."""
        self.loses = 1.0

    def mend(self, loses: float = 0.0) -> None:
        """Let requests through, but for a share of them."""
        self.loses, self.lost, self.carried = loses, 0, 0

    def fate(self) -> str:
        """Return what becomes of the next request: carried, lost, or lost on the way back."""
        with self._guard:
            if self.drawn.random() >= self.loses:
                self.carried += 1
                return "carried"
            self.lost += 1
            return "lost" if self.loses == 1.0 or self.lost % 2 else "answer lost"


def _handler(line: Line) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _pass_on(self) -> None:
            self.close_connection = True
            fate = line.fate()
            if fate == "lost":
                return
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size) if size else None
            upstream = http.client.HTTPConnection(line.upstream, timeout=60)
            upstream.request(self.command, self.path, body, dict(self.headers.items()))
            answer = upstream.getresponse()
            content = answer.read()
            upstream.close()
            if fate == "answer lost":
                return
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_HEAD = do_PATCH = do_DELETE = _pass_on  # noqa: N815 - their names

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a phone that hung up."""


@contextmanager
def a_line(upstream: str) -> Iterator[Line]:
    """Lay a line to a site."""
    line = Line(upstream)
    server = _Server(("127.0.0.1", 0), _handler(line))
    line.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()
