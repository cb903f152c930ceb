"""Writes of phones: add one, remove it, take what it sends."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO

import pgtrigger
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement
from reports.evidence.actions import add_item
from reports.evidence.models import Item
from reports.evidence.queries import has_room
from reports.evidence.storage import Hashed, destroy, digest_of, new_place, path_of, vault
from reports.identity import new_receipt
from reports.intake.actions import AnotherReportHasThisId, file_report
from reports.intake.models import Report
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.openrosa.digest import ha1_of, sealed
from reports.openrosa.drafting import draft_of, file_draft
from reports.openrosa.forms import form_of
from reports.openrosa.models import Phone, SentFile, SpentNonce, Submission
from reports.openrosa.queries import (
    GONE,
    files_missing,
    own_phones,
    submission_of,
    token_hash,
)
from reports.openrosa.reading import Filled
from reports.openrosa.refusals import AlreadySent, Outdated, TooLargeToTake
from reports.openrosa.rules import (
    APART_BYTES_MOST,
    APART_MOST,
    CLOSED,
    EMPTY,
    FULL,
    LABEL_MOST,
    LIFETIME,
    NAME_MOST,
    NONCE_FOR,
    PHONES_MOST,
    REFUSED,
    TOO_LARGE,
    UNNAMED,
)
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, NotFound

APART = "apart"  # the folder of what is no evidence


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a phone is given, once: a token for its addresses, or a name and a password."""

    token: str
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a post; `missing` are the files the form speaks of that have not come."""

    submission: Submission
    created: bool
    missing: list[str]


def add_phone(
    *, agreement: Agreement, label: str, by: User, at: datetime
) -> tuple[Phone, Credentials]:
    """Let a phone of one's own fetch the form and send it; what it is given is shown once.

    Needs: report.file. Leaves: Phone (hashes alone), phone.added. Errors: Invalid.
    """
    role = require(by, "report.file", at=at, agreement_id=agreement.pk)
    label = label.strip()
    if not label or len(label) > LABEL_MOST:
        raise Invalid(errors={"label": [_("Give it a name of at most 60 characters.")]})
    token, password = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    name = new_receipt().lower()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # one at a time counts
        in_use = [one for one in own_phones(by, agreement, at=at) if one.removed_at is None]
        if len(in_use) >= PHONES_MOST:
            raise Invalid(errors={"label": [_("Remove a phone you no longer use first.")]})
        phone = Phone.objects.create(
            user=by,
            agreement=agreement,
            label=label,
            name=name,
            hashed=token_hash(token),
            sealed=sealed(ha1_of(name, password)),
            added_at=at,
            expires_at=at + LIFETIME,
        )
        record_event(kind=Kind.PHONE_ADDED, subject=phone, by=by, at=at, acting_as=role)
    return phone, Credentials(token, name, password)


@transaction.atomic
def remove_phone(*, phone: Phone, by: User, at: datetime) -> Phone:
    """Shut a phone of one's own out, at once. Leaves: phone.removed. Errors: NotFound, Invalid."""
    if phone.user_id != by.pk:
        raise NotFound()
    if Phone.objects.filter(pk=phone.pk, removed_at=None).update(removed_at=at) != 1:
        raise Invalid(_("This phone was removed already."))
    phone.removed_at = at
    record_event(kind=Kind.PHONE_REMOVED, subject=phone, by=by, at=at, acting_as="author")
    return phone


def note_use(*, phone: Phone, at: datetime) -> None:
    """Write down the day on which a phone was last heard of, and no hour."""
    if phone.used_on != at.date():
        Phone.objects.filter(pk=phone.pk).update(used_on=at.date())


def spend_nonce(*, digest: str, at: datetime) -> bool:
    """Take an answer to a challenge; False where it was taken before."""
    try:
        with transaction.atomic():
            SpentNonce.objects.create(digest=digest, expires_at=at + 2 * NONCE_FOR)
    except IntegrityError:
        return False
    return True


def forget_nonces(*, at: datetime) -> int:
    """Forget the answers to challenges that are too old anyway; may run twice."""
    return SpentNonce.objects.filter(expires_at__lte=at).delete()[0]


def take_submission(
    *,
    filled: Filled,
    files: Mapping[str, IO[bytes]],
    agreement: Agreement,
    by: User,
    at: datetime,
    too_large: Collection[str] = (),
) -> Taken:
    """Take a filled form and the files that came with it; the rest may come in further posts.

    Needs: report.file; a version of the form that was handed out. The same bytes again: nothing
    new but the files. A file too large to be taken does not keep the report out. An edit becomes
    a report that supersedes the one it edits.
    Leaves: Submission and what file_report leaves; for each file what add_item leaves, or the file
    kept apart with the reason.
    Errors: NotFound, AlreadySent, Outdated, Invalid, TooLargeToTake, NotAllowed.
    """
    require(by, "report.file", at=at, agreement_id=agreement.pk)
    form = form_of(filled.form_id, filled.version)
    if form is None:
        raise NotFound(_("This version of the form is not known here."))
    named = filled.files(form.files)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # one at a time
        found = submission_of(agreement, filled.instance_id)
        created = found is None
        submission = _new(filled, named, agreement, by, at) if found is None else found
    _check_same(submission, filled, by)
    for name, file in files.items():
        _take_file(submission, filled, name, file, by, at)
    for name in too_large:
        _note_too_large(submission, name, at)
    if created and submission.replaces_id is not None:
        _copy_forward(submission, filled, by, at)
    return Taken(submission, created, files_missing(submission))


