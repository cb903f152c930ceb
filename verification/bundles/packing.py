"""Parts into one zip, a piece at a time; the same parts make the same bytes. Knows no rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import rfc8785

PIECE = 256 * 1024  # bytes
FORMAT = "ceasefire-evidence-bundle/1"
EPOCH = (1980, 1, 1, 0, 0, 0)  # a zip can tell no earlier time, and none is told
UNIX, READ_ONLY = 3, 0o100444 << 16


class PackedOtherwise(OSError):
    """Raised when a part is not what the record says: a matter of the machine."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a bundle: what the record says of it, and how its bytes are got."""

    path: str
    role: str  # original, working_copy, redacted_copy, custody, readme, check
    type: str
    sha256: str
    size: int
    opens: Callable[[], AbstractContextManager[IO[bytes]]]
    item: str = ""
    derived_from: str = ""  # SHA-256 of what it was made of, where that may be told
    derivation: str = ""

    def entry(self) -> dict[str, Any]:
        """Return the part as the manifest names it."""
        told = {"item": self.item, "derived_from": self.derived_from, "derivation": self.derivation}
        return {
            "path": self.path,
            "role": self.role,
            "type": self.type,
            "sha256": self.sha256,
            "size": self.size,
            **{name: value for name, value in told.items() if value},
        }


def manifest_of(about: Mapping[str, Any], parts: Iterable[Part]) -> bytes:
    """Return the manifest, as RFC 8785 writes JSON: one value, one byte string."""
    files = [part.entry() for part in sorted(parts, key=lambda part: part.path)]
    return rfc8785.dumps({"format": FORMAT, **about, "files": files})


def pack(
    out: IO[bytes],
    about: Mapping[str, Any],
    parts: Iterable[Part],
    *,
    tell: Callable[[int], None] = lambda done: None,
) -> bytes:
    """Write a bundle, its manifest first, and return the manifest; `tell` hears bytes done.

    Errors: PackedOtherwise where a part's bytes are not what the record says.
    """
    ordered = sorted(parts, key=lambda part: part.path)
    manifest = manifest_of(about, ordered)
    done = 0
    with ZipFile(out, "w", ZIP_STORED) as packed:
        packed.writestr(_named("manifest.json", len(manifest)), manifest)
        for part in ordered:
            digest = hashlib.sha256()
            with part.opens() as source, packed.open(_named(part.path, part.size), "w") as target:
                while piece := source.read(PIECE):
                    digest.update(piece)
                    target.write(piece)
                    done += len(piece)
                    tell(done)
            if digest.hexdigest() != part.sha256:
                raise PackedOtherwise(f"{part.path} is not what the record says")
    return manifest


def _named(path: str, size: int) -> ZipInfo:
    """Return a zip's entry without time, owner or system of whoever packed it."""
    entry = ZipInfo(path, EPOCH)
    entry.create_system, entry.external_attr = UNIX, READ_ONLY
    entry.compress_type, entry.file_size = ZIP_STORED, size
    return entry
