"""Unfinished files on the disk: one file for each upload, and its length is how much has come.

A private folder beside the database; servers that share the work share the folder. What is in it
is locked by the kernel while it is written, so that a process that dies leaves no lock behind.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from django.conf import settings

from reports.uploads.problems import Busy
from reports.uploads.rules import PIECE


class Stream(Protocol):
    """Where bytes come from: a request."""

    def read(self, size: int = ..., /) -> bytes:
        """Return at most so many bytes; none at the end."""


def folder() -> Path:
    """Return the folder of unfinished files, made if it is not there."""
    found = Path(settings.UPLOADS_DIR)
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def path_of(upload_id: uuid.UUID) -> Path:
    """Return where the bytes of an upload lie."""
    return folder() / upload_id.hex


def came(upload_id: uuid.UUID) -> int:
    """Return how many bytes of an upload have come."""
    try:
        return path_of(upload_id).stat().st_size
    except FileNotFoundError:
        return 0


def free_bytes() -> int:
    """Return how much the disk still takes."""
    return shutil.disk_usage(folder()).free


@contextmanager
def held(upload_id: uuid.UUID) -> Iterator[int]:
    """Open an upload's bytes for this process and nobody else. Errors: Busy."""
    handle = os.open(path_of(upload_id), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        if os.fstat(handle).st_nlink == 0:  # thrown away between the two lines above
            raise Busy
        yield handle
    finally:
        os.close(handle)


def append(handle: int, stream: Stream, most: int, *, until: float, digest: Any = None) -> int:
    """Write down what comes, up to `most` bytes; return how many came.

    A line that breaks ends it, and so does the clock (time.monotonic): what came stays, and is on
    the disk when we return. Errors: OSError of the disk.
    """
    before = left = most
    while left and time.monotonic() < until:
        try:
            piece = stream.read(min(PIECE, left))
        except OSError:  # the line broke, or was silent for too long
            break
        if not piece:
            break
        _write(handle, piece)
        if digest is not None:
            digest.update(piece)
        left -= len(piece)
    os.fsync(handle)
    return before - left


def _write(handle: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(handle, view) :]


def cut_back(handle: int, length: int) -> None:
    """Throw away what came after so many bytes."""
    os.ftruncate(handle, length)
    os.fsync(handle)


def opened(upload_id: uuid.UUID) -> IO[bytes]:
    """Return an upload's bytes for reading."""
    return open(path_of(upload_id), "rb")


def throw_away(upload_id: uuid.UUID) -> None:
    """Destroy an upload's bytes; may run twice."""
    path_of(upload_id).unlink(missing_ok=True)


def left_behind(*, before: float) -> list[uuid.UUID]:
    """Return the ids of files in the folder that were not written since `before` (epoch)."""
    found = []
    for path in folder().iterdir():
        try:
            if path.stat().st_mtime < before:
                found.append(uuid.UUID(hex=path.name))
        except (ValueError, FileNotFoundError):  # not ours, or gone meanwhile
            continue
    return found


def digest_for(algorithm: str) -> Any:
    """Return a hash to be fed with a piece; only guards a line, never a record."""
    return hashlib.new(algorithm, usedforsecurity=False)
