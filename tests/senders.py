"""A sender of files in pieces, over Django's test client or a real line."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from django.test import Client

from reports.intake.models import Report

UPLOADS = "/api/v1/uploads"
SPOKEN = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"


def metadata(**told: Any) -> str:
    """Return values as the header Upload-Metadata."""
    return ",".join(
        f"{name} {base64.b64encode(str(value).encode()).decode()}" for name, value in told.items()
    )


def begin(client: Client, report: Report, content: bytes, **told: Any) -> Any:
    """Ask for an upload of these bytes; `sha256=None` declares none."""
    said = {"receipt": report.receipt, "sha256": hashlib.sha256(content).hexdigest()} | told
    said = {name: value for name, value in said.items() if value is not None}
    headers = {**SPOKEN, "Upload-Length": str(len(content)), "Upload-Metadata": metadata(**said)}
    return client.generic("POST", UPLOADS, headers=headers)


def send(client: Client, url: str, piece: bytes, offset: int, **more: str) -> Any:
    """Send a piece of a file."""
    headers = {**SPOKEN, "Upload-Offset": str(offset), **more}
    return client.patch(url, piece, content_type=BYTES, headers=headers)


def ask(client: Client, url: str) -> Any:
    """Ask how far an upload is."""
    return client.head(url, headers=SPOKEN)
