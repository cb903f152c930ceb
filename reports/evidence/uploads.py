"""Files on their way in: what is too large is dropped while it comes, and said so."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from reports.evidence.rules import MOST_BYTES


class TooLarge(SimpleUploadedFile):
    """Stands for a file that was not kept because it is larger than any may be."""


class CappedUploads(FileUploadHandler):
    """Comes before Django's own handlers; lets only so many files pass, and bytes of each."""

    most_files = 20

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.files = 0

    def new_file(self, *given: Any, **named: Any) -> None:
        """Count a file. Errors: TooManyFilesSent."""
        super().new_file(*given, **named)
        self.files += 1
        if self.files > self.most_files:
            raise TooManyFilesSent("Too many files in one request.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Return the piece, or nothing once there were too many."""
        return raw_data if start + len(raw_data) <= MOST_BYTES else None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Return a stand-in for a file that was too large; else leave it to the others."""
        if file_size <= MOST_BYTES:
            return None
        return TooLarge(name="too-large", content=b"")


class MoreUploads(CappedUploads):
    """Stands in its place where a client sends a hundred files at once (ODK Collect)."""

    most_files = 110


def is_too_large(file: Any) -> bool:
    """Answer whether a file was dropped for its length."""
    return isinstance(file, TooLarge)
