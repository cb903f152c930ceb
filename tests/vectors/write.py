"""Writes our own vectors: `python -m tests.vectors.write`. A test holds the file to the code."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from verification.merkle.canonical import canonical, record_bytes
from verification.merkle.checkpoint import Checkpoint
from verification.merkle.cosignature import CosigningKey
from verification.merkle.hash import leaf_hash
from verification.merkle.note import SigningKey, signed_note
from verification.merkle.proof_file import ProofFile
from verification.merkle.proofs import consistency_path, inclusion_path
from verification.merkle.slots import commitment, disclosed, openings_for
from verification.merkle.tiles import bundle, tile_path, tile_sizes
from verification.merkle.tree import kept_nodes, tree_root

FILE = Path(__file__).with_name("log.json")
SIZE = 300  # leaves: one full tile and a partial one
ORIGIN = "example.org/log/1"
SEED = hashlib.sha256(b"a key for tests; never for a site").digest()
WITNESS = hashlib.sha256(b"a witness for tests").digest()
SEEN_AT = 1_795_327_628  # seconds; 2026-11-22T06:07:08Z


def stream(label: str) -> Any:
    """Return a source of "random" bytes that gives the same ones every time."""
    return lambda n: hashlib.shake_256(label.encode()).digest(n)


def bodies() -> list[bytes]:
    """Return the leaves of the log of the vectors."""
    made = []
    for n in range(SIZE):
        opened = openings_for({"case": f"X{n}", "place": "Gəncə", "n": n}, stream(f"leaf {n}"))
        made.append(
            canonical(
                {"v": 1, "type": "filing", "bucket": f"2026-11-{1 + n // 24:02}T06Z"}
                | {"commit": commitment(opened).hex()}
            )
        )
    return made


def vectors() -> dict[str, Any]:
    """Return all of it."""
    leaves = bodies()
    nodes = kept_nodes([leaf_hash(body) for body in leaves])
    key, witness = SigningKey(ORIGIN, SEED), SigningKey("witness.example", WITNESS)
    note = signed_note(Checkpoint(ORIGIN, SIZE, tree_root(nodes, SIZE)).text, key, witness)
    seen = CosigningKey("witness.example/eye", WITNESS)
    record = {"code": "NK20-0001-F1", "lat": 40.68, "lon": 1e-7, "named": ["AZE"], "note": None}
    opened = openings_for({"case": "X7", "place": "Gəncə", "n": 7}, stream("leaf 7"))
    shown = disclosed(opened, "place")
    return {
        "about": "Made by tests/vectors/write.py; docs/log-format.md says what they mean.",
        "origin": ORIGIN,
        "key": str(key.verifier),
        "other_key": str(witness.verifier),
        "checkpoint": note,
        "witness": str(seen.witness),
        "cosigned": note + seen.line(note.rpartition("\n\n")[0] + "\n", SEEN_AT),
        "bundle": {"path": tile_path("entries", 1, 44), "bytes": bundle(leaves[256:]).hex()},
        "tiles": [tile_path(*one) for one in tile_sizes(70_000 + 1_234_067 * 256)][-8:],
        "roots": {str(n): tree_root(nodes, n).hex() for n in (1, 2, 3, 7, 8, 255, 256, 257, 300)},
        "inclusion": [
            {
                "index": index,
                "size": size,
                "leaf": leaves[index].decode(),
                "path": [one.hex() for one in inclusion_path(nodes, index, size)],
            }
            for index, size in ((0, 1), (0, 2), (1, 2), (2, 3), (6, 7), (255, 300), (299, 300))
        ],
        "consistency": [
            {
                "old": old,
                "new": new,
                "path": [one.hex() for one in consistency_path(nodes, old, new)],
            }
            for old, new in ((1, 2), (2, 3), (3, 7), (7, 8), (8, 256), (255, 300), (300, 300))
        ],
        "proof": {
            "leaf": leaves[7].decode(),
            "file": ProofFile(7, tuple(inclusion_path(nodes, 7, SIZE)), note).text,
        },
        "disclosure": {
            "leaf": leaves[7].decode(),
            "salt": shown.salt,
            "name": shown.name,
            "value": shown.value,
            "slot": shown.slot,
            "path": [one.hex() for one in shown.path],
        },
        "record": {"value": record, "sha256": hashlib.sha256(record_bytes(record)).hexdigest()},
    }


def text() -> str:
    """Return the file's text."""
    return json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
