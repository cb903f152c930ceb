"""Writes of redacted copies: cover parts of a picture, destroy the copy with its report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

import pgtrigger
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from reports.evidence.actions import StoredOtherwise
from reports.evidence.models import Item, Reading
from reports.evidence.queries import reading_of
from reports.evidence.sandbox import run_decoder
from reports.evidence.storage import COPY, new_place, path_of, vault
from reports.intake.models import Report
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, StaleState
from reports.redactions.choices import ShownTo
from reports.redactions.models import Redaction
from reports.redactions.queries import REDACTED, copy_size
from reports.redactions.rules import MOST_BOXES, Box, clipped, grown

MOST_WORDS = 300


def redact_item(
    *,
    item: Item,
    boxes: Sequence[Box],
    why: str,
    shown_to: str,
    after: int,
    by: User,
    at: datetime,
) -> Redaction:
    """Make a redacted copy of a picture; `after` is the number of the one it takes the place of.

    Needs: evidence.redact; not one's own file; a working copy; boxes on it; a reason.
    Leaves: the copy in the storage with the boxes burnt in, Redaction, evidence.redacted.
    Errors: Invalid; StaleState if somebody redacted it meanwhile; NotAllowed.
    """
    role = require(by, "evidence.redact", at=at, agreement_id=item.report.agreement_id)
    reading = reading_of(item)
    kept = _checked(item, boxes, why, shown_to, by)
    burnt = _burnt(item, reading, kept)
    sha256 = hashlib.sha256(burnt).hexdigest()
    place = new_place(sha256)
    stored = False
    try:
        with transaction.atomic():
            Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
            last = Redaction.objects.filter(item=item).order_by("-number").first()
            number = last.number if last is not None else 0
            if number != after:
                raise StaleState(_("Somebody redacted this picture meanwhile. Look at it again."))
            made = Redaction.objects.create(
                item=item,
                number=number + 1,
                made_by=by,
                made_at=at,
                why=why.strip(),
                shown_to=shown_to,
                boxes=[box.row() for box in kept],
                copy_sha256=reading.copy_sha256 if reading is not None else "",
                sha256=sha256,
                size=len(burnt),
                stored_as=place,
            )
            record_event(
                kind=Kind.EVIDENCE_REDACTED,
                subject=item,
                by=by,
                at=at,
                acting_as=role,
                payload={"number": number + 1, "shown_to": shown_to},
            )
            vault().save(path_of(REDACTED, place), ContentFile(burnt))
        stored = True
    finally:
        if not stored:
            vault().delete(path_of(REDACTED, place))
    return made


def _checked(item: Item, boxes: Sequence[Box], why: str, shown_to: str, by: User) -> list[Box]:
    """Return the boxes as far as they lie on the picture. Errors: Invalid."""
    if item.report.filed_by_id == by.pk:
        raise Invalid(_("Somebody else covers what you have brought yourself."))
    size = copy_size(item)
    if size is None:
        raise Invalid(_("There is no working copy of this file to cover anything in."))
    problems: dict[str, list[str]] = {}
    found = [clipped(box, *size) for box in boxes]
    kept = [box for box in found if box is not None]
    if not kept or len(kept) < len(found):
        problems["boxes"] = [_("Draw at least one box, and each of them on the picture.")]
    elif len(kept) > MOST_BOXES:
        problems["boxes"] = [_("At most %(most)d boxes.") % {"most": MOST_BOXES}]
    if not why.strip():
        problems["why"] = [_("Say what is covered and why.")]
    elif len(why.strip()) > MOST_WORDS:
        problems["why"] = [_("At most 300 characters.")]
    if shown_to not in ShownTo.values:
        problems["shown_to"] = [_("Choose from the list.")]
    if problems:
        raise Invalid(_("No redacted copy was made."), errors=problems)
    return kept


def _burnt(item: Item, reading: Reading | None, boxes: Sequence[Box]) -> bytes:
    """Have a child burn the boxes into our own working copy. Errors: Invalid, StoredOtherwise."""
    digest = hashlib.sha256()
    with TemporaryFile() as handed:
        with vault().open(path_of(COPY, item.stored_as)) as copy:
            for piece in copy.chunks():
                digest.update(piece)
                handed.write(piece)
        if reading is None or digest.hexdigest() != reading.copy_sha256:
            raise StoredOtherwise(f"the working copy of {item.code} is not what was made")
        handed.flush()
        seen = run_decoder("burn", handed, json.dumps([grown(box) for box in boxes]))
    if seen.refused:
        raise Invalid(_("The working copy could not be opened. Try again later."))
    return seen.copy


EMPTY: dict[str, Any] = {"why": "", "boxes": [], "copy_sha256": "", "sha256": "", "size": 0}


def empty_redactions(*, report: Report, since: datetime) -> None:
    """Empty the redacted copies of a report's items: a part of erasing the report.

    Leaves: rows without content, dated `since`. The bytes go by destroy_redacted.
    """
    with pgtrigger.ignore("reports.Redaction:redaction_no_update"):
        Redaction.objects.filter(item__report=report).update(**EMPTY, made_at=since)


def destroy_redacted(*, redactions: Sequence[Redaction]) -> int:
    """Destroy the bytes of redacted copies that were emptied; may run twice.

    Leaves: nothing in the storage, no name of it in the row. Errors: OSError, to be tried again.
    """
    gone = [one for one in redactions if not one.sha256 and one.stored_as]
    for one in gone:
        vault().delete(path_of(REDACTED, one.stored_as))
        with pgtrigger.ignore("reports.Redaction:redaction_no_update"):
            Redaction.objects.filter(pk=one.pk).update(stored_as="")
    return len(gone)
