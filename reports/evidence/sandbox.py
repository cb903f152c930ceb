"""Has a picture read by a child process with its own limits, and believes nothing it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30  # by the wall clock; the child's own limit is in processor seconds
MOST_TOLD = 65_536  # bytes of the child's one line
# One thread: each further one of numpy's would take address space that the limit counts.
THREADS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the child told of a picture; `refused` holds the code of a reason, else ''."""

    refused: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    copy: bytes = b""
    thumb: bytes = b""


def run_decoder(task: str, original: IO[bytes], said: str = "") -> Seen:
    """Return what a child makes of a picture, which must be a file of the system's.

    `said` is what the task needs to know beside it.

    A child that dies (by its limits, or by the picture) has refused it.
    """
    original.seek(0)
    with TemporaryFile() as answer:
        try:
            done = subprocess.run(
                [sys.executable, "-E", "-s", "-m", "reports.evidence.decoder", task, said],
                cwd=ROOT,
                stdin=original,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.defpath, "LANG": "C.UTF-8", **THREADS},
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Seen(refused="too_slow")
        if done.returncode:
            return Seen(refused="not_readable")
        answer.seek(0)
        return _understood(answer)


def _understood(answer: IO[bytes]) -> Seen:
    try:
        told = json.loads(answer.readline(MOST_TOLD))
        if "refused" in told:
            return Seen(refused=str(told["refused"])[:20])
        copy, thumb = (answer.read(int(told[name])) for name in ("copy", "thumb"))
    except (ValueError, TypeError, KeyError):
        return Seen(refused="not_readable")
    return Seen(told=told, copy=copy, thumb=thumb)
