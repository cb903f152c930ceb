"""Proof files (c2sp.org/tlog-proof): a leaf's place, its path and a checkpoint, in one text."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from verification.merkle.checkpoint import NUMBER, Checkpoint, opened_checkpoint
from verification.merkle.hash import HASH_SIZE, leaf_hash
from verification.merkle.note import BadNote, VerifierKey, in_base64
from verification.merkle.proofs import check_inclusion

FIRST_LINE = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class ProofFile:
    """Everything but the leaf and the key; it is checked without any network."""

    index: int
    path: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        hashes = "".join(base64.b64encode(one).decode() + "\n" for one in self.path)
        return f"{FIRST_LINE}\nindex {self.index}\n{hashes}\n{self.note}"


def proof_file(text: str) -> ProofFile:
    """Return the proof a file holds. Errors: BadNote if it is malformed."""
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines[0] != FIRST_LINE:
        raise BadNote("not a proof file")
    rest = lines[1:]
    if rest and rest[0].startswith("extra "):
        in_base64(rest.pop(0).removeprefix("extra "))
    if not rest or not rest[0].startswith("index "):
        raise BadNote("a proof names the leaf's index")
    index = rest[0].removeprefix("index ")
    if not NUMBER.fullmatch(index):
        raise BadNote("the index is not a number")
    path = tuple(in_base64(line) for line in rest[1:])
    if any(len(one) != HASH_SIZE for one in path):
        raise BadNote("a hash has 32 bytes")
    return ProofFile(int(index), path, note)


def check_proof(
    text: str, body: bytes, *, origin: str, keys: Sequence[VerifierKey]
) -> tuple[ProofFile, Checkpoint]:
    """Check that a leaf is in the log, as its proof file says. Errors: BadNote, BadProof."""
    proof = proof_file(text)
    checkpoint = opened_checkpoint(proof.note, origin=origin, keys=keys)
    check_inclusion(leaf_hash(body), proof.index, checkpoint.size, proof.path, checkpoint.root)
    return proof, checkpoint
