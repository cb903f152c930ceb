"""Checkpoints: the log's origin, size and root, as the text of a signed note."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from verification.merkle.hash import HASH_SIZE
from verification.merkle.note import BadNote, VerifierKey, in_base64, opened

NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself; worth nothing until its signature was checked."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def checkpoint_in(text: str) -> Checkpoint:
    """Return the checkpoint a note's text holds; lines after the third are passed over.

    Errors: BadNote. Source: c2sp.org/tlog-checkpoint; docs/log-format.md 5.
    """
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not all(lines[3:-1]) or lines[-1]:
        raise BadNote("a checkpoint is origin, size and root")
    if not NUMBER.fullmatch(lines[1]):
        raise BadNote("the size is not a number without leading zeroes")
    root = in_base64(lines[2])
    if len(root) != HASH_SIZE:
        raise BadNote("a root has 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def opened_checkpoint(note: str, *, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Return a signed checkpoint of this log. Errors: BadNote; another origin is refused."""
    text, _signed = opened(note, keys)
    found = checkpoint_in(text)
    if found.origin != origin:
        raise BadNote(f"this is a checkpoint of {found.origin}")
    return found
