"""Forged logs: the auditor in Python and, where it can be built, the one in Go name each one."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.log_files import built_auditor, go_is_here, write_log
from tests.vectors import write
from verification.management.log_audit import Asked, Fault, audited, files_of
from verification.merkle.canonical import canonical
from verification.merkle.hash import leaf_hash
from verification.merkle.note import SigningKey

KEY = SigningKey(write.ORIGIN, write.SEED)
WITNESS = SigningKey("witness.example", write.WITNESS)
RECORD = b'{"code":"NK20-0001-F1"}'
PUBLISHED = canonical(
    {"v": 1, "type": "finding.published", "at": "2026-11-22T06:07:08Z", "commit": "0" * 64}
    | {"id": "NK20-0001-F1", "record": hashlib.sha256(RECORD).hexdigest()}
)
BODIES = [*write.bodies(), PUBLISHED]
Forge = Callable[[Path], object]


def edit(name: str, old: bytes, new: bytes) -> Forge:
    def forge(folder: Path) -> None:
        body = (folder / name).read_bytes()
        assert old in body
        (folder / name).write_bytes(body.replace(old, new, 1))

    return forge


def leaf_with_its_tile(folder: Path) -> None:
    """Change a leaf and its hash in the lowest tile: only the tree above still knows."""
    forged = BODIES[9].replace(b"06Z", b"12Z")
    edit("tile/entries/000", BODIES[9], forged)(folder)
    edit("tile/0/000", leaf_hash(BODIES[9]), leaf_hash(forged))(folder)


def resigned(*keys: SigningKey, bodies: list[bytes] = BODIES) -> Forge:
    return lambda folder: write_log(folder, bodies, *keys, records={"NK20-0001-F1": RECORD})


def as_restored(folder: Path) -> None:
    """An older state of the log, grown again in another way, under the right key."""
    resigned(KEY, bodies=[*BODIES[:200], *reversed(BODIES)])(folder)


def spoiled_signature(folder: Path) -> None:
    note = (folder / "checkpoint").read_text().split("\n")
    line = note[4]  # the log's own; the witness's comes after it
    note[4] = line[:-10] + ("A" if line[-10] != "A" else "B") + line[-9:]
    (folder / "checkpoint").write_text("\n".join(note))


def spoiled_upper_tile(folder: Path) -> None:
    (folder / "tile/1/000.p/1").write_bytes(bytes(32))


# what was done: (how, what Python says, what Go says)
FORGED: dict[str, tuple[Forge, str, str]] = {
    "a leaf in its bundle": (
        edit("tile/entries/000", BODIES[9], BODIES[9].replace(b"06Z", b"12Z")),
        "leaf 9 was changed",
        "leaf 9 was changed",
    ),
    "a leaf and its tile": (leaf_with_its_tile, "tile 0/0 is not", "signed root"),
    "a leaf of the last part and its tile": (
        lambda folder: [
            edit("tile/entries/001.p/45", BODIES[260], BODIES[260].replace(b"06Z", b"12Z"))(folder),
            edit(
                "tile/0/001.p/45",
                leaf_hash(BODIES[260]),
                leaf_hash(BODIES[260].replace(b"06Z", b"12Z")),
            )(folder),
        ],
        "signed root",
        "signed root",
    ),
    "a leaf left out": (
        edit("tile/entries/001.p/45", b"\x00" + bytes([len(PUBLISHED)]) + PUBLISHED, b""),
        "part 1 does not hold 45",
        "leaf 300 is missing",
    ),
    "a tile further up": (spoiled_upper_tile, "tile 0/0 is not", "tiles:"),
    "the size": (edit("checkpoint", b"\n301\n", b"\n300\n"), "signature is not right", "invalid"),
    "the signature": (spoiled_signature, "signature is not right", "invalid signature"),
    "another key of the same name": (
        resigned(SigningKey(write.ORIGIN, write.WITNESS)),
        "not signed by",
        "no verifiable signatures",
    ),
    "another origin": (
        resigned(SigningKey("example.org/log/2", write.WITNESS)),
        "not signed by",
        "no verifiable signatures",
    ),
    "a published record": (
        edit("records/NK20-0001-F1.json", b"F1", b"F2"),
        "record NK20-0001-F1 is not the one",
        "record NK20-0001-F1 is not the one",
    ),
    "a record taken away": (
        lambda folder: (folder / "records/NK20-0001-F1.json").unlink(),
        "records/NK20-0001-F1.json is missing",
        "no such file",
    ),
    "an old state put back and grown": (as_restored, "the log forked", "the log forked"),
    "an old state put back": (
        resigned(KEY, bodies=BODIES[:200]),
        "the log shrank",
        "the log shrank",
    ),
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "log", BODIES, KEY, WITNESS, records={"NK20-0001-F1": RECORD})


@pytest.fixture
def kept(log: Path, tmp_path: Path) -> Path:
    """The checkpoint as somebody kept it from before."""
    file = tmp_path / "kept"
    file.write_bytes((log / "checkpoint").read_bytes())
    return file


class TestInPython:
    def test_an_honest_log_is_whole(self, log: Path, kept: Path) -> None:
        found = audited(files_of(str(log)), str(KEY.verifier), Asked([kept.read_bytes()]))
        assert (found.head.size, found.records, found.tiles) == (301, 1, 3)
        assert found.types == {"filing": 300, "finding.published": 1}

    @pytest.mark.parametrize("name", FORGED)
    def test_a_forged_one_is_named(self, log: Path, kept: Path, name: str) -> None:
        forge, words, _go = FORGED[name]
        forge(log)
        with pytest.raises(Fault) as fault:
            audited(files_of(str(log)), str(KEY.verifier), Asked([kept.read_bytes()]))
        assert words in str(fault.value)

    def test_it_shares_no_code_with_the_writer(self) -> None:
        source = Path(sys.modules[audited.__module__].__file__ or "").read_text()
        named = {
            (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else alias.name
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert not {one for one in named if one.startswith(("verification", "reports", "django"))}


@pytest.fixture(scope="session")
def auditor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not go_is_here():
        pytest.skip("no Go here: the gate of .ci/run says so in red")
    return built_auditor(tmp_path_factory.mktemp("go"))


class TestInGo:
    def audit(self, auditor: Path, *words: str) -> subprocess.CompletedProcess[str]:
        command = [str(auditor), "-key", str(KEY.verifier), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_an_honest_log_is_whole(self, auditor: Path, log: Path, kept: Path) -> None:
        done = self.audit(auditor, "-log", str(log), "-since", str(kept))
        assert done.returncode == 0, done.stderr
        assert "301 leaves, 1 records; 301 inclusion and 301 consistency proofs" in done.stdout
        assert "903 forged ones refused" in done.stdout

    @pytest.mark.parametrize("name", FORGED)
    def test_a_forged_one_is_named(self, auditor: Path, log: Path, kept: Path, name: str) -> None:
        forge, _python, words = FORGED[name]
        forge(log)
        done = self.audit(auditor, "-log", str(log), "-since", str(kept))
        assert done.returncode == 1
        assert words in done.stderr

    def test_one_proof_needs_no_log(self, auditor: Path, tmp_path: Path) -> None:
        proof, leaf = tmp_path / "p.tlog-proof", tmp_path / "leaf.json"
        case = write.vectors()["proof"]
        proof.write_text(case["file"])
        leaf.write_text(case["leaf"])
        done = self.audit(auditor, "-proof", str(proof), "-leaf", str(leaf))
        assert done.stdout == f"leaf 7 is in {write.ORIGIN}, signed at 300 leaves\n", done.stderr
        leaf.write_text(case["leaf"].replace("06Z", "12Z"))
        assert self.audit(auditor, "-proof", str(proof), "-leaf", str(leaf)).returncode == 1
