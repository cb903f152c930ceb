"""Files on their way in: kept whole until their rows are in the record, then removed.

A private folder beside the database; servers that share the work share the folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from reports.imports.choices import Format

PIECE = 1024 * 1024  # bytes
GEOJSON_MOST = 64 * 1024 * 1024  # bytes: it is one document, and is read whole once


class NotThisFormat(ValueError):
    """Raised for a file that is not of the format it is said to be."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies on the disk for good: the hash of what came, the length of what is kept."""

    sha256: str
    size: int


def folder() -> Path:
    """Return the folder of files to be imported, made if it is not there."""
    found = Path(settings.IMPORTS_DIR)
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def path_of(import_id: uuid.UUID) -> Path:
    """Return where the file of an import lies."""
    return folder() / import_id.hex


def keep_file(import_id: uuid.UUID, pieces: Iterable[bytes], format: str) -> Kept:
    """Keep what comes, so that no loss of power loses it. Errors: NotThisFormat."""
    digest = hashlib.sha256()
    coming = folder() / f"{import_id.hex}.coming"
    try:
        with coming.open("xb") as file:
            hashed = _hashed(pieces, digest)
            if format == Format.GEOJSON:
                _write_features(hashed, file)
            else:
                for piece in hashed:
                    file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        coming.rename(path_of(import_id))
    finally:
        coming.unlink(missing_ok=True)
    return Kept(digest.hexdigest(), size)


def drop_file(import_id: uuid.UUID) -> None:
    """Remove the file of an import, if it is there."""
    path_of(import_id).unlink(missing_ok=True)


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield an open file piece by piece."""
    while piece := file.read(PIECE):
        yield piece


def _hashed(pieces: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _write_features(pieces: Iterable[bytes], file: IO[bytes]) -> None:
    """Write a FeatureCollection as lines, one feature each, so that it can be read on from
    anywhere."""
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > GEOJSON_MOST:
            raise NotThisFormat("larger than 64 MB; send one feature a line as NDJSON")
    try:
        read = json.loads(whole)
        features = read["features"]
        lines = [json.dumps(one, ensure_ascii=False).encode() for one in features]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotThisFormat("no GeoJSON FeatureCollection") from error
    for line in lines:
        file.write(line + b"\n")
