"""Writes of uploads: begin one, take what comes, hand the whole file on, sweep what is late."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from reports.evidence.actions import add_item
from reports.evidence.drafts import ItemDraft
from reports.evidence.models import Item
from reports.evidence.queries import faults_of, item_with_bytes
from reports.evidence.refusals import why_refused
from reports.evidence.rules import MOST_BYTES
from reports.evidence.storage import digest_of
from reports.intake.models import Report
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, NotFound
from reports.uploads import staging
from reports.uploads.models import Upload
from reports.uploads.problems import (
    Busy,
    Elsewhere,
    NoSpace,
    NotNow,
    PieceDiffers,
    TooLong,
    TooMany,
)
from reports.uploads.queries import no_more_of, own_upload
from reports.uploads.rules import (
    KEPT_AFTER,
    KEPT_FOR,
    LEFT_FREE,
    WRITE_S,
    most_bytes_of,
)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a sender says of a file before its first byte; `told_type` and `sha256` may be ''."""

    length: int
    sha256: str = ""
    told_type: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece on its way: where it goes, how long it is, and what it should hash to."""

    offset: int
    length: int
    algorithm: str = ""
    checksum: bytes = b""


def start_upload(
    *, report: Report, declared: Declared, draft: ItemDraft, by: User, at: datetime
) -> tuple[Upload, bool]:
    """Begin to send a file, or find where it stopped; return it and whether it is new.

    Needs: report.file; one's own report; a length that is taken in; room of one's own.
    Leaves: Upload. The same SHA-256 again: the upload under way, or the item it became.
    Errors: TooLong, TooMany, NoSpace; Invalid, the fault named at `file` or at its own field.
    """
    require(by, "report.file", at=at, agreement_id=report.agreement_id)
    if report.filed_by_id != by.pk:
        raise Invalid(_("Only the author of a report can add files to it."))
    if declared.length > most_bytes_of(declared.told_type):
        large = "too_large" if declared.length > MOST_BYTES else "image_too_large"
        raise TooLong(why_refused(large))
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # one at a time counts
        item = item_with_bytes(report, declared.sha256)
        known = _known(report, declared, by, item)
        if known is not None:
            return known, False
        if item is None:
            _check(report, declared, draft, by)
        upload = Upload.objects.create(
            by=by,
            report=report,
            item=item,
            length=declared.length if item is None else item.size,
            sha256=declared.sha256,
            kind=draft.kind,
            sensitivity=draft.sensitivity,
            caption=draft.caption.strip(),
            claimed_at=draft.claimed_at,
            claimed_lat=draft.claimed_lat,
            claimed_lon=draft.claimed_lon,
            started_at=at,
            expires_at=at + (KEPT_FOR if item is None else KEPT_AFTER),
        )
    return upload, True


def _known(report: Report, declared: Declared, by: User, item: Item | None) -> Upload | None:
    """Return the upload of these bytes that is under way, or that became their item."""
    if not declared.sha256:
        return None
    rows = Upload.objects.filter(by=by, report=report, item=item)
    same = (rows.filter(sha256=declared.sha256) if item is None else rows).first()
    if same is not None and same.length != declared.length:
        raise Invalid(errors={"sha256": [_("Another length was declared for the same bytes.")]})
    return same


def _check(report: Report, declared: Declared, draft: ItemDraft, by: User) -> None:
    faults = faults_of(report, draft, declared.length)
    if declared.length == 0:
        faults["file"] = [why_refused("empty")]
    if faults:
        raise Invalid(_("This file was not taken in."), errors=faults)
    if (full := no_more_of(by, declared.length)) is not None:
        raise TooMany(full)
    # The bytes lie in the folder and, while they are sealed, once more in the storage.
    if staging.free_bytes() < 2 * declared.length + LEFT_FREE:
        raise NoSpace(_("Try again later, or send a smaller file."))


def append_bytes(
    *, upload: Upload, stream: staging.Stream, piece: Piece, by: User, at: datetime
) -> tuple[Upload, int]:
    """Take what comes of a file; return the upload and its offset. The last byte seals the file.

    Needs: report.file; one's own upload; the offset at which the disk stands; nobody else writing.
    Leaves: the bytes on the disk, also of a line that breaks; what add_item leaves, once.
    Errors: Busy, Elsewhere, PieceDiffers, NoSpace, NotNow; Invalid, and then the file is dropped.
    """
    require(by, "report.file", at=at, agreement_id=upload.report.agreement_id)
    with staging.held(upload.pk) as handle:
        upload = _still_there(by, upload.pk)
        if upload.item_id is not None:  # it was sealed, and the answer was lost on the way
            staging.throw_away(upload.pk)
            return upload, upload.length
        came = staging.came(upload.pk)
        if piece.offset != came or piece.length > upload.length - came:
            raise Elsewhere(_("Ask for the offset, and go on from there."))
        came += _taken(handle, stream, piece)
        Upload.objects.filter(pk=upload.pk).update(expires_at=at + KEPT_FOR)
        if came < upload.length:
            return own_upload(by, upload.pk), came
        return _finished(upload, by, at), came


def _still_there(by: User, upload_id: uuid.UUID) -> Upload:
    """Read the row again under the lock; a file that was only made by looking goes away."""
    try:
        return own_upload(by, upload_id)
    except NotFound:
        staging.throw_away(upload_id)
        raise


def _taken(handle: int, stream: staging.Stream, piece: Piece) -> int:
    """Write a piece down and return how much of it came. A part of it cannot be checked: kept."""
    digest = staging.digest_for(piece.algorithm) if piece.algorithm else None
    until = time.monotonic() + WRITE_S
    try:
        came = staging.append(handle, stream, piece.length, until=until, digest=digest)
    except OSError as error:
        raise NoSpace(_("What came so far is kept. Try again later.")) from error
    if digest is not None and came == piece.length and digest.digest() != piece.checksum:
        staging.cut_back(handle, piece.offset)
        raise PieceDiffers(_("Send this piece again."))
    return came


def _finished(upload: Upload, by: User, at: datetime) -> Upload:
    """Seal a file that is whole. Errors: Invalid (the upload is gone), NotNow (it is kept)."""
    draft = ItemDraft(
        kind=upload.kind,
        sensitivity=upload.sensitivity,
        caption=upload.caption,
        claimed_at=upload.claimed_at,
        claimed_lat=upload.claimed_lat,
        claimed_lon=upload.claimed_lon,
    )
    try:
        with staging.opened(upload.pk) as file, transaction.atomic():
            if upload.sha256 and digest_of(file)[0] != upload.sha256:
                raise Invalid(errors={"file": [_("The file changed on its way. Send it again.")]})
            adding = add_item(report=upload.report, draft=draft, file=file, by=by, at=at)
            Upload.objects.filter(pk=upload.pk).update(item=adding.item, expires_at=at + KEPT_AFTER)
    except Invalid:
        _gone([upload])
        raise
    except OSError as error:
        raise NotNow(_("Nothing is lost. Ask again in a minute.")) from error
    staging.throw_away(upload.pk)
    return own_upload(by, upload.pk)


def end_upload(*, upload: Upload, by: User) -> None:
    """Give up an upload of one's own. Errors: NotFound, Busy."""
    with staging.held(upload.pk):
        _gone([_still_there(by, upload.pk)])


