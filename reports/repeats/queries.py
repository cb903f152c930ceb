"""Whether a request was done already, and what it was answered."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection

from reports.people.queries import User
from reports.repeats.models import KeptAnswer
from reports.repeats.rules import digest_of, lock_of, print_of, seal_of


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Kept:
    """That a request was done: its fingerprint, and its answer while that is kept."""

    fingerprint: str
    answer: Answer | None


def is_free(user: User, key: str) -> bool:
    """Take a key until the end of the transaction; False where another request holds it."""
    digest = digest_of(settings.SECRET_KEY, user.pk, key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_of(digest)])
        return bool(cursor.fetchone()[0])


def answer_kept(user: User, key: str) -> Kept | None:
    """Return what was answered under a key; None where nothing was done under it."""
    digest = digest_of(settings.SECRET_KEY, user.pk, key)
    row = KeptAnswer.objects.filter(digest=digest).first()
    if row is None:
        return None
    seal = Fernet(seal_of(settings.SECRET_KEY, user.pk, key))
    sealed = bytes(row.sealed)
    answer = Answer(**json.loads(seal.decrypt(sealed))) if sealed else None
    return Kept(row.fingerprint, answer)


def fingerprint_of(user: User, key: str, said: bytes) -> str:
    """Return what tells this request from another under the same key."""
    return print_of(settings.SECRET_KEY, user.pk, key, said)
