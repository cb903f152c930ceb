"""With a virus scanner beside the site nothing is shown or handed out that it did not pass."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from reports.evidence.actions import add_item, read_waiting
from reports.evidence.antivirus import PIECE, ScannerSilent, is_infected
from reports.evidence.drafts import ItemDraft
from reports.evidence.models import Item, Reading
from reports.evidence.queries import is_held_back, item_by_id, unread_since
from reports.evidence.storage import COPY, path_of, vault
from reports.problems import Invalid
from tests.factories import NOW, World, a_report, an_item, settle
from tests.pages.record.test_filing import shown
from tests.pictures import photo
from tests.proofs import refused
from tests.reports.evidence.test_adding import PDF
from verification.adjudication.actions.exhibits import download_item
from verification.notifications.models import Notification

BAD = b"EICAR-STAND-IN"


@dataclass
class StandIn:
    """Speaks clamd's INSTREAM over a real socket; finds BAD, or answers as it was told."""

    path: Path
    says: bytes = b""
    heard: list[int] = field(default_factory=list)

    def serve(self, server: socket.socket) -> None:
        while True:
            try:
                line, _address = server.accept()
            except OSError:
                return
            with line:
                line.sendall(self.says or self._judged(line))

    def _judged(self, line: socket.socket) -> bytes:
        stream = line.makefile("rb")
        if stream.read(10) != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND\0"
        content = b""
        while length := struct.unpack(">I", stream.read(4))[0]:
            self.heard.append(length)
            content += stream.read(length)
        return b"stream: Eicar-Test FOUND\0" if BAD in content else b"stream: OK\0"


@pytest.fixture
def scanner(tmp_path: Path, settings: Any) -> Iterator[StandIn]:
    made = StandIn(tmp_path / "clamd")
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(made.path))
    server.listen()
    thread = threading.Thread(target=made.serve, args=(server,), daemon=True)
    thread.start()
    settings.CLAMD = f"unix:{made.path}"
    yield made
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(timeout=5)


class TestTheProtocol:
    def test_it_is_told_the_bytes_piece_by_piece(self, scanner: StandIn) -> None:
        assert not is_infected(BytesIO(b"x" * (PIECE + 7)))
        assert scanner.heard == [PIECE, 7]

    def test_it_finds(self, scanner: StandIn) -> None:
        assert is_infected(BytesIO(b"a" + BAD))

    @pytest.mark.parametrize(
        "says", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: x ERROR\0", b"OK\0", b"\0"]
    )
    def test_any_other_answer_is_none(self, scanner: StandIn, says: bytes) -> None:
        scanner.says = says
        with pytest.raises(ScannerSilent):
            is_infected(BytesIO(b"x"))

    @pytest.mark.parametrize("address", ["unix:/nowhere/at/all", "127.0.0.1:1", "nonsense"])
    def test_nobody_there(self, settings: Any, address: str) -> None:
        settings.CLAMD = address
        with pytest.raises(ScannerSilent):
            is_infected(BytesIO(b"x"))

    def test_over_tcp(self, settings: Any, tmp_path: Path) -> None:
        server = socket.create_server(("127.0.0.1", 0))
        made = StandIn(tmp_path)
        threading.Thread(target=made.serve, args=(server,), daemon=True).start()
        settings.CLAMD = f"127.0.0.1:{server.getsockname()[1]}"
        assert is_infected(BytesIO(BAD))
        server.close()


class TestFiles:
    def test_a_clean_one_is_read_as_always(self, world: World, scanner: StandIn) -> None:
        assert an_item(world).reading.outcome == "copied"
        assert an_item(world, content=PDF).reading.outcome == "sealed"

    @pytest.mark.parametrize("content", [photo() + BAD, PDF.replace(b"<<>>", BAD)])
    def test_an_infected_one_is_sealed_and_never_shown(
        self, world: World, scanner: StandIn, content: bytes
    ) -> None:
        item = item_by_id(an_item(world, content=content).pk)
        assert item.reading.outcome == "infected" and is_held_back(item)
        assert not vault().exists(path_of(COPY, item.stored_as))
        for by in (world.triage, world.filer):
            with refused(Invalid):
                download_item(code=item.code, by=by, at=NOW)
        told = Notification.objects.filter(user=world.triage, topic="file_infected", key=item.code)
        assert told.count() == 1
        client = Client()
        client.force_login(world.triage)
        page = shown(client.get(f"/evidence/{item.code}/"))
        assert "a virus scanner found something" in page and "Download the original" not in page
        assert client.get(f"/evidence/{item.code}/picture").status_code == 404

    def test_while_nobody_answers_it_waits_and_alarms(
        self, world: World, scanner: StandIn, settings: Any
    ) -> None:
        there, settings.CLAMD = settings.CLAMD, "unix:/nowhere"
        report = a_report(world)
        brought = ContentFile(photo())
        made = add_item(report=report, draft=ItemDraft(), file=brought, by=world.filer, at=NOW)
        settle()
        item: Item = item_by_id(made.item.pk)
        assert not Reading.objects.filter(item=item).exists() and is_held_back(item)
        with refused(Invalid):
            download_item(code=item.code, by=world.triage, at=NOW)
        later = NOW + timedelta(hours=1)
        assert read_waiting(at=later) == 0 and unread_since(before=later) == 1
        client = Client()
        client.force_login(world.operator)
        assert "waits to be read for longer" in shown(client.get("/health/"))
        settings.CLAMD = there
        assert read_waiting(at=later) == 1 and unread_since(before=later) == 0
        assert item_by_id(item.pk).reading.outcome == "copied"

    def test_without_a_scanner_nothing_is_held_back(self, world: World) -> None:
        report = a_report(world)
        brought = ContentFile(photo())
        made = add_item(report=report, draft=ItemDraft(), file=brought, by=world.filer, at=NOW)
        assert not is_held_back(item_by_id(made.item.pk))
