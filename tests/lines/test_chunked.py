"""A body without a length, over a real server: Django alone reads nothing of it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.test import Client

from reports.intake.models import Report
from reports.lines.openrosa import submission_door
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


def test_who_sends_is_asked_before_anything_is_read(live_world: World, gunicorn: int) -> None:
    """A body that never ends is not waited for: its sender is unknown, or has yet to answer."""
    for path, wanted in (
        (f"/v1/key/{'x' * 43}/projects/1/submission", 404),
        ("/v1/projects/1/submission", 401),
    ):
        line = http.client.HTTPConnection("127.0.0.1", gunicorn, timeout=30)
        line.putrequest("POST", path)
        line.putheader("Content-Type", "multipart/form-data; boundary=mark")
        line.putheader("Transfer-Encoding", "chunked")
        line.endheaders()
        line.send(b"6\r\n--mark\r\n")  # and no last chunk
        assert line.getresponse().status == wanted
        line.close()
    assert Report.objects.count() == 0


def test_a_chunked_body_beyond_bounds_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config import chunked

    monkeypatch.setattr(chunked, "BODY_MOST", 3000)
    part = b'--mark\r\nContent-Disposition: form-data; name="a"; filename="a.jpg"\r\n\r\n'
    handset, answers = a_handset(world), []

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        answer = submission_door(WSGIRequest(environ), handset.number, handset.given.token)
        answers.append(answer)
        return [answer.content]

    environ = Client()._base_environ() | {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "multipart/form-data; boundary=mark",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "PATH_INFO": f"{handset.base}/submission",
        "wsgi.input": BytesIO(part + b"x" * 5000),
    }
    chunked.takes_chunks(app)(environ, lambda *given: None)
    assert [answer.status_code for answer in answers] == [413]
    assert b"OpenRosaResponse" in answers[0].content and Report.objects.count() == 0
