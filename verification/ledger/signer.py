"""The signer: a process of its own, with a memory of its own, that knows no database.

`python -m verification.ledger.signer --state FOLDER --socket PATH --origin NAME`

It signs a tree only if that begins with the biggest tree it ever signed, and writes down what it
signs before it answers. Its folder is never restored from a backup: it is the one place which
still knows what was signed, and what was erased, when all else was put back to an earlier day.
One JSON line in, one out.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import socketserver
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from verification.ledger.keeping import kept_seed, write_whole
from verification.merkle.checkpoint import Checkpoint
from verification.merkle.hash import EMPTY_ROOT
from verification.merkle.note import BadNote, SigningKey, signed_note
from verification.merkle.proofs import BadProof, check_consistency

MOST_LINE = 1_000_000  # bytes of a question
PATIENCE_S = 5.0  # for a question to arrive
DIGEST = re.compile(r"[0-9a-f]{64}")


class Refused(Exception):
    """What was asked would break a promise; the words go back to who asked."""


class SignerState:
    """Keys, the biggest tree signed, and the digests of what was erased; all in one folder."""

    def __init__(self, folder: Path, origin: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder, self.origin = folder, origin
        self.key = SigningKey(origin, self._seed("key"))
        self.receipts = SigningKey(f"{origin}/receipts", self._seed("receipts-key"))
        self.size, self.root = 0, EMPTY_ROOT
        tree = folder / "tree.json"
        if tree.is_file():
            kept = json.loads(tree.read_text())
            if kept["origin"] != origin:
                raise SystemExit(f"{folder} belongs to the log {kept['origin']}, not to {origin}.")
            self.size, self.root = int(kept["size"]), bytes.fromhex(kept["root"])

    def _seed(self, name: str) -> bytes:
        return kept_seed(self.folder, name)

    def _write(self, name: str, text: str) -> None:
        write_whole(self.folder, name, text)

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one question; what must not be signed is refused with the reason."""
        asked = {
            "state": self._tell,
            "sign": self._sign,
            "receipt": self._receipt,
            "erase": self._erase,
            "erased": self._erased,
        }
        try:
            return asked[question["ask"]](question)
        except Refused as refusal:
            return {"refused": str(refusal), "size": self.size, "root": self.root.hex()}
        except (KeyError, TypeError, ValueError) as problem:
            return {"refused": f"not a question: {type(problem).__name__}"}

    def _tell(self, question: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "size": self.size,
            "root": self.root.hex(),
            "verifier": str(self.key.verifier),
            "receipts": str(self.receipts.verifier),
        }

    def _sign(self, question: Mapping[str, Any]) -> dict[str, Any]:
        size, root = int(question["size"]), bytes.fromhex(question["root"])
        if size < self.size:
            raise Refused(f"the log shrank: {self.size} leaves were signed, now there are {size}")
        path = [bytes.fromhex(one) for one in question["path"]]
        try:
            check_consistency(self.size, size, self.root, root, path)
        except BadProof as problem:
            raise Refused(
                f"the log forked: it does not begin with the {self.size} leaves that were signed"
            ) from problem
        kept = {"origin": self.origin, "size": size, "root": root.hex()}
        self._write("tree.json", json.dumps(kept))
        self.size, self.root = size, root
        return {"note": signed_note(Checkpoint(self.origin, size, root).text, self.key)}

    def _receipt(self, question: Mapping[str, Any]) -> dict[str, Any]:
        code, body, bucket, promised = (
            str(question[name]) for name in ("code", "body", "bucket", "promised")
        )
        if not DIGEST.fullmatch(body) or "\n" in code + bucket + promised:
            raise Refused("not the parts of a receipt")
        text = f"{self.receipts.name}\n{code}\n{body}\n{bucket}\n{promised}\n"
        try:
            return {"note": signed_note(text, self.receipts)}
        except BadNote as problem:
            raise Refused(str(problem)) from problem

    def _erase(self, question: Mapping[str, Any]) -> dict[str, Any]:
        digest = str(question["digest"])
        if not DIGEST.fullmatch(digest):
            raise Refused("not a digest")
        known = self._digests()
        if digest not in known:
            self._write("erased", "".join(f"{one}\n" for one in [*known, digest]))
        return {"erased": digest}

    def _erased(self, question: Mapping[str, Any]) -> dict[str, Any]:
        return {"digests": self._digests()}

    def _digests(self) -> list[str]:
        file = self.folder / "erased"
        return file.read_text().split() if file.is_file() else []


class Door(socketserver.UnixStreamServer):
    """The socket: one question at a time, for there is one tree."""

    request_queue_size = 64

    def __init__(self, path: Path, state: SignerState) -> None:
        self.state = state
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            super().__init__(str(path), Asked)
        finally:
            os.umask(before)


class Asked(socketserver.StreamRequestHandler):
    """One question and its answer."""

    timeout = PATIENCE_S
    server: Door

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # whoever asked is gone
            line = self.rfile.readline(MOST_LINE)
            try:
                question = json.loads(line)
            except ValueError:
                question = {}
            answer = self.server.state.answer(question if isinstance(question, dict) else {})
            self.wfile.write(json.dumps(answer).encode() + b"\n")


def main(words: list[str]) -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="signer")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--origin", required=True)
    asked = parser.parse_args(words)

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with Door(asked.socket, SignerState(asked.state, asked.origin)) as door:
        door.serve_forever(poll_interval=0.2)


if __name__ == "__main__":
    main(sys.argv[1:])
