"""The site on a port of its own, in the transaction of the test: real HTTP, nothing to clean up.

A client of Django's calls the site in its own thread and words no request; what breaks on the wire
(headers, parts, methods, bodies) is seen only over one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Answer:
    """An answer, with the names a client of Django's gives its parts."""

    def __init__(self, came: requests.Response) -> None:
        self.status_code, self.content = came.status_code, came.content
        self.headers, self.cookies, self.json = came.headers, came.cookies, came.json

    def __getitem__(self, name: str) -> str:
        return self.headers[name]

    def __contains__(self, name: str) -> bool:
        return name in self.headers


class Wire:
    """A client over HTTP: asks what it is told to, byte for byte, and follows nothing."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def ask(self, method: str, url: str, **more: Any) -> Answer:
        url = url if url.startswith("http") else self.origin + url
        return Answer(requests.request(method, url, timeout=30, allow_redirects=False, **more))

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.ask("GET", url, headers=headers)

    def head(self, url: str) -> Answer:
        return self.ask("HEAD", url)

    def post(self, url: str, parts: Mapping[str, Any]) -> Answer:
        """Post a form of several parts; what is no file is a field of it."""
        fields = {name: part for name, part in parts.items() if isinstance(part, str)}
        files = [
            (name, (part.name, part.read(), part.content_type))
            for name, part in parts.items()
            if name not in fields
        ]
        return self.ask("POST", url, data=fields, files=files)

    def generic(self, method: str, url: str, body: bytes, content_type: str) -> Answer:
        return self.ask(method, url, data=body, headers={"Content-Type": content_type})


@contextmanager
def on_the_wire() -> Iterator[Wire]:
    """Serve the site from a thread that shares the test's connection, one request at a time."""
    server = WSGIServer(("localhost", 0), Quiet)
    server.set_app(WSGIHandler())
    shared = connections["default"]
    shared.inc_thread_sharing()

    def serve() -> None:
        connections["default"] = shared
        server.serve_forever(poll_interval=0.02)

    for signal in (request_started, request_finished):  # they would close it, within a transaction
        signal.disconnect(close_old_connections)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Wire(f"http://localhost:{server.server_port}")
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
        shared.dec_thread_sharing()
