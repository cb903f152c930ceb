"""Audits a whole log from its files alone; shares no code with what writes it.

It follows docs/log-format.md with the standard library and one signature check, so that a mistake
in our own tree, tiles or notes is found here and not repeated.
"""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TIMEOUT_S = 20
Read = Callable[[str], bytes]


class Fault(Exception):
    """What is wrong with the log, in words that name the place."""


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint whose signature was checked."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Audited:
    """What was read and found right."""

    head: Head
    tiles: int
    records: int
    types: dict[str, int]
    witnesses: list[str]


def files_of(place: str) -> Read:
    """Return how to read a log's files from a folder or a web address. Errors: Fault."""
    if not place.startswith(("http://", "https://")):
        return lambda path: _file(Path(place), path)
    return lambda path: _fetched(f"{place.rstrip('/')}/{path}")


def _file(folder: Path, path: str) -> bytes:
    try:
        return (folder / path).read_bytes()
    except OSError as problem:
        raise Fault(f"{path} is missing") from problem


def _fetched(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:  # noqa: S310 # nosec
            return bytes(answer.read())
    except urllib.error.URLError as problem:
        raise Fault(f"{address} cannot be read: {problem.reason}") from problem


def checked_head(note: bytes, key: str) -> Head:
    """Return what a checkpoint says, after checking its signature under a key. Errors: Fault."""
    name, named, coded = key.strip().split("+", 2)
    raw = base64.b64decode(coded)
    if raw[:1] != b"\x01" or hashlib.sha256(f"{name}\n".encode() + raw).hexdigest()[:8] != named:
        raise Fault("the key is not an Ed25519 key of a signed note")
    text, _, tail = note.decode().rpartition("\n\n")
    text += "\n"
    for line in tail.splitlines():
        _, signer, joined = line.split(" ")
        signature = base64.b64decode(joined)
        if signer == name and signature[:4].hex() == named:
            try:
                Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signature[4:], text.encode())
            except InvalidSignature as problem:
                raise Fault("the checkpoint's signature is not right") from problem
            origin, size, root = text.split("\n")[:3]
            if origin != name:
                raise Fault(f"the checkpoint is of {origin}, the key of {name}")
            return Head(origin, int(size), base64.b64decode(root))
    signers = ", ".join(line.split(" ")[1] for line in tail.splitlines())
    raise Fault(f"the checkpoint is not signed by {name} but by {signers or 'nobody'}")


def cosigned(note: bytes, keys: Sequence[str]) -> list[str]:
    """Return which of these witnesses cosigned, each line checked under its key. Errors: Fault."""
    text, _, tail = note.decode().rpartition("\n\n")
    lines = [line.split(" ")[1:] for line in tail.splitlines()]
    found: dict[bytes, str] = {}  # by key: one that goes by two names counts once
    for key in keys:
        name, named, coded = key.strip().split("+", 2)
        raw = base64.b64decode(coded)
        digest = hashlib.sha256(f"{name}\n".encode() + raw).hexdigest()
        if raw[:1] != b"\x04" or digest[:8] != named:
            raise Fault("this is not the key of a witness")
        for signer, joined in lines:
            signature = base64.b64decode(joined)
            if signer != name or signature[:4].hex() != named:
                continue
            at = int.from_bytes(signature[4:12], "big")
            message = f"cosignature/v1\ntime {at}\n{text}\n".encode()
            try:
                Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signature[12:], message)
            except InvalidSignature as problem:
                raise Fault(f"the cosignature of {name} is not right") from problem
            found[raw] = name
    return sorted(found.values())


@dataclass(frozen=True, slots=True)
class Asked:
    """What a checkpoint must show: checkpoints of before it continues, and who has cosigned it."""

    earlier: Sequence[bytes] = ()
    witnesses: Sequence[str] = ()
    quorum: int = 0


NOTHING_MORE = Asked()


