"""The signer: refuses to shrink or fork, remembers across its own death, and knows no database."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.installer import ROOT
from tests.proofs import until
from verification.ledger.signer import SignerState
from verification.ledger.signing import SignerRefused, SignerSilent, ask
from verification.merkle.checkpoint import opened_checkpoint
from verification.merkle.hash import leaf_hash
from verification.merkle.note import opened, verifier_key
from verification.merkle.proofs import consistency_path
from verification.merkle.tree import kept_nodes, tree_root

ORIGIN = "example.org/log/1"
NODES = kept_nodes([leaf_hash(str(n).encode()) for n in range(50)])
OTHER = kept_nodes([leaf_hash(str(-n).encode()) for n in range(50)])


def asked_to_sign(old: int, new: int, nodes: Any = NODES) -> dict[str, Any]:
    path = [one.hex() for one in consistency_path(nodes, old, new)]
    return {"ask": "sign", "size": new, "root": tree_root(nodes, new).hex(), "path": path}


class TestMemory:
    def test_it_signs_a_tree_that_grew(self, tmp_path: Path) -> None:
        signer = SignerState(tmp_path, ORIGIN)
        keys = [signer.key.verifier]
        for old, new in ((0, 3), (3, 3), (3, 20)):
            note = signer.answer(asked_to_sign(old, new))["note"]
            found = opened_checkpoint(note, origin=ORIGIN, keys=keys)
            assert (found.size, found.root) == (new, tree_root(NODES, new))

    def test_it_refuses_to_shrink_or_to_fork_also_after_its_death(self, tmp_path: Path) -> None:
        SignerState(tmp_path, ORIGIN).answer(asked_to_sign(0, 20))
        for _life in range(2):
            signer = SignerState(tmp_path, ORIGIN)
            assert signer.size == 20
            assert "shrank" in signer.answer(asked_to_sign(0, 19))["refused"]
            assert "forked" in signer.answer(asked_to_sign(20, 20, OTHER))["refused"]
            assert "forked" in signer.answer(asked_to_sign(20, 30, OTHER))["refused"]
            assert (signer.size, signer.root) == (20, tree_root(NODES, 20))

    def test_what_it_signs_it_has_written_down_before(self, tmp_path: Path) -> None:
        signer = SignerState(tmp_path, ORIGIN)
        (tmp_path / "tree.json.new").mkdir()  # the disk refuses
        with pytest.raises(OSError):
            signer.answer(asked_to_sign(0, 3))
        assert signer.size == 0

    def test_its_keys_are_made_once_and_private(self, tmp_path: Path) -> None:
        first, second = SignerState(tmp_path, ORIGIN), SignerState(tmp_path, ORIGIN)
        assert first.key == second.key
        assert first.key.seed != first.receipts.seed
        for name in ("key", "receipts-key"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600

    def test_it_does_not_sign_for_another_log(self, tmp_path: Path) -> None:
        SignerState(tmp_path, ORIGIN).answer(asked_to_sign(0, 3))
        with pytest.raises(SystemExit, match="belongs to the log"):
            SignerState(tmp_path, "example.org/log/2")

    @pytest.mark.parametrize(
        "question",
        [
            {},
            {"ask": "sing"},
            {"ask": "sign"},
            {"ask": "sign", "size": "x", "root": "", "path": []},
            {"ask": "sign", "size": 1, "root": "zz", "path": []},
            {"ask": "sign", "size": -1, "root": "", "path": []},
            {"ask": ["sign"]},
            {"ask": "receipt", "code": "A\nB", "body": "0" * 64, "bucket": "", "promised": ""},
            {"ask": "receipt", "code": "A", "body": "short", "bucket": "", "promised": ""},
            {"ask": "erase", "digest": "../../etc"},
        ],
    )
    def test_whatever_is_asked_it_stays_up(self, tmp_path: Path, question: Any) -> None:
        assert "refused" in SignerState(tmp_path, ORIGIN).answer(question)

    def test_a_receipt_is_no_checkpoint(self, tmp_path: Path) -> None:
        signer = SignerState(tmp_path, ORIGIN)
        question = {"ask": "receipt", "code": "AAAAA-BBBBB", "body": "0" * 64}
        answer = signer.answer(question | {"bucket": "2026-11-22T06Z", "promised": "later"})
        text, _keys = opened(answer["note"], [signer.receipts.verifier])
        assert text.split("\n")[:2] == [f"{ORIGIN}/receipts", "AAAAA-BBBBB"]
        with pytest.raises(ValueError, match="no known key"):
            opened(answer["note"], [signer.key.verifier])

    def test_it_remembers_what_was_erased(self, tmp_path: Path) -> None:
        for _ in range(2):
            SignerState(tmp_path, ORIGIN).answer({"ask": "erase", "digest": "ab" * 32})
        assert SignerState(tmp_path, ORIGIN).answer({"ask": "erased"})["digests"] == ["ab" * 32]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The signer as run.py starts it."""
    path = tmp_path / "s.sock"
    command = [sys.executable, "-m", "verification.ledger.signer", "--state", str(tmp_path / "s")]
    command += ["--socket", str(path), "--origin", ORIGIN]
    hidden = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    running = subprocess.Popen(command, cwd=ROOT, env=env)
    until(path.exists, "the signer listens")
    yield running, path
    running.terminate()
    assert running.wait(10) == 0


class TestProcess:
    def test_it_answers_over_its_socket_alone(self, process: Any, settings: Any) -> None:
        settings.LOG_SIGNER = str(process[1])
        assert stat.S_IMODE(process[1].stat().st_mode) == 0o600
        known = ask({"ask": "state"})
        note = ask(asked_to_sign(0, 7))["note"]
        opened_checkpoint(note, origin=ORIGIN, keys=[verifier_key(known["verifier"])])
        with pytest.raises(SignerRefused, match="shrank"):
            ask(asked_to_sign(0, 6))

    def test_noise_on_the_line_does_not_stop_it(self, process: Any, settings: Any) -> None:
        settings.LOG_SIGNER = str(process[1])
        for noise in (b"", b"\n", b"[]\n", b"\xff\xfe\n", b'{"ask": 1}\n'):
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(str(process[1]))
                line.sendall(noise)
                line.shutdown(socket.SHUT_WR)
                assert "refused" in json.loads(line.makefile("rb").readline())
        assert ask({"ask": "state"})["size"] == 0

    def test_nobody_there_is_silence(self, tmp_path: Path, settings: Any) -> None:
        settings.LOG_SIGNER = str(tmp_path / "nobody.sock")
        with pytest.raises(SignerSilent):
            ask({"ask": "state"})
