"""Asking the witnesses: who they are (from the settings), and what each answers."""

from __future__ import annotations

import base64
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from verification.merkle.cosignature import WitnessKey, witness_key
from verification.merkle.note import BadNote

TIMEOUT_S = 5.0
MOST_ANSWER = 4096  # bytes


@dataclass(frozen=True, slots=True)
class Witness:
    """One witness of the log, and the address of its door."""

    key: WitnessKey
    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`line` is its cosignature; else `known` is the size it saw last, or `refused` says why."""

    line: str = ""
    known: int | None = None
    refused: str = ""


class WitnessSilent(OSError):
    """Raised when a witness does not answer: the checkpoint stays without its line for now."""


def witnesses() -> list[Witness]:
    """Return the witnesses of this log, in the order of the settings."""
    found = []
    for entry in settings.LOG_WITNESSES:
        key, _, address = entry.strip().partition(" ")
        if not address.startswith(("http://", "https://")):
            raise ImproperlyConfigured("CVR_LOG_WITNESSES: KEY ADDRESS; KEY ADDRESS …")
        try:
            found.append(Witness(witness_key(key), address.strip().rstrip("/")))
        except BadNote as problem:
            raise ImproperlyConfigured(f"CVR_LOG_WITNESSES: {problem}") from problem
    return found


def ask_witness(witness: Witness, *, old: int, path: Sequence[bytes], note: str) -> Answer:
    """Return what a witness answers to a checkpoint. Errors: WitnessSilent."""
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in path)
    question = urllib.request.Request(  # noqa: S310 - http or https, from the settings alone
        f"{witness.address}/add-checkpoint",
        data=f"old {old}\n{hashes}\n{note}".encode(),
        headers={"Content-Type": "text/plain; charset=utf-8"},
    )
    try:
        with urllib.request.urlopen(question, timeout=TIMEOUT_S) as said:  # noqa: S310 # nosec B310
            return Answer(line=said.read(MOST_ANSWER).decode())
    except urllib.error.HTTPError as problem:
        with problem:
            words = problem.read(MOST_ANSWER).decode("utf-8", "replace").strip()
        if problem.code == 409 and words.isdecimal():
            return Answer(known=int(words))
        return Answer(refused=words or f"HTTP {problem.code}")
    except (OSError, ValueError) as problem:
        raise WitnessSilent(f"{witness.key.name} does not answer: {problem}") from problem
