"""Keeping that a request was done, and what it was answered. No part of the record: no events."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from cryptography.fernet import Fernet
from django.conf import settings

from reports.people.queries import User
from reports.repeats.models import KeptAnswer
from reports.repeats.queries import Answer
from reports.repeats.rules import ANSWER_KEPT, KEPT, digest_of, kept_at, seal_of

__all__ = ["Answer", "empty_answers", "forget_answers", "keep_answer"]


def keep_answer(
    *, answer: Answer | None, fingerprint: str, key: str, by: User, at: datetime
) -> None:
    """Keep what a request was answered, in the transaction that did it; None keeps that it was."""
    sealed = b""
    if answer is not None:
        seal = Fernet(seal_of(settings.SECRET_KEY, by.pk, key))
        sealed = seal.encrypt(json.dumps(asdict(answer)).encode())
    KeptAnswer.objects.create(
        by=by,
        digest=digest_of(settings.SECRET_KEY, by.pk, key),
        fingerprint=fingerprint,
        sealed=sealed,
        at=kept_at(at),
    )


def empty_answers(*, before: datetime | None = None) -> int:
    """Throw away what requests were answered, and keep that they were done; return how many.

    `before` leaves the younger ones. Erasure leaves none: an answer may hold what is erased.
    """
    rows = KeptAnswer.objects.exclude(sealed=b"")
    if before is not None:
        rows = rows.filter(at__lt=before)
    return rows.update(sealed=b"")


def forget_answers(*, at: datetime) -> int:
    """Throw away what is too old to be asked for again; return how many rows went."""
    empty_answers(before=at - ANSWER_KEPT)
    return KeptAnswer.objects.filter(at__lt=at - KEPT).delete()[0]
