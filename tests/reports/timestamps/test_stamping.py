"""A token of a real (local) time-stamping authority is checked, kept, and refused if it lies."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from django.test import Client

from reports.evidence.models import Item
from reports.journal.kinds import Kind
from reports.timestamps.actions import empty_timestamps, stamp_item, stamp_waiting
from reports.timestamps.authority import AuthoritySilent, checked, is_asked
from reports.timestamps.models import Timestamp
from reports.timestamps.queries import timestamp_of
from tests.factories import NOW, World, an_item
from tests.pages.record.test_filing import shown
from tests.proofs import no_trace, one_event

pytest.importorskip("rfc3161_client", reason="requirements/extra-timestamp.lock is not installed")
pytestmark = pytest.mark.skipif(which("openssl") is None, reason="the authority is openssl's")
LATER = NOW + timedelta(hours=1)
CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def make_authority(folder: Path, name: str) -> Path:
    """Make a root and an authority under it; return the folder."""
    folder.mkdir()
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    (folder / "usage.cnf").write_text("extendedKeyUsage=critical,timeStamping\n")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    root = ("-x509", "-subj", f"/CN={name} root", "-keyout", "root.key", "-out", "root.pem")
    openssl(folder, "req", *key, *root, "-days", "9")
    openssl(folder, "req", *key, "-subj", f"/CN={name}", "-keyout", "tsa.key", "-out", "tsa.csr")
    signed = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-out", "tsa.pem")
    extra = ("-days", "8", "-extfile", "usage.cnf")
    openssl(folder, "x509", "-req", "-in", "tsa.csr", *signed, *extra)
    return folder


@dataclass
class Authority:
    """An HTTP server that has openssl answer; `spoil` changes what it says."""

    folder: Path
    spoil: Any = None
    asked: int = 0

    def answer(self, query: bytes) -> bytes:
        self.asked += 1
        (self.folder / "query").write_bytes(query)
        signer = ("-signer", "tsa.pem", "-inkey", "tsa.key", "-config", "tsa.cnf")
        openssl(self.folder, "ts", "-reply", "-queryfile", "query", *signer, "-out", "reply")
        reply = (self.folder / "reply").read_bytes()
        return self.spoil(reply) if self.spoil else reply


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tsa")
    make_authority(folder / "here", "Clock of the test")
    make_authority(folder / "other", "Another clock")
    return folder


@pytest.fixture
def authority(made: Path, settings: Any) -> Iterator[Authority]:
    found = Authority(made / "here")

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            reply = found.answer(query)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_said: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.TSA_URL = f"http://127.0.0.1:{server.server_port}/"
    settings.TSA_ROOTS = str(made / "here" / "root.pem")
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def item(world: World) -> Item:
    return an_item(world)


class TestStamping:
    def test_a_right_token_is_kept_and_stands_in_custody(
        self, world: World, item: Item, authority: Authority
    ) -> None:
        with one_event(Kind.EVIDENCE_TIMESTAMPED):
            kept = stamp_item(item=item, at=LATER)
        assert kept is not None and kept.authority == "Clock of the test"
        again = checked(bytes(kept.token), item.sha256)
        assert again.stamped_at == kept.stamped_at
        client = Client()
        client.force_login(world.triage)
        page = shown(client.get(f"/evidence/{item.code}/"))
        assert "Clock of the test" in page and "vouched for" in page

    def test_openssl_agrees_without_us(
        self, item: Item, authority: Authority, tmp_path: Path
    ) -> None:
        kept = stamp_item(item=item, at=LATER)
        assert kept is not None
        (tmp_path / "token").write_bytes(bytes(kept.token))
        (tmp_path / "hash").write_text(item.sha256)
        root = str(authority.folder / "root.pem")
        openssl(tmp_path, "ts", "-verify", "-data", "hash", "-in", "token", "-CAfile", root)

    def test_it_is_asked_once(self, item: Item, authority: Authority) -> None:
        assert stamp_waiting(at=LATER) == 1
        with no_trace():
            assert stamp_waiting(at=LATER) == 0 and stamp_item(item=item, at=LATER) is None
        assert authority.asked == 1

    def test_not_in_the_minute_in_which_it_came(self, item: Item, authority: Authority) -> None:
        assert stamp_waiting(at=NOW + timedelta(minutes=1)) == 0 and authority.asked == 0


class TestRefused:
    @pytest.mark.parametrize(
        "spoil",
        [
            lambda reply: reply[:-20] + bytes([reply[-20] ^ 1]) + reply[-19:],  # the signature
            lambda reply: reply.replace(b"Clock of the test", b"Clock of the tesT"),
            lambda reply: reply[:40],
            lambda reply: b"",
        ],
    )
    def test_a_tampered_one(self, item: Item, authority: Authority, spoil: Any) -> None:
        authority.spoil = spoil
        with no_trace(), pytest.raises(AuthoritySilent):
            stamp_item(item=item, at=LATER)
        with no_trace():
            assert stamp_waiting(at=LATER) == 0

    def test_one_over_something_else(self, item: Item, authority: Authority) -> None:
        kept = stamp_item(item=item, at=LATER)
        assert kept is not None
        with pytest.raises(ValueError, match="Mismatch"):
            checked(bytes(kept.token), "0" * 64)

    def test_one_of_an_authority_nobody_trusts(
        self, item: Item, authority: Authority, made: Path
    ) -> None:
        authority.folder = made / "other"
        with no_trace(), pytest.raises(AuthoritySilent):
            stamp_item(item=item, at=LATER)

    def test_an_old_answer_again(self, world: World, item: Item, authority: Authority) -> None:
        stamp_item(item=item, at=LATER)
        old = (authority.folder / "reply").read_bytes()
        authority.spoil = lambda reply: old
        from tests.pictures import photo

        other = an_item(world, content=photo(8))
        with no_trace(), pytest.raises(AuthoritySilent):
            stamp_item(item=other, at=LATER)

    @pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "file:///etc/passwd", "nonsense"])
    def test_nobody_there(self, item: Item, authority: Authority, settings: Any, url: str) -> None:
        settings.TSA_URL = url
        with no_trace(), pytest.raises(AuthoritySilent):
            stamp_item(item=item, at=LATER)


def test_without_an_authority_nobody_is_asked(world: World, item: Item) -> None:
    assert not is_asked()
    with no_trace():
        assert stamp_waiting(at=LATER) == 0


def test_it_goes_with_its_report(item: Item, authority: Authority) -> None:
    kept = stamp_item(item=item, at=LATER)
    assert kept is not None and timestamp_of(item) == kept
    empty_timestamps(report=item.report, since=NOW)
    kept = Timestamp.objects.get(item=item)
    assert (bytes(kept.token), kept.stamped_at) == (b"", None) and timestamp_of(item) is None