def drop_uploads(*, report: Report) -> int:
    """Give up what is under way for a report: a part of erasing it. Runs inside its transaction."""
    found = list(Upload.objects.filter(report=report))
    Upload.objects.filter(pk__in=[one.pk for one in found]).delete()
    for one in found:
        transaction.on_commit(partial(staging.throw_away, one.pk))
    return len(found)


def sweep_uploads(*, at: datetime) -> int:
    """Throw away uploads that are late, and bytes nobody asks for; return how many; may run twice.

    Leaves: nothing of them, on the disk or in the table. What is being written is left alone.
    """
    swept = 0
    for upload in Upload.objects.filter(expires_at__lte=at)[:500]:
        try:
            with staging.held(upload.pk):
                late = Upload.objects.filter(pk=upload.pk, expires_at__lte=at)
                swept += _gone(list(late))
        except Busy:
            continue
    for key in staging.left_behind(before=(at - timedelta(days=1)).timestamp()):
        if not Upload.objects.filter(pk=key, item=None).exists():
            staging.throw_away(key)
            swept += 1
    return swept


def _gone(uploads: Sequence[Upload]) -> int:
    """Remove rows and then bytes: bytes without a row are swept, a row without bytes is empty."""
    for upload in uploads:
        Upload.objects.filter(pk=upload.pk).delete()
        staging.throw_away(upload.pk)
    return len(uploads)