def _check_same(submission: Submission, filled: Filled, by: User) -> None:
    report = submission.report
    same = submission.sha256 == hashlib.sha256(filled.raw).hexdigest()
    if report.filed_by_id != by.pk or not same:
        raise AlreadySent(
            _("A report with other content was filed under this id. File yours under a new one.")
        )
    if report.state in GONE:
        raise AlreadySent(_("This report was withdrawn; it is not taken in again."))


def _new(
    filled: Filled, named: list[str], agreement: Agreement, by: User, at: datetime
) -> Submission:
    edited = _edited(filled, agreement, by)
    receipt = edited.report.receipt if edited is not None else ""
    draft = draft_of(filled, agreement=agreement, supersedes=receipt, at=at)
    try:
        report = file_report(draft=draft, by=by, at=at).report
    except AnotherReportHasThisId as problem:
        raise AlreadySent(problem.detail) from problem
    return Submission.objects.create(
        agreement=agreement,
        instance_id=filled.instance_id,
        report=report,
        form_version=filled.version,
        raw=filled.raw,
        sha256=hashlib.sha256(filled.raw).hexdigest(),
        received_at=at,
        named=named,
        replaces=edited,
    )


def _edited(filled: Filled, agreement: Agreement, by: User) -> Submission | None:
    """Return what a form edits. Errors: NotFound for what never came, Outdated."""
    if not filled.replaces:
        return None
    found = submission_of(agreement, filled.replaces)
    if found is None or found.report.filed_by_id != by.pk:
        raise NotFound(_("What this edits never came here."))
    newer = Report.objects.filter(supersedes=found.report).first()
    if newer is not None:
        raise Outdated(
            _("This report was corrected already; correct the newer one: %(receipt)s.")
            % {"receipt": newer.receipt}
        )
    return found


def _take_file(
    submission: Submission, filled: Filled, name: str, file: IO[bytes], by: User, at: datetime
) -> None:
    """Seal a file the form names; keep apart what it does not name, or what cannot be evidence."""
    sha256, size = digest_of(file)
    name = name.replace("\x00", "")[:NAME_MOST]
    if SentFile.objects.filter(submission=submission, name=name, sha256=sha256).exists():
        return
    item, why = None, _why_apart(submission, name, size)
    if not why:
        try:
            draft = file_draft(filled, name)
            item = add_item(report=submission.report, draft=draft, file=file, by=by, at=at).item
        except Invalid:
            why = REFUSED
    place = "" if item is not None else _put_apart(submission, file, sha256, size)
    try:
        with transaction.atomic():
            SentFile.objects.create(
                submission=submission,
                name=name,
                sha256=sha256,
                size=size,
                received_at=at,
                item=item,
                apart=why,
                stored_as=place,
            )
    except IntegrityError:  # the same file came twice at once
        if place:
            destroy(vault(), path_of(APART, place))


def _note_too_large(submission: Submission, name: str, at: datetime) -> None:
    """Write down, once, that a file came and could not be taken: the form that named it stands."""
    told = {"submission": submission, "name": name[:NAME_MOST], "apart": TOO_LARGE}
    if not SentFile.objects.filter(**told).exists():
        SentFile.objects.create(**told, sha256="", size=0, received_at=at)


def _why_apart(submission: Submission, name: str, size: int) -> str:
    if name not in submission.named:
        return UNNAMED
    if size == 0:
        return EMPTY
    if submission.report.state not in ("filed", "accepted"):
        return CLOSED
    return FULL if has_room(submission.report, size) is not None else ""


def _put_apart(submission: Submission, file: IO[bytes], sha256: str, size: int) -> str:
    """Keep a file that is no evidence, within bounds. Errors: TooLargeToTake."""
    apart = SentFile.objects.filter(submission=submission).exclude(apart="")
    sizes = list(apart.values_list("size", flat=True))
    if len(sizes) >= APART_MOST or sum(sizes) + size > APART_BYTES_MOST:
        raise TooLargeToTake()
    place = new_place(sha256)
    vault().save(path_of(APART, place), Hashed(file))
    return place


def _copy_forward(submission: Submission, filled: Filled, by: User, at: datetime) -> None:
    """Give an edit the files it still names and did not send again."""
    earlier = SentFile.objects.filter(
        submission=submission.replaces, name__in=files_missing(submission)
    ).exclude(item=None)
    for sent in earlier.select_related("item"):
        item: Item | None = sent.item
        if item is None or not item.sha256:
            continue
        with vault().open(path_of("originals", item.stored_as)) as original:
            _take_file(submission, filled, sent.name, original, by, at)


EMPTIED = {"raw": b"", "sha256": "", "named": []}


def empty_submissions(*, report: Report, since: datetime) -> None:
    """Empty what a report was sent as: a part of erasing the report.

    Leaves: rows without content, dated `since`. The bytes go by destroy_apart.
    """
    with pgtrigger.ignore(
        "reports.Submission:submission_no_update", "reports.SentFile:sent_file_no_update"
    ):
        Submission.objects.filter(report=report).update(**EMPTIED, received_at=since)
        files = SentFile.objects.filter(submission__report=report)
        files.update(name="", sha256="", size=0, received_at=since)


def destroy_apart(*, report_id: uuid.UUID) -> int:
    """Destroy what was kept apart of a report that was emptied; may run twice."""
    found = SentFile.objects.filter(submission__report=report_id, sha256="")
    gone = list(found.exclude(stored_as=""))
    for sent in gone:
        destroy(vault(), path_of(APART, sent.stored_as))
    with pgtrigger.ignore("reports.SentFile:sent_file_no_update"):
        SentFile.objects.filter(pk__in=[sent.pk for sent in gone]).update(stored_as="")
    return len(gone)
