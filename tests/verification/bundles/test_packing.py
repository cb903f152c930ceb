"""The bytes of a bundle: always the same for the same parts, checked as they are packed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tracemalloc
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZIP_STORED, ZipFile

import pytest

from verification.bundles import verify
from verification.bundles.packing import PackedOtherwise, Part, pack

CHECK = Path(verify.__file__)


def a_part(path: str, content: bytes, **said: str) -> Part:
    sha256 = said.pop("sha256", hashlib.sha256(content).hexdigest())
    return Part(
        path=path,
        role=said.pop("role", "original"),
        type="image/jpeg",
        sha256=sha256,
        size=len(content),
        opens=lambda: BytesIO(content),
        **said,
    )


def packed(*parts: Part) -> bytes:
    out = BytesIO()
    pack(out, {"bundle": "B"}, parts)
    return out.getvalue()


class TestTheBytes:
    def test_the_same_parts_make_the_same_bytes(self) -> None:
        one, two = a_part("files/E1.jpg", b"one"), a_part("files/E2.jpg", b"two")
        assert packed(one, two) == packed(two, one)
        assert packed(one, two) != packed(one)

    def test_no_entry_tells_when_or_by_whom(self) -> None:
        for entry in ZipFile(BytesIO(packed(a_part("files/E1.jpg", b"one")))).infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0) and entry.compress_type == ZIP_STORED
            assert (entry.create_system, entry.extra, entry.comment) == (3, b"", b"")

    def test_the_manifest_is_canonical_and_tells_all(self) -> None:
        part = a_part("files/E1.jpg", b"one", item="E1", derivation="x")
        with ZipFile(BytesIO(packed(part))) as file:
            text = file.read("manifest.json")
        told = json.loads(text)
        assert text == json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        assert told["files"] == [part.entry()]
        assert "derived_from" not in told["files"][0]

    def test_what_is_not_what_the_record_says_is_not_packed(self) -> None:
        with pytest.raises(PackedOtherwise):
            packed(a_part("files/E1.jpg", b"one", sha256="0" * 64))

    def test_memory_stays_flat(self) -> None:
        size = 64 * 1024 * 1024
        with TemporaryFile() as large, TemporaryFile() as out:
            large.truncate(size)
            digest = hashlib.sha256()
            for _piece in range(64):
                digest.update(bytes(size // 64))

            def opened() -> IO[bytes]:
                large.seek(0)
                return large

            part = Part("files/E1.mp4", "original", "video/mp4", digest.hexdigest(), size, _Kept)
            heard: list[int] = []
            tracemalloc.start()
            pack(out, {}, [_with(part, opened)], tell=heard.append)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 4 * 1024 * 1024
            assert heard[-1] == size and len(heard) > 100


class _Kept:
    """Lends an open file without closing it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def __enter__(self) -> IO[bytes]:
        return self.file

    def __exit__(self, *_told: object) -> None:
        return None


def _with(part: Part, opens: object) -> Part:
    from dataclasses import replace

    return replace(part, opens=lambda: _Kept(opens()))  # type: ignore[operator]


class TestTheCheck:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        parts = [a_part("files/E1.jpg", b"one"), a_part("verify.py", CHECK.read_bytes())]
        (tmp_path / "b.zip").write_bytes(packed(*parts))
        with ZipFile(tmp_path / "b.zip") as file:
            file.extractall(tmp_path / "b")
        return tmp_path

    def run(self, folder: Path, *what: str) -> tuple[int, str]:
        """Run the copy that came in the bundle, in a Python that can see nothing of ours."""
        done = subprocess.run(
            [sys.executable, "-I", "b/verify.py", *what],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def test_a_whole_bundle(self, folder: Path) -> None:
        sha256 = hashlib.sha256((folder / "b" / "manifest.json").read_bytes()).hexdigest()
        for what in ((), ("b",), ("b.zip",)):
            code, said = self.run(folder, *what)
            assert code == 0 and "whole: every file" in said and sha256 in said

    @pytest.mark.parametrize(
        ("spoil", "fault"),
        [
            (lambda at: (at / "files/E1.jpg").write_bytes(b"oNe"), "not what was packed: files/E1"),
            (lambda at: (at / "files/E1.jpg").unlink(), "missing: files/E1.jpg"),
            (lambda at: (at / "more.txt").write_text("x"), "not in the manifest: more.txt"),
            (lambda at: (at / "manifest.json").unlink(), "there is no manifest.json"),
        ],
    )
    def test_one_that_is_not(self, folder: Path, spoil: object, fault: str) -> None:
        for path in (folder / "b").rglob("*"):
            path.chmod(0o700)
        spoil(folder / "b")  # type: ignore[operator]
        code, said = self.run(folder)
        assert code == 1 and fault in said and "NOT WHOLE" in said
