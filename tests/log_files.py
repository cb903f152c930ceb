"""A log's files made from leaves, honest or forged, for those who audit files."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from verification.merkle.checkpoint import Checkpoint
from verification.merkle.hash import leaf_hash
from verification.merkle.note import SigningKey, signed_note
from verification.merkle.tiles import WIDTH, bundle, tile_path, tile_sizes
from verification.merkle.tree import kept_nodes, range_root, tree_root

GO_PATH = Path("/usr/share/gocode")  # Debian's Go sources
GO_NOTE = GO_PATH / "src/golang.org/x/mod/sumdb/note"
PROGRAM = Path(__file__).resolve().parents[1] / "deploy" / "logaudit"


def write_log(
    folder: Path,
    bodies: Sequence[bytes],
    *keys: SigningKey,
    records: Mapping[str, bytes] | None = None,
) -> Path:
    """Write the files of a log of these leaves, signed by these keys; the first names it."""
    nodes = kept_nodes([leaf_hash(body) for body in bodies])
    files = {f"records/{code}.json": record for code, record in (records or {}).items()}
    for level, number, width in tile_sizes(len(bodies)):
        first, span = number * WIDTH, WIDTH**level
        files[tile_path(level, number, width)] = b"".join(
            range_root(nodes, n * span, (n + 1) * span) for n in range(first, first + width)
        )
        if level == 0:
            part = bundle(bodies[first : first + width])
            files[tile_path("entries", number, width)] = part
    head = Checkpoint(keys[0].name, len(bodies), tree_root(nodes, len(bodies)))
    files["checkpoint"] = signed_note(head.text, *keys).encode()
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    return folder


def go_is_here() -> bool:
    """Answer whether the Go auditor can be built on this machine."""
    return shutil.which("go") is not None and GO_NOTE.is_dir()


def built_auditor(folder: Path) -> Path:
    """Build the Go auditor with Debian's packages alone."""
    program = folder / "logaudit"
    subprocess.run(
        ["go", "build", "-o", str(program), "."],
        cwd=PROGRAM,
        env={
            "GO111MODULE": "off",
            "GOPATH": str(GO_PATH),
            "GOCACHE": str(folder / "cache"),
            "PATH": "/usr/bin:/bin",
        },
        check=True,
        capture_output=True,
    )
    return program
