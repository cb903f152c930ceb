"""A body without a length, over a real server: Django alone reads nothing of it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from reports.intake.models import Report
from tests.factories import World
from tests.lines.phones import a_form, a_handset

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def gunicorn(live_world: World) -> Iterator[int]:
    """The site as it is served, on the tests' database."""
    known = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(known._replace(path="/" + connection.settings_dict["NAME"]))
    env = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings_test"}
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        door.set_inheritable(True)
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--workers", "1"]
        bind = ["--bind", f"fd://{door.fileno()}", "--no-control-socket"]
        server = subprocess.Popen(
            [*command, *bind],
            cwd=ROOT,
            env=env,
            pass_fds=[door.fileno()],
            stderr=subprocess.DEVNULL,
        )
        try:
            yield port
        finally:
            server.terminate()
            server.wait(timeout=20)


def pieces(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), 700):
        yield body[at : at + 700]


def test_a_chunked_post_is_read_whole(live_world: World, gunicorn: int) -> None:
    handset = a_handset(live_world)
    mark = "a-boundary-of-its-own"
    body = (
        f"--{mark}\r\n"
        'Content-Disposition: form-data; name="xml_submission_file"; filename="s.xml"\r\n'
        "Content-Type: text/xml\r\n\r\n"
    ).encode() + a_form(narrative="Heard from the centre. " * 100)
    body += f"\r\n--{mark}--\r\n".encode()
    line = http.client.HTTPConnection("127.0.0.1", gunicorn, timeout=30)
    headers: dict[str, Any] = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    line.request("POST", f"{handset.base}/submission", pieces(body), headers, encode_chunked=True)
    answer = line.getresponse()
    assert answer.status == 201, answer.read()
    assert Report.objects.get().narrative.startswith("Heard from the centre.")


@pytest.mark.parametrize("path", ["/api/v1/reports", "/v1/hooks/sms", "/v1/nothing"])
def test_elsewhere_no_body_without_a_length_is_taken(path: str) -> None:
    from config.chunked import takes_chunks

    seen: list[dict[str, Any]] = []
    app = takes_chunks(lambda environ, start: seen.append(environ) or [b""])  # type: ignore[func-returns-value]
    environ = {"HTTP_TRANSFER_ENCODING": "chunked", "PATH_INFO": path}
    app(environ, lambda *given: None)
    assert seen == [environ] and "CONTENT_LENGTH" not in environ


def test_a_chunked_body_beyond_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from io import BytesIO

    from config import chunked

    monkeypatch.setattr(chunked, "BODY_MOST", 1000)
    said: list[str] = []
    app = chunked.takes_chunks(lambda environ, start: [b"never"])
    environ = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "PATH_INFO": "/v1/projects/1/submission",
        "wsgi.input": BytesIO(b"x" * 5000),
    }
    assert list(app(environ, lambda status, headers: said.append(status))) == [b""]
    assert said == ["413 Content Too Large"]
