"""How the tus protocol writes things into headers, and how they are read."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.http import http_date
from django.utils.translation import gettext as _

from reports.uploads.problems import WrongHeader
from reports.uploads.rules import ALGORITHMS

VERSION = "1.0.0"
BYTES = "application/offset+octet-stream"
EXTENSIONS = "creation,expiration,termination,checksum"
# What senders like to tell of a file and we never keep: its name may tell who made it.
NOT_KEPT = frozenset({"filename", "name", "relativePath", "relative_path"})
MOST_METADATA = 8192  # bytes of the header
DIGITS = re.compile(r"[0-9]{1,15}\Z", re.ASCII)


def number_in(headers: Mapping[str, Any], name: str) -> int:
    """Return a header that is a number of bytes. Errors: WrongHeader."""
    text = str(headers.get(name, ""))
    if not DIGITS.match(text):
        raise WrongHeader(_("%(header)s is a number of bytes.") % {"header": name})
    return int(text)


def metadata_in(headers: Mapping[str, Any]) -> dict[str, str]:
    """Return what Upload-Metadata tells, without names of files. Errors: WrongHeader."""
    text = str(headers.get("Upload-Metadata", ""))
    if len(text) > MOST_METADATA:
        raise WrongHeader(_("Upload-Metadata is too long."))
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _space, value = pair.partition(" ")
        if name in NOT_KEPT:
            continue
        try:
            found[name] = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise WrongHeader(_("Upload-Metadata holds names and values in base64.")) from error
    return found


def as_metadata(told: Mapping[str, Any]) -> str:
    """Return values as Upload-Metadata; what is empty is left out."""
    pairs = ((name, str(value)) for name, value in told.items() if value not in ("", None))
    return ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in pairs)


def checksum_in(headers: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return the algorithm and the sum of Upload-Checksum; ('', b'') without one."""
    text = str(headers.get("Upload-Checksum", ""))
    if not text:
        return "", b""
    name, _space, value = text.partition(" ")
    if name not in ALGORITHMS:
        raise WrongHeader(_("Checksums are SHA-1 or SHA-256."))
    try:
        return ALGORITHMS[name], base64.b64decode(value.strip(), validate=True)
    except binascii.Error as error:
        raise WrongHeader(_("Upload-Checksum holds its sum in base64.")) from error


def expiry(at: datetime) -> str:
    """Return an instant as Upload-Expires."""
    return http_date(at.timestamp())
