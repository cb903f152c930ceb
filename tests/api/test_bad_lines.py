"""A real sender, a line that breaks and a real server: the file arrives once, and is whole."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.evidence.models import Item
from reports.uploads import staging
from reports.uploads.models import Upload
from tests.api.machines import key_for
from tests.bad_lines import BadLine
from tests.factories import World, a_report

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node")
MEGA = 1024 * 1024
Told = dict[str, Any]

pytestmark = pytest.mark.skipif(NODE is None, reason="the page's own sender runs in node here")


@pytest.fixture
def sender(tmp_path: Path) -> Callable[..., Told]:
    """Return the page's sender, as a process of its own."""
    lib = ROOT / "config" / "static" / "js" / "lib"
    for name in ("upload", "sha256"):
        text = (lib / f"{name}.js").read_text().replace("./sha256.js", "./sha256.mjs")
        (tmp_path / f"{name}.mjs").write_text(text)
    script = shutil.copy(ROOT / "tests" / "api" / "send_file.mjs", tmp_path)

    def send(port: int, *given: str) -> Told:
        command = [str(NODE), str(script), f"http://127.0.0.1:{port}", *given]
        told: Told = json.loads(subprocess.check_output(command, timeout=40, text=True))
        return told

    return send


def a_recording(path: Path, length: int) -> bytes:
    """Write a sound file of noise: a WAV header, and bytes nobody can guess."""
    noise = bytes(range(256)) * (length // 256)
    head = b"RIFF" + (len(noise) + 36).to_bytes(4, "little") + b"WAVEfmt " + b"\x10\0\0\0\1\0\1\0"
    head += b"\x44\xac\0\0\x88\x58\1\0\2\0\x10\0data" + len(noise).to_bytes(4, "little")
    path.write_bytes(head + noise)
    return head + noise


def test_ten_cuts_cost_little_and_the_file_arrives_once(
    live_world: World, live_server: Any, tmp_path: Path, sender: Callable[..., Told]
) -> None:
    report, token = a_report(live_world), key_for(live_world.filer)
    content = a_recording(tmp_path / "film", 6 * MEGA)
    line = BadLine(live_server.thread.port, [n * 500_000 for n in range(1, 11)])
    try:
        told = sender(line.port, token, report.receipt, str(tmp_path / "film"), "Two salvoes.")
    finally:
        line.close()
    item = Item.objects.get()
    assert told["code"] == item.code and told["phases"][-1] == "sealed"
    assert item.sha256 == hashlib.sha256(content).hexdigest()
    assert (item.detected, item.caption, line.broke) == ("audio/x-wav", "Two salvoes.", 10)
    assert line.sent - len(content) < 0.15 * len(content)  # what was sent twice, and headers
    assert list(staging.folder().iterdir()) == [] and Upload.objects.count() == 1


def test_a_sender_that_died_goes_on_where_it_stopped(
    live_world: World, live_server: Any, tmp_path: Path, sender: Callable[..., Told]
) -> None:
    """Two senders after each other, the first cut off for good: nothing is kept between them."""
    report, token = a_report(live_world), key_for(live_world.filer)
    content = a_recording(tmp_path / "film", 2 * MEGA)
    given = (token, report.receipt, str(tmp_path / "film"))
    first = BadLine(live_server.thread.port, [MEGA])
    with pytest.raises(subprocess.TimeoutExpired):
        script = [str(NODE), str(tmp_path / "send_file.mjs"), f"http://127.0.0.1:{first.port}"]
        first.cuts += [first_cut + 1 for first_cut in range(MEGA, MEGA + 60)]
        subprocess.run([*script, *given], timeout=6, check=True, capture_output=True)
    first.close()
    came = staging.came(Upload.objects.get().pk)
    assert 0.8 * MEGA < came < 1.2 * MEGA
    second = BadLine(live_server.thread.port, [])
    told = sender(second.port, *given)
    second.close()
    assert told["code"] == Item.objects.get().code
    assert second.sent < len(content) - came + 8192


def test_a_refusal_comes_with_the_server_s_words(
    live_world: World, live_server: Any, tmp_path: Path, sender: Callable[..., Told]
) -> None:
    report, token = a_report(live_world), key_for(live_world.filer)
    (tmp_path / "film").write_bytes(b"<svg/>")
    told = sender(live_server.thread.port, token, report.receipt, str(tmp_path / "film"))
    assert told["status"] == 422 and "archives never" in told["words"][0]
    assert not Item.objects.exists()