def audited(read: Read, key: str, asked: Asked = NOTHING_MORE) -> Audited:
    """Read the whole log and check everything. Errors: Fault, naming the first thing wrong."""
    note = read("checkpoint")
    head = checked_head(note, key)
    witnesses = cosigned(note, asked.witnesses)
    if len(witnesses) < asked.quorum:
        raise Fault(f"{len(witnesses)} of the {asked.quorum} witnesses asked for have cosigned")
    heads = [checked_head(note, key) for note in asked.earlier]
    for old in heads:
        if old.size > head.size:
            raise Fault(f"the log shrank: {old.size} leaves were signed, now there are {head.size}")
    hashes, types, records = _leaves(read, head.size)
    tiles = _tiles(read, hashes)
    if _root(hashes) != head.root:
        raise Fault("the leaves do not lead to the signed root: some were changed with their tiles")
    for old in heads:
        if _root(hashes[: old.size]) != old.root:
            raise Fault(f"the log forked: it does not begin with the {old.size} leaves once signed")
    return Audited(head, tiles, records, types, witnesses)


def _leaves(read: Read, size: int) -> tuple[list[bytes], dict[str, int], int]:
    """Read every leaf; compare each with its place in the lowest tiles and with its record."""
    hashes: list[bytes] = []
    types: dict[str, int] = {}
    records = 0
    for number, width in _parts(size):
        tile = read(_path("0", number, width))
        bodies = list(_unbundled(read(_path("entries", number, width))))
        if len(bodies) != width or len(tile) != width * 32:
            raise Fault(f"part {number} does not hold {width} leaves")
        for n, body in enumerate(bodies):
            index = number * 256 + n
            found = hashlib.sha256(b"\x00" + body).digest()
            if found != tile[n * 32 : n * 32 + 32]:
                raise Fault(f"leaf {index} was changed")
            leaf = json.loads(body)
            again = json.dumps(leaf, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            if again.encode() != body or leaf["v"] != 1:
                raise Fault(f"leaf {index} is not in its canonical form")
            types[leaf["type"]] = types.get(leaf["type"], 0) + 1
            if "record" in leaf:
                _check_record(read, index, leaf["id"], leaf["record"])
                records += 1
            hashes.append(found)
    return hashes, types, records


def _check_record(read: Read, index: int, code: str, digest: str) -> None:
    record = read(f"records/{code}.json")
    if hashlib.sha256(record).hexdigest() != digest:
        raise Fault(f"record {code} is not the one that leaf {index} vouches for")


def _tiles(read: Read, hashes: Sequence[bytes]) -> int:
    """Compare every tile above the lowest with what its children give; return how many."""
    level, below, count = 0, list(hashes), -(-len(hashes) // 256)
    while len(below) >= 256:
        level += 1
        roots = [_root(below[n : n + 256]) for n in range(0, len(below) - len(below) % 256, 256)]
        for number, width in _parts(len(roots)):
            tile = read(_path(str(level), number, width))
            for n in range(width):
                if tile[n * 32 : n * 32 + 32] != roots[number * 256 + n]:
                    place = number * 256 + n
                    raise Fault(f"tile {level - 1}/{place} is not the one below tile {level}")
            count += 1
        below = roots
    return count


def _parts(size: int) -> Iterator[tuple[int, int]]:
    for number in range(-(-size // 256)):
        yield number, min(256, size - number * 256)


def _path(level: str, number: int, width: int) -> str:
    groups = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < 256 else "")


def _unbundled(joined: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(joined):
        length = int.from_bytes(joined[at : at + 2], "big")
        if at + 2 + length > len(joined):
            raise Fault("a bundle ends in the middle of a leaf")
        yield joined[at + 2 : at + 2 + length]
        at += 2 + length


def _root(hashes: Sequence[bytes]) -> bytes:
    """Return the root, level by level: an odd one out is carried up (the same as RFC 6962)."""
    level = list(hashes)
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + level[n] + level[n + 1]).digest()
            for n in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]
