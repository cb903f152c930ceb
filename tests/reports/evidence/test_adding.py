"""A file is taken in whole and sealed, or refused at its field and nothing is left of it."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from PIL import Image

from reports.evidence import actions, rules
from reports.evidence.actions import add_item
from reports.evidence.drafts import ItemDraft
from reports.evidence.models import Item
from reports.evidence.storage import ORIGINAL, SealedFolder, path_of, vault
from reports.intake.actions import reject_report
from reports.journal.kinds import Kind
from reports.problems import Invalid, NotAllowed
from tests.factories import NOW, World, a_report
from tests.pictures import drawn, encoded, photo
from tests.proofs import no_trace, one_event


def box(name: bytes, content: bytes = b"") -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + name + content


MP4 = box(b"ftyp", b"isom\0\0\0\0isommp42") + box(b"moov", b"\0" * 40) + box(b"mdat", b"\1" * 500)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"
WAV = b"RIFF" + (36).to_bytes(4, "little") + b"WAVEfmt " + b"\0" * 24


def plain_png(side: int) -> bytes:
    return encoded(Image.new("L", (side, side)), "PNG")


def zipped(content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", content)
    return held.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def added(world: World, content: bytes, **said: Any) -> Item:
    report = said.pop("report", None) or a_report(world)
    return add_item(
        report=report, draft=ItemDraft(**said), file=ContentFile(content), by=world.filer, at=NOW
    ).item


def stored() -> list[str]:
    """Return every name in the storage of this test's process."""
    store: Any = vault()
    found: list[str] = []

    def walk(folder: str) -> None:
        folders, files = store.listdir(folder)
        found.extend(f"{folder}/{name}" for name in files)
        for name in folders:
            walk(f"{folder}/{name}" if folder else name)

    walk("")
    return found


