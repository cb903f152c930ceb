"""What pays for a filing: a signed challenge that was worked on, or one that an invite paid for.

A pass names no person: its nonce is random, and neither an invite nor an address is in it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy

from reports.open_door.rules import BITS, LIFETIME, is_done
from reports.problems import Problem

SALT = "reports.open_door.pass"


class PassNeeded(Problem):
    """Raised for a filing that nothing was paid for, or whose pass was used or is too old."""

    code = "pass-needed"
    status = 422
    title = gettext_lazy("Your report was not sent yet")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a form carries: the signed token, and of it what the browser works on."""

    token: str
    nonce: str
    bits: int


@dataclass(frozen=True, slots=True)
class Paid:
    """A pass that holds: by what it is remembered, and whether an invite paid for it."""

    digest: str
    by_invite: bool


def new_challenge(agreement: str, *, bits: int = BITS) -> Challenge:
    """Return a challenge for one filing under an agreement; without `bits` it is paid for."""
    nonce = secrets.token_hex(16)
    return Challenge(signing.dumps([nonce, agreement, bits], salt=SALT), nonce, bits)


def read_pass(token: str, work: str, agreement: str) -> Paid:
    """Return what a pass is worth. Errors: PassNeeded."""
    found = challenge_of(token)
    if found is None or not is_done(found.nonce, work, found.bits):
        raise PassNeeded()
    if signing.loads(token, salt=SALT)[1] != agreement:
        raise PassNeeded()
    return Paid(hashlib.sha256(found.nonce.encode()).hexdigest(), by_invite=found.bits == 0)


def challenge_of(token: str) -> Challenge | None:
    """Return the challenge of a token that we signed and that is not too old."""
    try:
        nonce, _agreement, bits = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Challenge(token, nonce, bits)


def keyed(purpose: str, of: str, code: str) -> str:
    """Return the hash under which a code is kept: without our key nothing can be tried on it."""
    return salted_hmac(f"reports.open_door.{purpose}.{of}", code, algorithm="sha256").hexdigest()
