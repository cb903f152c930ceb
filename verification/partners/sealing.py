"""Secrets of endpoints at rest: sealed under a key that is made from the site's own secret."""

from __future__ import annotations

import base64
import os
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SECRET_SIZE = 32  # bytes
NONCE_SIZE = 12


class Unreadable(ValueError):
    """Raised for a secret that was sealed for another endpoint, or under another site's secret."""


def new_secret() -> str:
    """Return a fresh secret as Standard Webhooks writes one."""
    return f"whsec_{base64.b64encode(os.urandom(SECRET_SIZE)).decode()}"


def sealed(secret: str, endpoint_id: uuid.UUID) -> bytes:
    """Return a secret that only this site opens, and only for this endpoint."""
    nonce = os.urandom(NONCE_SIZE)
    return nonce + AESGCM(_key()).encrypt(nonce, secret.encode(), endpoint_id.bytes)


def unsealed(sealed_secret: bytes, endpoint_id: uuid.UUID) -> str:
    """Return the secret. Errors: Unreadable."""
    nonce, rest = sealed_secret[:NONCE_SIZE], sealed_secret[NONCE_SIZE:]
    try:
        return AESGCM(_key()).decrypt(nonce, rest, endpoint_id.bytes).decode()
    except InvalidTag as problem:
        raise Unreadable("this secret was sealed elsewhere") from problem


def _key() -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"secrets of endpoints")
    return derived.derive(settings.SECRET_KEY.encode())
