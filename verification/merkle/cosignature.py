"""Cosignatures of witnesses (c2sp.org/tlog-cosignature, version 1).

A witness signs that it saw a checkpoint at an instant, and that it never saw the log shrink or
fork. Its line stands in the note under the log's own.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from verification.merkle.note import BadNote, in_base64, key_id, named_key, signature_lines

COSIGNATURE = b"\x04"  # signature type
STAMP, SIGNATURE = 8, 64  # bytes


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """The public key of a witness; written `name+id+base64(type || key)`."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public, COSIGNATURE)

    def __str__(self) -> str:
        key = base64.b64encode(COSIGNATURE + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"

    def seen_at(self, text: str, signature: bytes) -> int:
        """Return the second at which this witness says it saw a text. Errors: BadNote."""
        if len(signature) != STAMP + SIGNATURE:
            raise BadNote(f"the cosignature of {self.name} has another length")
        at = int.from_bytes(signature[:STAMP], "big")
        public = Ed25519PublicKey.from_public_bytes(self.public)
        try:
            public.verify(signature[STAMP:], _message(text, at))
        except InvalidSignature as problem:
            raise BadNote(f"the cosignature of {self.name} is not right") from problem
        return at


@dataclass(frozen=True, slots=True)
class CosigningKey:
    """The private key of a witness; `seed` is what has to be kept."""

    name: str
    seed: bytes

    @property
    def witness(self) -> WitnessKey:
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return WitnessKey(self.name, private.public_key().public_bytes_raw())

    def line(self, text: str, at: int) -> str:
        """Return the line that says a text was seen at this second."""
        signed = Ed25519PrivateKey.from_private_bytes(self.seed).sign(_message(text, at))
        joined = base64.b64encode(self.witness.id + at.to_bytes(STAMP, "big") + signed).decode()
        return f"— {self.name} {joined}\n"


def _message(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def witness_key(text: str) -> WitnessKey:
    """Return the key of a witness that a line names. Errors: BadNote."""
    name, named, raw = named_key(text)
    if len(raw) != 33 or raw[:1] != COSIGNATURE:
        raise BadNote("not the key of a witness")
    found = WitnessKey(name, raw[1:])
    if found.id.hex() != named:
        raise BadNote("the key's id is not that of the key")
    return found


def cosigners(note: str, witnesses: Sequence[WitnessKey]) -> dict[str, int]:
    """Return {witness: second at which it saw this note}, of the witnesses given.

    Lines of others are passed over. Errors: BadNote if malformed, or a known witness's is wrong.
    """
    text, lines = signature_lines(note)
    known = {(key.name, key.id): key for key in witnesses}
    seen: dict[str, int] = {}
    for name, identity, signature in lines:
        key = known.get((name, identity))
        if key is not None:
            seen[name] = key.seen_at(text, signature)
    return seen


def require_quorum(note: str, witnesses: Sequence[WitnessKey], quorum: int) -> dict[str, int]:
    """Return who cosigned, if they are enough; one key counts once. Errors: BadNote."""
    seen = cosigners(note, witnesses)
    keys = {key.public for key in witnesses if key.name in seen}
    if len(keys) < quorum:
        raise BadNote(f"{len(keys)} of the {quorum} witnesses asked for have cosigned")
    return seen


def cosignature(line: str) -> bytes:
    """Return the bytes of one signature line, after its mark and name. Errors: BadNote."""
    return in_base64(line.rstrip("\n").rpartition(" ")[2])
