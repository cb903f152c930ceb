"""Asking the signer: over its socket, or (in tests and tools) in the same process."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings

TIMEOUT_S = 5.0
Answer = Callable[[Mapping[str, Any]], dict[str, Any]]

_near: ContextVar[Answer | None] = ContextVar("near", default=None)


class SignerSilent(OSError):
    """Raised when the signer does not answer: the log waits, nothing else does."""


class SignerRefused(Exception):
    """Raised when the signer will not sign: the log is not the one it knows."""


@contextmanager
def signer_at_hand(answer: Answer) -> Iterator[None]:
    """Ask this signer, without a socket, inside the block."""
    token = _near.set(answer)
    try:
        yield
    finally:
        _near.reset(token)


def ask(question: Mapping[str, Any], *, patience: float = TIMEOUT_S) -> dict[str, Any]:
    """Return the signer's answer. Errors: SignerSilent, SignerRefused."""
    near = _near.get()
    answer = near(question) if near else _over_the_socket(question, patience)
    if "refused" in answer:
        raise SignerRefused(str(answer["refused"]))
    return answer


def _over_the_socket(question: Mapping[str, Any], patience: float) -> dict[str, Any]:
    if not settings.LOG_SIGNER:
        raise SignerSilent("no signer is set")
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(patience)
            line.connect(settings.LOG_SIGNER)
            line.sendall(json.dumps(question).encode() + b"\n")
            with line.makefile("rb") as heard:
                said = json.loads(heard.readline())
    except (OSError, ValueError) as problem:
        raise SignerSilent(f"the signer does not answer: {type(problem).__name__}") from problem
    if not isinstance(said, dict):
        raise SignerSilent("the signer does not answer in words we know")
    return said
