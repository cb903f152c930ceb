"""Witnesses: what grows is cosigned; a log that shrank, forked or was put back is refused."""

# ruff: noqa: S608 - the names in these statements are our own tables and columns

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from config.installer import ROOT
from tests.factories import LATER, World
from tests.log_files import built_auditor, go_is_here
from tests.verification.ledger.test_sequencer import as_owner, events_of
from verification.ledger.actions.sequencer import append_leaves, sign_log
from verification.ledger.actions.witnesses import gather_cosignatures
from verification.ledger.models import Cosignature, LogState, SignedTree
from verification.ledger.queries import log_status, newest_checkpoint, signed_size
from verification.ledger.signer import SignerState
from verification.ledger.signing import signer_at_hand
from verification.ledger.witness import WitnessDoor, WitnessState
from verification.merkle.checkpoint import Checkpoint
from verification.merkle.cosignature import require_quorum, witness_key
from verification.merkle.hash import leaf_hash
from verification.merkle.note import BadNote, SigningKey, signed_note
from verification.merkle.tree import root_of

ORIGIN = "example.org/log/1"
LOG = SigningKey(ORIGIN, bytes(range(32)))
OTHER = SigningKey(ORIGIN, bytes(32))


@pytest.fixture
def watching(signer: SignerState, settings: Any, tmp_path: Path) -> Iterator[WitnessState]:
    """A witness of the test's log behind a real door, named in the settings."""
    state = WitnessState(tmp_path / "witness", "eye.example", [signer.key.verifier])
    door = WitnessDoor(("127.0.0.1", 0), state)
    thread = Thread(target=door.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.LOG_WITNESSES = [f"{state.key.witness} http://127.0.0.1:{door.server_address[1]}"]
    yield state
    door.shutdown()
    thread.join()
    door.server_close()
    state.close()


part = iter(range(10**6))


def grown(count: int = 3) -> int:
    """Add leaves and have the tree signed; return its size."""
    events_of(count, next(part))
    append_leaves(at=LATER)
    sign_log(at=LATER)
    return signed_size()


class TestCosigning:
    def test_each_checkpoint_is_cosigned_once_and_served_so(
        self, world: World, watching: WitnessState, client: Client
    ) -> None:
        for _turn in range(2):
            size = grown()
            assert not log_status(at=LATER).witnessed
            assert gather_cosignatures(at=LATER) == gather_cosignatures(at=LATER) == []
            assert watching.seen("localhost/log/1")[0] == size
            status = log_status(at=LATER)
            assert (status.witnessed, status.witnesses[0].size) == (True, size)
        note = client.get("/log/checkpoint").content.decode()
        assert note == newest_checkpoint()
        require_quorum(note, [watching.key.witness], 1)
        assert Cosignature.objects.count() == 2
        assert str(watching.key.witness) in client.get("/log/").content.decode()

    def test_it_catches_up_after_a_silence(
        self, world: World, watching: WitnessState, settings: Any
    ) -> None:
        grown()
        gather_cosignatures(at=LATER)
        [entry] = settings.LOG_WITNESSES
        settings.LOG_WITNESSES = [entry.partition(" ")[0] + " http://127.0.0.1:9"]
        grown()
        assert "does not answer" in gather_cosignatures(at=LATER)[0]
        settings.LOG_WITNESSES = [entry]
        as_owner("DELETE FROM verification_cosignature")  # even if we forgot what it has seen
        assert gather_cosignatures(at=LATER) == []

    @pytest.mark.parametrize("more", [1, 9])
    def test_a_database_put_back_with_its_signer_is_refused(
        self,
        world: World,
        watching: WitnessState,
        signer: SignerState,
        tmp_path: Path,
        more: int,
        client: Client,
    ) -> None:
        """Both the rows and the signer's folder come from last week: only the witness remembers."""
        first = grown()
        gather_cosignatures(at=LATER)
        shutil.copytree(signer.folder, tmp_path / "last week")
        grown(5)
        gather_cosignatures(at=LATER)
        put_back_to(first)
        old = SignerState(tmp_path / "last week", signer.origin)
        with signer_at_hand(old.answer):
            grown(more)
            [said] = gather_cosignatures(at=LATER)
        assert "eye.example" in said
        assert ("the log shrank" if more == 1 else "refuses to cosign") in said
        assert not log_status(at=LATER).witnessed
        with pytest.raises(BadNote):
            require_quorum(newest_checkpoint(), [watching.key.witness], 1)
        assert "unwitnessed" in client.get("/log/").content.decode()

    def test_a_quorum_can_be_demanded(
        self, world: World, watching: WitnessState, tmp_path: Path
    ) -> None:
        grown()
        key, eye = LogState.objects.get().verifier, str(watching.key.witness)
        words = ("--key", key, "--witness", eye)
        with pytest.raises(CommandError, match="0 of the 1 witnesses asked for have cosigned"):
            call_command("verify_log", *words, stdout=StringIO(), stderr=StringIO())
        gather_cosignatures(at=LATER)
        said = StringIO()
        call_command("verify_log", *words, stdout=said, stderr=StringIO())
        assert "cosigned by eye.example\n" in said.getvalue()
        with pytest.raises(CommandError, match="1 of the 2 witnesses"):
            twice = ("--witness", eye, "--quorum", "2")  # one witness named twice is one
            call_command("verify_log", *words, *twice, stdout=StringIO(), stderr=StringIO())
        if not go_is_here():
            pytest.skip("no Go here: the gate of .ci/run says so in red")
        call_command("export_log", str(tmp_path / "log"), stdout=StringIO())
        command = [str(built_auditor(tmp_path)), "-key", key, "-log", str(tmp_path / "log")]

        def audit(*more: str) -> subprocess.CompletedProcess[str]:
            words = [*command, "-witness", eye, *more]
            return subprocess.run(words, capture_output=True, text=True, check=False)

        assert "cosigned by eye.example" in audit().stdout
        assert "1 of the 2 witnesses" in audit("-quorum", "2").stderr
        checkpoint = tmp_path / "log" / "checkpoint"
        checkpoint.write_text(SignedTree.objects.latest("size").note)
        assert "0 of the 1 witnesses" in audit().stderr
        assert audit("-quorum", "0").returncode == 0


def put_back_to(size: int) -> None:
    """Let the log's tables be what they were when it had this size."""
    for statement in (
        f"DELETE FROM verification_opening WHERE leaf_id >= {size}",
        f"DELETE FROM verification_leaf WHERE id >= {size}",
        "DELETE FROM verification_cosignature WHERE tree_id IN"
        f" (SELECT id FROM verification_signedtree WHERE size > {size})",
        f"DELETE FROM verification_signedtree WHERE size > {size}",
        f"UPDATE verification_logstate SET size = {size}, peaks ="
        f" (SELECT peaks FROM verification_signedtree WHERE size = {size})",
    ):
        as_owner(statement)


HASHES = [leaf_hash(bytes([n])) for n in range(6)]


def question(old: int, size: int, *path: bytes, key: SigningKey = LOG, more: str = "") -> bytes:
    root = root_of(HASHES[:size])
    note = signed_note(Checkpoint(key.name, size, root).text, key) + more
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in path)
    return f"old {old}\n{hashes}\n{note}".encode()


