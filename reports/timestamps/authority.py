"""Asks a time-stamping authority (RFC 3161) and believes nothing it cannot show.

The authority learns a hash of a hash and our address, never the file. What is stamped is the
original's SHA-256 as 64 hexadecimal digits, so that `openssl ts -verify` can check it without us.
"""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.conf import settings

PATIENCE_S = 15
MOST_ANSWERED = 64 * 1024  # bytes


class AuthoritySilent(OSError):
    """Raised while the authority gives no answer that proves anything: to be tried again."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was checked: over this hash, by whom, when."""

    der: bytes
    stamped_at: datetime
    authority: str


def is_asked() -> bool:
    """Answer whether this site has an authority, and the library to check what it says."""
    return bool(settings.TSA_URL) and find_spec("rfc3161_client") is not None


def token_for(sha256: str) -> Token:
    """Return a fresh token over a hash, checked. Errors: AuthoritySilent."""
    import rfc3161_client as ts

    builder = ts.TimestampRequestBuilder().data(sha256.encode())
    request = builder.hash_algorithm(ts.HashAlgorithm.SHA256).build()
    try:
        answer = _asked(settings.TSA_URL, request.as_bytes())
        return checked(answer, sha256, nonce=request.nonce)
    except (URLError, OSError, ValueError) as error:
        raise AuthoritySilent(f"no timestamp: {type(error).__name__}") from error


def checked(der: bytes, sha256: str, *, nonce: int | None = None) -> Token:
    """Return what a token proves of a hash. Errors: ValueError where it proves nothing."""
    import rfc3161_client as ts

    try:
        answer = ts.decode_timestamp_response(der)
        builder = ts.VerifierBuilder(roots=_roots(), nonce=nonce)
        builder.build().verify_message(answer, sha256.encode())
    except ts.VerificationError as error:
        raise ValueError(str(error)) from error
    return Token(der, answer.tst_info.gen_time, _name_of(answer))


def _roots() -> list[x509.Certificate]:
    """Return whom the site trusts to vouch for an authority: a file of its own, nothing else."""
    return x509.load_pem_x509_certificates(Path(settings.TSA_ROOTS).read_bytes())


def _asked(url: str, request: bytes) -> bytes:
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("an authority has an address of the web")
    headers = {"Content-Type": "application/timestamp-query"}
    sent = urllib.request.Request(url, data=request, headers=headers)  # noqa: S310 - checked above
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(sent, timeout=PATIENCE_S) as answer:
        return bytes(answer.read(MOST_ANSWERED))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Goes where the setting says and nowhere else."""

    def redirect_request(self, *_given: Any, **_named: Any) -> None:
        """Follow nothing."""
        return None


def _name_of(answer: Any) -> str:
    """Return the name in the certificate that signed a token."""
    for der in answer.signed_data.certificates:
        subject = x509.load_der_x509_certificate(bytes(der)).subject
        for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME):
            return str(name.value)[:200]
    return ""
