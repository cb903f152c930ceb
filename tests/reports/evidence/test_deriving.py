"""A file is read once, in a child with limits; what may be shown of it holds pixels and no more."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from PIL import Image, PngImagePlugin

from reports.evidence import actions, decoder, queries
from reports.evidence.actions import StoredOtherwise, add_item, derive_item
from reports.evidence.drafts import ItemDraft
from reports.evidence.models import Item, Reading
from reports.evidence.queries import bytes_of
from reports.evidence.sandbox import Seen, _understood, run_decoder
from reports.evidence.storage import COPY, ORIGINAL, THUMB, SealedFolder, path_of, vault
from reports.intake.actions import withdraw_report
from reports.journal.kinds import Kind
from reports.journal.models import Event
from tests.factories import LATER, NOW, World, a_report, an_item, settle
from tests.pictures import drawn, encoded, exif_of, photo
from tests.proofs import no_trace
from tests.reports.evidence.test_adding import MP4
from verification.ledger.actions.erasure import erase_report

TAKEN = datetime(2020, 10, 11, 2, 5)
CANARY = "CANARY-X7"


def reading_of(item: Item) -> Reading:
    return Reading.objects.get(item=item)


def read(content: bytes, task: str = "read") -> Seen:
    with TemporaryFile() as file:
        file.write(content)
        file.flush()
        return run_decoder(task, file)


def test_bands_of_a_picture_with_transparency_join_without_a_seam(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoder, "COPY_SIDE", 97)
    picture = drawn(3, (313, 401)).convert("RGBA")
    picture.putalpha(drawn(4, (313, 401)).convert("L"))
    whole = decoder._on_white(picture).resize((76, 97), Image.Resampling.BICUBIC)
    monkeypatch.setattr(decoder, "BAND", 16)
    picture.getexif()[0x0112] = 6
    banded = decoder._shrunk(picture)
    assert banded.size == (76, 97) and banded.getexif()[0x0112] == 6
    apart = np.abs(np.asarray(banded).astype(int) - np.asarray(whole).astype(int))
    assert apart.max() <= 1
    picture.thumbnail((400, 400))
    assert decoder._shrunk(picture.resize((50, 60))).size == (50, 60)


class TestReading:
    def test_a_picture_gets_a_copy_and_is_compared_by_what_it_says(self, world: World) -> None:
        content = photo(taken=TAKEN, position=(40.68, 46.36), device=("Maker", "Phone 7"))
        item = an_item(world, content=content)
        row = reading_of(item)
        assert (row.outcome, row.width, row.height) == ("copied", 320, 240)
        assert row.embedded_at == datetime(2020, 10, 10, 22, 5, tzinfo=UTC)  # Baku is UTC+4
        assert row.embedded_by == "local"
        assert (row.embedded_lat, row.embedded_lon) == (40.68, 46.36)
        assert row.device == "Maker Phone 7"
        copy, thumb = (bytes_of(folder, item) for folder in (COPY, THUMB))
        assert copy is not None and thumb is not None
        assert hashlib.sha256(copy).hexdigest() == row.copy_sha256
        for made in (copy, thumb):
            opened = Image.open(io.BytesIO(made))
            assert opened.format == "JPEG" and not dict(opened.getexif())
        kinds = Event.objects.filter(subject_id=item.pk).values_list("kind", flat=True)
        assert sorted(kinds) == ["evidence.added", "evidence.derived"]

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
    def test_nothing_written_into_it_is_in_what_is_shown(self, kind: str) -> None:
        exif = exif_of(
            taken=TAKEN,
            position=(40.123456, 46.654321),
            device=(CANARY, CANARY),
            Artist=CANARY,
            BodySerialNumber=CANARY,
            ImageDescription=CANARY,
        )
        options: dict[str, Any] = {"exif": exif}
        xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{CANARY}</x:xmpmeta>".encode()
        if kind == "PNG":
            text = PngImagePlugin.PngInfo()
            text.add_text("Author", CANARY)
            text.add_itxt("XML:com.adobe.xmp", xmp.decode())
            options["pnginfo"] = text
        else:
            options["xmp"] = xmp
        if kind == "JPEG":
            options["comment"] = CANARY
        content = encoded(drawn(), kind, **options)
        if kind == "JPEG":  # what photographers' programs write, and bytes after the end
            iptc = b"\xff\xed\x00\x2aPhotoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0e" + CANARY.encode()
            content = content[:2] + iptc.ljust(44, b"\0") + content[2:] + CANARY.encode()
        assert content.count(CANARY.encode()) > 3
        seen = read(content)
        assert not seen.refused and seen.copy and seen.thumb
        assert CANARY.encode() not in seen.copy + seen.thumb
        assert seen.told["device"] == CANARY  # read, and kept for those who compare

    def test_a_picture_is_turned_upright(self) -> None:
        exif = exif_of()
        exif[274] = 6  # taken with the phone held up
        seen = read(encoded(drawn(size=(320, 200)), exif=exif))
        assert Image.open(io.BytesIO(seen.copy)).size == (200, 320)

    def test_what_is_no_picture_stays_sealed(self, world: World) -> None:
        item = an_item(world, content=MP4)
        assert reading_of(item).outcome == "sealed"
        assert bytes_of(COPY, item) is None

    def test_a_picture_that_cannot_be_decoded_stays_sealed(self, world: World) -> None:
        whole = encoded(drawn(size=(900, 900)), "PNG")
        item = an_item(world, content=whole[: len(whole) // 3])
        assert (reading_of(item).outcome, reading_of(item).reason) == ("unreadable", "not_readable")

    def test_read_twice_is_read_once(self, world: World) -> None:
        item = an_item(world)
        with no_trace():
            assert derive_item(item=item, at=LATER) is None

    def test_an_original_that_changed_is_not_read(self, world: World) -> None:
        report = a_report(world)
        said = {"draft": ItemDraft(), "file": ContentFile(photo()), "by": world.filer, "at": NOW}
        item = add_item(report=report, **said).item
        path = path_of(ORIGINAL, item.stored_as)
        vault().delete(path)
        vault().save(path, ContentFile(photo(2)))
        with no_trace(), pytest.raises(StoredOtherwise):
            derive_item(item=item, at=NOW)

    @pytest.mark.parametrize(
        ("offset", "wanted", "by"),
        [
            ("+02:00", datetime(2020, 10, 11, 0, 5, tzinfo=UTC), "offset"),
            ("nonsense", datetime(2020, 10, 10, 22, 5, tzinfo=UTC), "local"),
        ],
    )
    def test_a_time_with_its_zone(
        self, world: World, offset: str, wanted: datetime, by: str
    ) -> None:
        row = reading_of(an_item(world, content=photo(taken=TAKEN, offset=offset)))
        assert (row.embedded_at, row.embedded_by) == (wanted, by)

    def test_a_time_by_satellite_goes_first(self) -> None:
        exif = exif_of(taken=TAKEN, position=(40.0, 46.0))
        gps = exif.get_ifd(0x8825)
        gps[29], gps[7] = "2020:10:10", (21.0, 59.0, 30.0)
        seen = read(encoded(drawn(), exif=exif))
        assert (seen.told["taken"], seen.told["basis"]) == (
            "2020-10-10T21:59:30+00:00",
            "satellite",
        )


class TestTheChild:
    """It gives up what it does not need before it looks at a byte."""

    SCRIPT = (
        "import socket\n"
        "from reports.evidence.decoder import limit_self\n"
        "limit_self()\n"
        "for deed in (lambda: open('/etc/hostname'), lambda: open('/tmp/x', 'w'),\n"
        "             lambda: socket.socket(), lambda: bytearray(700 << 20)):\n"
        "    try:\n"
        "        deed()\n"
        "    except (OSError, MemoryError):\n"
        "        continue\n"
        "    raise SystemExit('it could')\n"
    )

    def test_no_file_no_socket_no_memory(self) -> None:
        done = subprocess.run([sys.executable, "-c", self.SCRIPT], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")

    def test_a_picture_of_forty_million_pixels_stays_in_its_memory(self) -> None:
        picture = encoded(Image.new("RGB", (7300, 5400), (9, 90, 9)), quality=30)
        seen = read(picture)
        assert (seen.told["width"], seen.told["height"]) == (7300, 5400)
        assert max(Image.open(io.BytesIO(seen.copy)).size) == 3200

    def test_a_flood_of_pixels_is_refused_by_its_header(self) -> None:
        flood = encoded(Image.new("1", (13_000, 13_000)), "PNG")
        assert len(flood) < 50_000
        assert read(flood).refused == read(flood, "look").refused == "too_many_pixels"

    def test_what_a_child_says_is_not_believed(self) -> None:
        for said in (b"", b"{}", b"[]\n", b'{"copy": "x", "thumb": 1}\n'):
            with io.BytesIO(said) as answer:
                assert _understood(answer).refused == "not_readable"


def test_a_whole_life_on_a_real_disk(
    world: World, publish: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = SealedFolder(location=tmp_path / "evidence")
    for module in (actions, queries):
        monkeypatch.setattr(module, "vault", lambda: folder)
    report = a_report(world)
    item = an_item(world, report, photo(device=("Maker", "One")))
    files = [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()]
    assert {path.relative_to(tmp_path).parts[1] for path in files} == {ORIGINAL, COPY, THUMB}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o400}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_dir()} == {0o700}
    with queries.original_of(item) as original:
        assert original.read() == photo(device=("Maker", "One"))
    assert actions.check_original(item=item, at=LATER) == "whole"
    withdraw_report(report=report, by=world.filer, at=NOW)
    publish()
    erase_report(report=report, basis="danger_to_a_person", by=world.operator, at=LATER)
    settle()
    assert not [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()]


def test_kinds_are_of_the_filing_class() -> None:
    from verification.ledger.rules import FILING, class_of

    kinds = [kind for kind in Kind if kind.value.startswith("evidence.")]
    assert len(kinds) >= 4
    assert {class_of(kind) for kind in kinds} == {FILING}
