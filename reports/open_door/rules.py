"""Pure rules of the open door: codes that can be read aloud, and work that can be checked."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

from reports.identity import RECEIPT_ALPHABET

CODE_LENGTH = 16  # of 32 letters each: 80 bits
CODE = re.compile(f"[{RECEIPT_ALPHABET}]{{{CODE_LENGTH}}}")
BITS = 18  # a quarter of a million hashes on average: seconds on a cheap phone
LIFETIME = timedelta(hours=3)  # from showing the form to sending it
WORK = re.compile(r"[0-9]{1,12}")
INVITES_MOST, DAYS_MOST = 50, 90  # made at once; of their life
OUTSTANDING_MOST = 500  # invites of an agreement nobody has used yet
DAY = timedelta(days=1)


def new_code() -> str:
    """Return a random code such as `7K3M-Q9TX-HDW2-BQ5R`."""
    return spelled("".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(CODE_LENGTH)))


def spelled(code: str) -> str:
    """Return a code in groups of four."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def read_code(text: str) -> str:
    """Return a typed code without gaps and in capitals; '' if it is none."""
    code = re.sub(r"[\s-]", "", text).upper()
    return code if CODE.fullmatch(code) else ""


def is_done(nonce: str, work: str, bits: int) -> bool:
    """Answer whether a number makes the hash of a nonce begin with so many zero bits."""
    if bits == 0:
        return True
    if not WORK.fullmatch(work):
        return False
    digest = hashlib.sha256(f"{nonce}:{work}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0
