"""Where the bytes lie: sealed originals, and apart from them what may be shown.

By default a private folder beside the database; any storage of Django's can stand in its place
(setting STORAGES["evidence"]). Nothing here has an address: only our pages hand bytes out.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

ORIGINAL, COPY, THUMB = "originals", "copies", "thumbs"
DERIVED = (COPY, THUMB)
PIECE = 256 * 1024  # bytes


class SealedFolder(FileSystemStorage):
    """A folder whose files are on the disk before anybody is told so, and are read-only."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            base_url=None,
            file_permissions_mode=0o400,
            directory_permissions_mode=0o700,
            **options,
        )

    def url(self, name: str | None) -> str:
        """Refuse: nothing in here has an address."""
        raise ValueError("This file is not accessible via a URL.")

    def _save(self, name: str, content: Any) -> str:
        kept = super()._save(name, content)  # type: ignore[misc]
        for path in (Path(self.path(kept)), Path(self.path(kept)).parent):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        return str(kept)


def vault() -> Storage:
    """Return the storage of evidence."""
    return storages["evidence"]


def new_place(sha256: str) -> str:
    """Return under which name an original is stored: by its content, and never shared.

    The same file of two reports lies there twice, so that erasing one leaves the other alone.
    """
    return f"{sha256[:2]}/{sha256}/{secrets.token_hex(12)}"


def path_of(folder: str, stored_as: str) -> str:
    """Return where an original, its copy or its thumbnail lies."""
    return f"{folder}/{stored_as}"


def stored_in(slot: int) -> Iterator[tuple[str, str]]:
    """Yield (folder, place) of every file whose hash begins with this byte."""
    for folder in (ORIGINAL, *DERIVED):
        first = f"{slot:02x}"
        for sha256 in _listed(f"{folder}/{first}", folders=True):
            for name in _listed(f"{folder}/{first}/{sha256}", folders=False):
                yield folder, f"{first}/{sha256}/{name}"


def _listed(path: str, *, folders: bool) -> list[str]:
    try:
        inner, files = vault().listdir(path)
    except FileNotFoundError:  # nothing was stored there yet
        return []
    return list(inner if folders else files)


def destroy(store: Storage, path: str) -> None:
    """Destroy a file, and its folder with it if it was the last: the folder bears its hash."""
    store.delete(path)
    try:
        Path(store.path(path)).parent.rmdir()
    except (NotImplementedError, OSError):  # no folders there, or others are in it
        return


def digest_of(file: IO[bytes]) -> tuple[str, int]:
    """Return the SHA-256 (hex) and the length of a file, read piece by piece."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        digest.update(piece)
        size += len(piece)
    file.seek(0)
    return digest.hexdigest(), size


class Hashed(File):
    """A file on its way into the storage, hashed again as its bytes are handed over."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, name="original")
        self.source = file
        self.digest = hashlib.sha256()

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the bytes, noting each."""
        self.digest = hashlib.sha256()
        self.source.seek(0)
        while piece := self.source.read(chunk_size or PIECE):
            self.digest.update(piece)
            yield piece
