"""Files of a process that must not forget: replaced whole, and on the disk before it answers."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_whole(folder: Path, name: str, text: str) -> None:
    """Replace a file so that after a power cut the old or the new one is there, whole."""
    new = folder / f"{name}.new"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    new.replace(folder / name)
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def kept_seed(folder: Path, name: str) -> bytes:
    """Return the secret in a file of the folder, drawn the first time."""
    file = folder / name
    if not file.is_file():
        write_whole(folder, name, secrets.token_hex(32))
    return bytes.fromhex(file.read_text().strip())