class TestItsDoor:
    """What it answers, status by status (c2sp.org/tlog-witness)."""

    @pytest.fixture
    def state(self, tmp_path: Path) -> Iterator[WitnessState]:
        made = WitnessState(tmp_path / "w", "eye.example", [LOG.verifier])
        yield made
        made.close()

    def test_statuses(self, state: WitnessState) -> None:
        def status(body: bytes) -> int:
            return state.add_checkpoint(body, at=7).status

        assert status(question(0, 2)) == 200
        assert status(question(2, 2)) == 200  # the same again
        assert status(question(0, 4)) == 409
        assert state.add_checkpoint(question(0, 4), at=7).text == "2\n"
        right = root_of(HASHES[2:4])
        assert status(question(2, 4, HASHES[0])) == 422
        assert status(question(2, 4, right)) == 200
        assert status(question(4, 2)) == 400  # shrinks
        assert status(question(2, 3)) == 409
        assert status(question(4, 6, key=OTHER)) == 403
        assert status(question(0, 2, key=SigningKey("example.org/log/2", bytes(32)))) == 404
        for body in (
            b"",
            b"old x\n\n",
            b"old 04\n\n" + question(4, 6),
            b"\xff",
            b"old 4\nAAAA\n\nx",
        ):
            assert status(body) in (400, 404)
        assert state.seen(ORIGIN) == (4, root_of(HASHES[:4]))

    def test_another_tree_of_the_same_size_is_refused(self, state: WitnessState) -> None:
        state.add_checkpoint(question(0, 2), at=7)
        forked = signed_note(Checkpoint(ORIGIN, 2, bytes(32)).text, LOG)
        assert state.add_checkpoint(f"old 2\n\n{forked}".encode(), at=7).status == 409

    def test_it_remembers_before_it_answers_and_alone_holds_its_folder(
        self, state: WitnessState, tmp_path: Path
    ) -> None:
        reply = state.add_checkpoint(question(0, 2), at=7)
        with pytest.raises(SystemExit, match="used by another"):
            WitnessState(tmp_path / "w", "eye.example", [LOG.verifier])
        state.close()
        again = WitnessState(tmp_path / "w", "eye.example", [LOG.verifier])
        assert again.seen(ORIGIN) == (2, root_of(HASHES[:2]))
        assert again.add_checkpoint(question(2, 2), at=7).text == reply.text  # the same key
        again.close()

    def test_the_command_serves_without_a_database(self, tmp_path: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "manage.py", "witness", "--state", str(tmp_path / "w")]
        command += ["--name", "eye.example", "--listen", f"127.0.0.1:{port}"]
        env = {"DATABASE_URL": "postgres://nowhere/none", "SECRET_KEY": "x", "PATH": "/usr/bin"}
        with subprocess.Popen(
            [*command, "--log", str(LOG.verifier)],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            line = process.stdout.readline()
            process.terminate()
            assert process.wait(10) == 0
        key = witness_key(line.partition(" ")[0])
        assert key.name == "eye.example" and line.endswith(f"listens on 127.0.0.1:{port}\n")
