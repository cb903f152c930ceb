"""A witness: somebody else's process that remembers how far it saw a log, and cosigns what grew.

`python manage.py witness --state FOLDER --name NAME --listen HOST:PORT --log KEY`

It speaks C2SP tlog-witness (POST /add-checkpoint) and knows no database, no signer and no leaf. It
writes down what it cosigns before it answers, and answers one question at a time. Its folder, like
the signer's, is never put back from a backup.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from types import FrameType
from typing import Any

from verification.ledger.keeping import kept_seed, write_whole
from verification.merkle.checkpoint import Checkpoint, checkpoint_in
from verification.merkle.cosignature import CosigningKey
from verification.merkle.hash import EMPTY_ROOT
from verification.merkle.note import BadNote, VerifierKey, in_base64, opened, verifier_key
from verification.merkle.proofs import BadProof, check_consistency

MOST_BODY = 65_536  # bytes of a question
MOST_PATH = 63  # hashes of a proof (tlog-witness)
PATIENCE_S = 10.0  # for a question to arrive
SIZE_TYPE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: a status of HTTP, and the cosignature, the size known, or the reason."""

    status: int
    text: str
    kind: str = "text/plain; charset=utf-8"


class WitnessState:
    """The key, the logs that are watched, and how far each was seen; all in one folder."""

    def __init__(self, folder: Path, name: str, logs: Sequence[VerifierKey]) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._held = (folder / "held").open("w")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise SystemExit(f"{folder} is used by another witness.") from problem
        self.folder, self.lock = folder, Lock()
        self.key = CosigningKey(name, kept_seed(folder, "key"))
        self.logs = {key.name: key for key in logs}
        trees = folder / "trees.json"
        self.trees: dict[str, dict[str, Any]] = (
            json.loads(trees.read_text()) if trees.is_file() else {}
        )

    def close(self) -> None:
        """Let another process use the folder."""
        self._held.close()

    def seen(self, origin: str) -> tuple[int, bytes]:
        """Return the biggest tree of a log that was cosigned."""
        kept = self.trees.get(origin, {"size": 0, "root": EMPTY_ROOT.hex()})
        return int(kept["size"]), bytes.fromhex(kept["root"])

    def add_checkpoint(self, body: bytes, *, at: int) -> Reply:
        """Cosign a checkpoint that continues what was cosigned before; refuse any other."""
        try:
            old, path, note = _question(body)
            origin = note.partition("\n")[0]
            key = self.logs.get(origin)
            if key is None:
                return Reply(404, "this log is not watched here\n")
            try:
                text, _signed = opened(note, [key])
            except BadNote as problem:
                return Reply(403, f"{problem}\n")
            new = checkpoint_in(text)
        except (BadNote, ValueError) as problem:
            return Reply(400, f"not a question: {problem}\n")
        with self.lock:
            return self._cosigned(old, path, new, text, at)

    def _cosigned(
        self, old: int, path: Sequence[bytes], new: Checkpoint, text: str, at: int
    ) -> Reply:
        size, root = self.seen(new.origin)
        if old > new.size:
            return Reply(400, "the old size is beyond the new one\n")
        if old != size or (size == new.size and root != new.root):
            return Reply(409, f"{size}\n", SIZE_TYPE)
        try:
            check_consistency(size, new.size, root, new.root, path)
        except BadProof as problem:
            return Reply(422, f"{problem}\n")
        trees = {**self.trees, new.origin: {"size": new.size, "root": new.root.hex()}}
        write_whole(self.folder, "trees.json", json.dumps(trees, sort_keys=True))
        self.trees = trees
        return Reply(200, self.key.line(text, at))


def _question(body: bytes) -> tuple[int, list[bytes], str]:
    """Return the old size, the proof and the checkpoint of a question. Errors: ValueError."""
    head, blank, note = body.decode().partition("\n\n")
    first, *lines = head.split("\n")
    word, _, size = first.partition(" ")
    if not blank or word != "old" or not size.isdecimal() or str(int(size)) != size:
        raise ValueError("the first line names the old size")
    path = [in_base64(line) for line in lines]
    if len(path) > MOST_PATH or any(len(one) != len(EMPTY_ROOT) for one in path):
        raise ValueError("not the hashes of a proof")
    return int(size), path, note


class WitnessDoor(ThreadingHTTPServer):
    """The door: one address takes checkpoints, one tells the witness's own key."""

    daemon_threads = True

    def __init__(self, listen: tuple[str, int], state: WitnessState) -> None:
        self.state = state
        super().__init__(listen, Asked)


class Asked(BaseHTTPRequestHandler):
    """One question and its answer; nothing is noted of who asked."""

    timeout = PATIENCE_S
    server: WitnessDoor

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            return self._say(Reply(404, "no such door\n"))
        if not length.isdecimal() or int(length) > MOST_BODY:
            return self._say(Reply(413, "a question says its length, and is short\n"))
        body = self.rfile.read(int(length))
        self._say(self.server.state.add_checkpoint(body, at=int(time.time())))

    def do_GET(self) -> None:
        if self.path != "/key":
            return self._say(Reply(404, "no such door\n"))
        self._say(Reply(200, f"{self.server.state.key.witness}\n"))

    def _say(self, reply: Reply) -> None:
        body = reply.text.encode()
        with contextlib.suppress(OSError):  # whoever asked is gone
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def version_string(self) -> str:
        return "witness"

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: no address of anybody is kept."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what a witness has to be told."""
    parser.add_argument("--state", type=Path, required=True, help="its folder: key and memory")
    parser.add_argument("--name", required=True, help="its name in cosignatures, such as a domain")
    parser.add_argument("--listen", default="127.0.0.1:8700", help="HOST:PORT")
    parser.add_argument("--log", action="append", required=True, help="a log's public key")


def serve(options: Mapping[str, Any]) -> None:
    """Serve until told to stop."""
    host, _, port = str(options["listen"]).rpartition(":")
    logs = [verifier_key(line) for line in options["log"]]
    state = WitnessState(options["state"], options["name"], logs)

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with WitnessDoor((host, int(port)), state) as door:
        sys.stdout.write(f"{state.key.witness} listens on {host}:{door.server_address[1]}\n")
        sys.stdout.flush()
        door.serve_forever(poll_interval=0.2)


if __name__ == "__main__":
    told = argparse.ArgumentParser(prog="witness")
    add_arguments(told)
    serve(vars(told.parse_args()))
