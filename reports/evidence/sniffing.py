"""What a file is: by its own first bytes and its structure, never by its name."""

from __future__ import annotations

from typing import IO

import filetype

from reports.evidence.rules import ALLOWED, HEAD, is_whole_container

MOST_BOXES = 4096  # outermost boxes of a recording; fragmented ones have thousands
TAIL = 2048  # bytes at the end of a PDF in which it says that it ends
SAME = {"audio/aac": "", "audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4"}
ALSO = {"image/heif": "image/heic", "audio/wav": "audio/x-wav", "video/x-m4v": "video/mp4"}


def type_of(file: IO[bytes], size: int) -> str:
    """Return a file's type if it is one that is taken in and its frame is whole; else ''."""
    file.seek(0)
    head = file.read(HEAD)
    guessed = filetype.guess_mime(head) or ""
    found = {**SAME, **ALSO}.get(guessed, guessed)
    if found not in ALLOWED:
        return ""
    if found == "application/pdf" and not _ends_like_pdf(file, size):
        return ""
    return found if is_whole_container(found, size, _boxes(file, size)) else ""


def _ends_like_pdf(file: IO[bytes], size: int) -> bool:
    file.seek(max(0, size - TAIL))
    tail = file.read(TAIL)
    return b"startxref" in tail and b"%%EOF" in tail


def _boxes(file: IO[bytes], size: int) -> list[tuple[str, int]]:
    """Return (name, length) of the outermost boxes of an ISO media file, as far as they go."""
    found: list[tuple[str, int]] = []
    at = 0
    while at < size and len(found) < MOST_BOXES:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        length = int.from_bytes(head[:4], "big")
        if length == 1:  # a long box tells its length behind its name
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:  # to the end of the file
            length = size - at
        if length < 8:
            break
        found.append((head[4:8].decode("latin-1"), length))
        at += length
    return found
