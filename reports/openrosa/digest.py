"""HTTP Digest (RFC 7616, MD5): the one way besides a token that phones know. No writes here.

MD5 is what clients speak, and guards nothing by itself: the line is TLS, the password is random.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from cryptography.fernet import Fernet, InvalidToken
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from reports.openrosa.rules import NONCE_FOR

REALM = "reports"
SALT = "reports.openrosa.nonce"


@dataclass(frozen=True, slots=True)
class Response:
    """What a client answers to a challenge."""

    username: str
    nonce: str
    nc: str
    cnonce: str
    uri: str
    response: str

    def spends(self) -> str:
        """Return what is kept so that this very answer is taken once."""
        return hashlib.sha256(f"{self.nonce}:{self.nc}".encode()).hexdigest()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def ha1_of(username: str, password: str) -> str:
    """Return what a password is kept as."""
    return _md5(f"{username}:{REALM}:{password}")


def _box() -> Fernet:
    key = salted_hmac("reports.openrosa.ha1", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def sealed(ha1: str) -> bytes:
    """Return it sealed with the site's key: a copy of the table alone lets nobody in."""
    return _box().encrypt(ha1.encode())


def unsealed(box: bytes) -> str:
    """Return it again; '' where the site's key is another one now."""
    try:
        return _box().decrypt(bytes(box)).decode()
    except InvalidToken:
        return ""


def new_nonce() -> str:
    """Return a challenge that says itself until when it holds."""
    return signing.dumps(secrets.token_hex(8), salt=SALT)


def is_fresh(nonce: str) -> bool:
    """Answer whether a challenge is ours and not too old."""
    try:
        signing.loads(nonce, salt=SALT, max_age=NONCE_FOR)
    except signing.BadSignature:
        return False
    return True


def challenge(*, stale: bool = False) -> str:
    """Return the header that asks for an answer."""
    more = ", stale=true" if stale else ""
    return f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{new_nonce()}"{more}'


def read_response(header: str) -> Response | None:
    """Return what an Authorization header answers, or None where it is not Digest or not whole."""
    scheme, _space, rest = header.partition(" ")
    if scheme.lower() != "digest" or len(rest) > 4000:
        return None
    try:
        given = parse_keqv_list(parse_http_list(rest))
    except (ValueError, IndexError):
        return None
    if given.get("realm") != REALM or given.get("qop", "") != "auth":
        return None
    names = ("username", "nonce", "nc", "cnonce", "uri", "response")
    if not all(given.get(name) for name in names):
        return None
    return Response(**{name: given[name] for name in names})


def is_right(given: Response, ha1: str, *, method: str, path: str) -> bool:
    """Answer whether the password's owner answered, for this method and this address."""
    if not ha1 or urlsplit(given.uri).path != path:
        return False
    ha2 = _md5(f"{method}:{given.uri}")
    wanted = _md5(f"{ha1}:{given.nonce}:{given.nc}:{given.cnonce}:auth:{ha2}")
    return constant_time_compare(wanted, given.response)