@pytest.fixture(autouse=True)
def own_vault(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty storage for each test."""
    store = InMemoryStorage()
    for module in (actions, __import__("reports.evidence.queries", fromlist=["x"])):
        monkeypatch.setattr(module, "vault", lambda: store)
    monkeypatch.setitem(globals(), "vault", lambda: store)


class TestWhatIsTakenIn:
    @pytest.mark.parametrize(
        ("content", "detected", "kind"),
        [
            (photo(), "image/jpeg", "photo"),
            (encoded(drawn(), "PNG"), "image/png", "photo"),
            (encoded(drawn(), "WEBP"), "image/webp", "photo"),
            (encoded(drawn(), "HEIF"), "image/heic", "photo"),
            (MP4, "video/mp4", "video"),
            (PDF, "application/pdf", "document"),
            (WAV, "audio/x-wav", "audio"),
        ],
        ids=["jpeg", "png", "webp", "heic", "mp4", "pdf", "wav"],
    )
    def test_by_its_own_bytes(self, world: World, content: bytes, detected: str, kind: str) -> None:
        report = a_report(world)
        with one_event(Kind.EVIDENCE_ADDED):
            item = added(world, content, report=report)
        assert (item.detected, item.kind, item.size) == (detected, kind, len(content))
        assert item.sha256 == hashlib.sha256(content).hexdigest()
        with vault().open(path_of(ORIGINAL, item.stored_as)) as original:
            assert original.read() == content

    def test_what_is_said_of_it_is_kept(self, world: World) -> None:
        item = added(
            world,
            photo(),
            kind="crater_analysis",
            sensitivity="graphic",
            caption=" A crater. ",
            claimed_at=NOW - timedelta(hours=3),
            claimed_lat=40.1,
            claimed_lon=46.2,
        )
        assert (item.kind, item.sensitivity, item.caption) == (
            "crater_analysis",
            "graphic",
            "A crater.",
        )
        assert (item.claimed_at, item.claimed_lat) == (NOW - timedelta(hours=3), 40.1)

    def test_the_same_file_again_is_the_same_item(self, world: World) -> None:
        report = a_report(world)
        first = added(world, photo(), report=report)
        with no_trace():
            assert added(world, photo(), report=report) == first
        assert len(stored()) == 1

    def test_in_another_report_it_lies_by_itself(self, world: World) -> None:
        one, other = added(world, photo()), added(world, photo())
        assert one.sha256 == other.sha256
        assert one.stored_as != other.stored_as
        assert len(stored()) == 2


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", "empty"),
            (plain_png(7000), "million pixels"),
            (zipped(b"\0" * 4_000_000), "not taken in"),
            (gzip.compress(b"\0" * 1_000_000), "not taken in"),
            (LAUGHS, "not taken in"),
            (SVG, "not taken in"),
            (b"<html><script>alert(1)</script>", "not taken in"),
            (b"GIF89a" + b"\0" * 60, "not taken in"),
            (b"MZ" + b"\0" * 200, "not taken in"),
            (PDF[:-30], "not taken in"),
            (MP4[:-100], "not taken in"),
            (b"\xff\xd8\xff\xe0" + b"\0" * 400, "cannot be opened"),
            (b"\x89PNG\r\n\x1a\n" + b"\0" * 90, "cannot be opened"),
        ],
        ids=[
            *("empty", "pixels", "zip", "gzip", "laughs", "svg", "html", "gif", "exe"),
            *("cut-pdf", "cut-mp4", "no-jpeg", "no-png"),
        ],
    )
    def test_at_its_field_and_without_a_trace(self, world: World, content: bytes, why: str) -> None:
        report = a_report(world)
        with no_trace(), pytest.raises(Invalid) as refusal:
            added(world, content, report=report)
        assert set(refusal.value.errors) == {"file"}
        assert why in refusal.value.errors["file"][0]
        assert stored() == []

    def test_too_large(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(actions, "MOST_BYTES", 1000)
        report = a_report(world)
        with no_trace(), pytest.raises(Invalid, match="not taken in"):
            added(world, MP4 + box(b"free", b"\0" * 900), report=report)

    def test_too_many_for_one_report(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("reports.evidence.queries.MOST_ITEMS", 1)
        report = a_report(world)
        added(world, PDF, report=report)
        with no_trace(), pytest.raises(Invalid) as refusal:
            added(world, WAV, report=report)
        assert "at most 1" in refusal.value.errors["file"][0]

    def test_every_other_fault_is_named_with_it(self, world: World) -> None:
        said = {"kind": "poem", "sensitivity": "none", "caption": "x" * 301}
        report = a_report(world)
        with no_trace(), pytest.raises(Invalid) as refusal:
            added(world, b"", report=report, **said)
        assert set(refusal.value.errors) == {"file", "kind", "sensitivity", "caption"}

    def test_another_s_report(self, world: World) -> None:
        report = a_report(world)
        for by in (world.witness, world.triage):
            with no_trace(), pytest.raises((Invalid, NotAllowed)):
                add_item(report=report, draft=ItemDraft(), file=ContentFile(PDF), by=by, at=NOW)

    def test_a_report_that_was_turned_away(self, world: World) -> None:
        report = a_report(world)
        reject_report(report=report, reason="It is told twice.", by=world.triage, at=NOW)
        with no_trace(), pytest.raises(Invalid):
            added(world, PDF, report=report)


class TestTheFolder:
    def test_it_is_private_and_cannot_be_written_again(self, tmp_path: Path) -> None:
        folder = SealedFolder(location=tmp_path / "evidence")
        kept = folder.save("originals/ab/x", ContentFile(b"bytes"))
        path = Path(folder.path(kept))
        assert path.stat().st_mode & 0o777 == 0o400
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert folder.save("originals/ab/x", ContentFile(b"others")) != kept
        assert path.read_bytes() == b"bytes"
        with pytest.raises(ValueError, match="not accessible via a URL"):
            folder.url(kept)
        folder.delete(kept)
        assert not path.exists()


def test_a_disk_that_lies_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes are hashed again on their way into the storage."""
    report = a_report(world)
    monkeypatch.setattr(actions, "digest_of", lambda file: ("0" * 64, len(PDF)))
    with no_trace(), pytest.raises(actions.StoredOtherwise):
        added(world, PDF, report=report)
    assert stored() == []


def test_limits_are_in_order() -> None:
    assert rules.MOST_IMAGE_BYTES < rules.MOST_BYTES < rules.MOST_BYTES_OF_REPORT
    assert set(rules.ENDINGS) == set(rules.ALLOWED)
