"""Keeping an answer, and throwing away what is too old. No part of the record: no events."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from cryptography.fernet import Fernet
from django.conf import settings

from reports.people.queries import User
from reports.repeats.models import KeptAnswer
from reports.repeats.queries import Answer
from reports.repeats.rules import KEPT, digest_of, seal_of

__all__ = ["Answer", "forget_answers", "keep_answer"]


def keep_answer(*, answer: Answer, fingerprint: str, key: str, by: User, at: datetime) -> None:
    """Keep what a request was answered, in the transaction that did it."""
    seal = Fernet(seal_of(settings.SECRET_KEY, by.pk, key))
    KeptAnswer.objects.create(
        by=by,
        digest=digest_of(settings.SECRET_KEY, by.pk, key),
        fingerprint=fingerprint,
        sealed=seal.encrypt(json.dumps(asdict(answer)).encode()),
        at=at,
    )


def forget_answers(*, at: datetime) -> int:
    """Throw away answers that are too old to be asked for again; return how many."""
    return KeptAnswer.objects.filter(at__lt=at - KEPT).delete()[0]
