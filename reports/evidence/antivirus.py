"""Asks a virus scanner beside the site (clamd, INSTREAM) what it thinks of a file; optional.

The scanner is told the bytes and nothing else. Whatever it answers that is neither “clean” nor
“found” counts as no answer, and a file without an answer waits: it never passes in silence.
"""

from __future__ import annotations

import socket
import struct
from typing import IO

from django.conf import settings

PIECE = 64 * 1024  # bytes
PATIENCE_S = 20  # for each step
MOST_ANSWERED = 4096  # bytes
CLEAN, FOUND = b"stream: OK", b" FOUND"


class ScannerSilent(OSError):
    """Raised while the scanner gives no answer that can be relied on: to be tried again."""


def is_asked() -> bool:
    """Answer whether this site has a scanner."""
    return bool(settings.CLAMD)


def is_infected(file: IO[bytes]) -> bool:
    """Answer whether the scanner finds something in a file. Errors: ScannerSilent."""
    file.seek(0)
    try:
        with _connected(settings.CLAMD) as line:
            line.sendall(b"zINSTREAM\0")
            while piece := file.read(PIECE):
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(struct.pack(">I", 0))
            answer = _answer(line)
    except (OSError, ValueError) as error:
        raise ScannerSilent("the virus scanner does not answer") from error
    if answer == CLEAN:
        return False
    if answer.startswith(b"stream: ") and answer.endswith(FOUND):
        return True
    raise ScannerSilent("the virus scanner could not scan the file")


def _connected(address: str) -> socket.socket:
    """Return a connection to `unix:/path` or `host:port`."""
    if address.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(PATIENCE_S)
        try:
            line.connect(address.removeprefix("unix:"))
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_S)


def _answer(line: socket.socket) -> bytes:
    """Return what is answered up to the first nought."""
    found = b""
    while b"\0" not in found and len(found) < MOST_ANSWERED:
        piece = line.recv(1024)
        if not piece:
            break
        found += piece
    return found.partition(b"\0")[0].strip()
