"""Evidence in S3-compatible storage: sealed as in a folder. Needs the extra requirements/s3.lock.

What is stored is never written over (a conditional put), is checked by the storage itself against
the SHA-256 we send with it, has no address, and is read by way of the disk, not of memory. What the
storage refuses or does not answer is an OSError here, as it is of a folder.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

MISSING = 404


class BucketSilent(OSError):
    """Raised where the storage does not answer, or refuses."""


@contextmanager
def told_as_a_disk_would() -> Iterator[None]:
    """Raise what the storage's own library raises as an OSError."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        kind = FileNotFoundError if status == MISSING else BucketSilent
        raise kind("the evidence storage refused") from error
    except BotoCoreError as error:
        raise BucketSilent("the evidence storage does not answer") from error


class SealedBucket(S3Storage):  # type: ignore[misc, unused-ignore]
    """A bucket whose objects are written once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"file_overwrite": False, "default_acl": None, **options})

    def url(self, name: str | None, *_given: Any, **_more: Any) -> str:
        """Refuse: nothing in here has an address."""
        raise ValueError("This file is not accessible via a URL.")

    def _save(self, name: str, content: Any) -> str:
        digest, size = hashlib.sha256(), 0
        for piece in content.chunks():
            digest.update(piece)
            size += len(piece)
        content.seek(0)
        with told_as_a_disk_would():
            self.connection.meta.client.put_object(
                Bucket=self.bucket_name,
                Key=self._normalize_name(name),
                Body=content,
                ContentLength=size,
                ContentType="application/octet-stream",
                ChecksumSHA256=base64.b64encode(digest.digest()).decode(),
                IfNoneMatch="*",
            )
        return name

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        held = TemporaryFile()  # noqa: SIM115 - closed by whoever opened it here
        try:
            with told_as_a_disk_would():
                client = self.connection.meta.client
                client.download_fileobj(self.bucket_name, self._normalize_name(name), held)
        except OSError:
            held.close()
            raise
        held.seek(0)
        return File(held, name=name)

    def exists(self, name: str) -> bool:
        """Answer whether something is stored there."""
        with told_as_a_disk_would():
            return bool(super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the folders and files of a folder."""
        with told_as_a_disk_would():
            folders, files = super().listdir(path)
            return list(folders), list(files)

    def get_modified_time(self, name: str) -> datetime:
        """Return when a file was stored."""
        with told_as_a_disk_would():
            stored: datetime = super().get_modified_time(name)
            return stored
