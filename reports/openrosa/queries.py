"""Reads of phones and submissions; whoever asks is named by a token, a challenge or an account."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from itertools import accumulate

from django.db.models import Min
from django.db.models.functions import Length

from reports.agreement.models import Agreement
from reports.intake.models import Report
from reports.intake.states import ReportState
from reports.openrosa.models import Phone, SentFile, Submission
from reports.openrosa.rules import still_missing
from reports.people.models import User
from reports.people.permissions import may, require
from reports.problems import NotFound

GONE = (ReportState.WITHDRAWN,)
BYTES_MOST = 16 * 1024 * 1024  # of the forms that are read for one answer


def token_hash(token: str) -> str:
    """Return what a token is kept as: it carries 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def number_of(agreement: Agreement) -> int:
    """Return the number clients name an agreement by: agreements are never taken away."""
    return Agreement.objects.filter(pk__lte=agreement.pk).count()


def agreement_by_number(number: int) -> Agreement | None:
    """Return the agreement with a number, or None."""
    if not 1 <= number <= 10_000:
        return None
    return Agreement.objects.order_by("pk")[number - 1 : number].first()


def _active(at: datetime, number: int, **known: str) -> Phone | None:
    rows = Phone.objects.select_related("user", "agreement")
    found = rows.filter(removed_at=None, expires_at__gt=at, **known).first()
    if found is None or number_of(found.agreement) != number:
        return None
    allowed = may(found.user, "report.file", at=at, agreement_id=found.agreement_id)
    return found if allowed else None


def phone_by_token(token: str, number: int, *, at: datetime) -> Phone:
    """Return the phone behind a token. Errors: NotFound, alike for whatever is wrong."""
    found = _active(at, number, hashed=token_hash(token))
    if found is None:
        raise NotFound()
    return found


def phone_by_name(name: str, number: int, *, at: datetime) -> Phone | None:
    """Return the phone that calls itself so, or None; who answers for it is checked elsewhere."""
    return _active(at, number, name=name) if name.isprintable() else None


def own_phones(user: User, agreement: Agreement, *, at: datetime) -> list[Phone]:
    """Return a person's phones, the latest first, those removed too."""
    require(user, "report.file", at=at, agreement_id=agreement.pk)
    rows = Phone.objects.filter(user=user, agreement=agreement)
    return list(rows.order_by("removed_at", "-added_at"))


def own_phone(user: User, phone_id: uuid.UUID | str) -> Phone:
    """Return one of one's own phones; NotFound for anybody else's."""
    found = Phone.objects.filter(user=user, pk=phone_id).first()
    if found is None:
        raise NotFound("There is no such phone of yours.")
    return found


def submission_of(agreement: Agreement, instance_id: str) -> Submission | None:
    """Return what came under an instance's id, from whomever."""
    rows = Submission.objects.select_related("report__agreement")
    return rows.filter(agreement=agreement, instance_id=instance_id).first()


def own_submissions(
    user: User, agreement: Agreement, *, at: datetime, skip: int, most: int, answers: bool
) -> tuple[list[Submission], int]:
    """Return what one's own phones sent, the latest first, and how much there is of it.

    Without what was corrected since, withdrawn or erased. With `answers` fewer than asked for
    where they are long, one at least; without, no form is read. Errors: NotAllowed.
    """
    require(user, "report.file", at=at, agreement_id=agreement.pk)
    rows = Submission.objects.filter(
        agreement=agreement, report__filed_by=user, report__superseded_by=None
    )
    rows = rows.exclude(sha256="").exclude(report__state__in=GONE)
    shown = rows.order_by("-received_at", "-id").select_related("report").defer("report__raw")
    if not answers:
        return list(shown.defer("raw", "report__raw")[skip : skip + most]), rows.count()
    sizes = rows.order_by("-received_at", "-id").values_list(Length("raw"), flat=True)
    fit = sum(1 for held in accumulate(sizes[skip : skip + most]) if held <= BYTES_MOST)
    most = min(most, max(fit, 1))
    return list(shown.prefetch_related("files")[skip : skip + most]), rows.count()


def filed_under(user: User, *, at: datetime) -> list[tuple[int, Agreement, datetime]]:
    """Return the agreements under which somebody may file: number, record, since when in force."""
    rows = Agreement.objects.order_by("pk").annotate(began=Min("versions__in_force_from"))
    return [
        (number, one, one.began)
        for number, one in enumerate(rows, start=1)
        if may(user, "report.file", at=at, agreement_id=one.pk)
    ]


def files_missing(submission: Submission) -> list[str]:
    """Return the files a submission speaks of that have not come."""
    came = SentFile.objects.filter(submission=submission).values_list("name", flat=True)
    return still_missing(submission.named, list(came))


def kept_apart(submission: Submission) -> list[SentFile]:
    """Return the files of a submission that are no evidence, in the order they came."""
    rows = SentFile.objects.filter(submission=submission).exclude(apart="")
    return list(rows.order_by("pk"))


def files_apart(report: Report) -> list[SentFile]:
    """Return the files that came with a phone's report and are no evidence, as they came."""
    rows = SentFile.objects.filter(submission__report=report).exclude(apart="")
    return list(rows.order_by("pk"))
