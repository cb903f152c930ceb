"""Signed notes (c2sp.org/signed-note) and their Ed25519 keys.

A note may carry any number of signature lines: of the log, and of witnesses. Lines of keys one
does not know are passed over; a wrong line of a known key spoils the note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"  # signature type
MOST_BYTES = 100_000  # of a note
MOST_LINES = 64  # of signatures
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+]+")


class BadNote(ValueError):
    """Raised when a note is malformed, or not signed by whom it should be."""


def key_id(name: str, public: bytes, kind: bytes = ED25519) -> bytes:
    """Return the four bytes by which a signature line names its key."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def in_base64(text: str) -> bytes:
    """Return the bytes of strict base64. Errors: BadNote."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise BadNote("not base64") from problem
    if base64.b64encode(found).decode() != text:
        raise BadNote("not the one base64 of its bytes")
    return found


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name; written `name+id+base64(type || key)`."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public)

    def __str__(self) -> str:
        key = base64.b64encode(ED25519 + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Answer whether a signature over a text is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


def verifier_key(text: str) -> VerifierKey:
    """Return the key that a line names. Errors: BadNote."""
    name, named, raw = named_key(text)
    if len(raw) != 33 or raw[:1] != ED25519:
        raise BadNote("not an Ed25519 key of a signed note")
    found = VerifierKey(name, raw[1:])
    if found.id.hex() != named:
        raise BadNote("the key's id is not that of the key")
    return found


def named_key(text: str) -> tuple[str, str, bytes]:
    """Return the name, the id and the bytes in a key's line, unchecked. Errors: BadNote."""
    name, _, rest = text.strip().partition("+")
    named, _, key = rest.partition("+")
    if not _NAME.fullmatch(name):
        raise BadNote("a key has a name without blanks")
    return name, named, in_base64(key)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with its name; `seed` is what has to be kept."""

    name: str
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return VerifierKey(self.name, private.public_key().public_bytes_raw())

    def line(self, text: str) -> str:
        """Return the signature line of a text."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        joined = base64.b64encode(self.verifier.id + signature).decode()
        return f"— {self.name} {joined}\n"


def signed_note(text: str, *keys: SigningKey) -> str:
    """Return a text with the signatures of these keys. Errors: BadNote for a text of no note."""
    _check_text(text)
    return text + "\n" + "".join(key.line(text) for key in keys)


def _check_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise BadNote("a note's text ends with a line end and has no control characters")


def opened(note: str, keys: Sequence[VerifierKey]) -> tuple[str, list[VerifierKey]]:
    """Return a note's text and the keys that have signed it.

    Errors: BadNote if malformed, if a known key's line is wrong, or if no known key signed.
    """
    text, lines = signature_lines(note)
    known = {(key.name, key.id): key for key in keys}
    signed: list[VerifierKey] = []
    for name, identity, signature in lines:
        key = known.get((name, identity))
        if key is None:
            continue
        if not key.has_signed(text, signature):
            raise BadNote(f"the signature of {name} is not right")
        if key not in signed:
            signed.append(key)
    if not signed:
        raise BadNote("no known key has signed this note")
    return text, signed


def signature_lines(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return a note's text and (name, key's id, signature) of each line. Errors: BadNote."""
    if len(note.encode("utf-8", "replace")) > MOST_BYTES:
        raise BadNote("the note is too long")
    text, blank, tail = note.rpartition("\n\n")
    text += "\n"
    if not blank or not tail.endswith("\n"):
        raise BadNote("a note ends with signature lines after an empty line")
    _check_text(text)
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_LINES:
        raise BadNote("too many signatures")
    return text, [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    mark, _, rest = line.partition(" ")
    name, _, joined = rest.partition(" ")
    if mark != "—" or not _NAME.fullmatch(name):
        raise BadNote("not a signature line")
    raw = in_base64(joined)
    if len(raw) < 5:
        raise BadNote("a signature is longer than its key's id")
    return name, raw[:4], raw[4:]
