"""Writes of evidence: take a file in, read it, destroy it with its report."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO, Any
from zoneinfo import ZoneInfo

import pgtrigger
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from reports.evidence import provenance
from reports.evidence.antivirus import is_asked, is_infected
from reports.evidence.choices import Condition, Outcome
from reports.evidence.drafts import ItemDraft
from reports.evidence.models import Item, Reading, Sweep, Vigil
from reports.evidence.queries import (
    faults_of,
    longest_unchecked,
    orphans_in,
    slots_unswept,
    unread_items,
)
from reports.evidence.refusals import why_refused
from reports.evidence.rules import (
    ALLOWED,
    AT_A_TIME,
    DEFAULT_KINDS,
    EVERY,
    IMAGE,
    MOST_BYTES,
    MOST_IMAGE_BYTES,
    ORPHAN_AFTER,
    READ_WITHIN,
    SLOTS,
    SWEPT_EVERY,
)
from reports.evidence.sandbox import Seen, run_decoder
from reports.evidence.sniffing import type_of
from reports.evidence.storage import (
    COPY,
    DERIVED,
    ORIGINAL,
    PIECE,
    THUMB,
    Hashed,
    destroy,
    digest_of,
    new_place,
    path_of,
    vault,
)
from reports.evidence.words import words_of
from reports.intake.models import Report
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid

log = logging.getLogger(__name__)


class StoredOtherwise(OSError):
    """Raised when what lies in the storage is not what came: a matter of the machine."""


@dataclass(frozen=True, slots=True)
class Adding:
    """What became of a file; `created` is false when the report had it already."""

    item: Item
    created: bool


def add_item(
    *, report: Report, draft: ItemDraft, file: IO[bytes], by: User, at: datetime
) -> Adding:
    """Take a file in as evidence of one's own report; the original is sealed before we answer.

    Needs: report.file; one's own report, filed or accepted; a type, size and picture we take in.
    Leaves: the original in the storage, Item, evidence.added. The same file again: nothing new.
    Errors: Invalid, the fault named at `file` or at its own field; NotAllowed.
    """
    role = require(by, "report.file", at=at, agreement_id=report.agreement_id)
    if report.filed_by_id != by.pk:
        raise Invalid(_("Only the author of a report can add files to it."))
    sha256, size = digest_of(file)
    known = Item.objects.filter(report=report, sha256=sha256).first()
    if known is not None:
        return Adding(known, created=False)
    detected = _checked(report, draft, file, size)
    place = _sealed(file, sha256)
    kept = False
    try:
        with transaction.atomic():
            item = Item.objects.create(
                report=report,
                added_by=by,
                added_at=at,
                kind=draft.kind or DEFAULT_KINDS[ALLOWED[detected]],
                sensitivity=draft.sensitivity,
                caption=draft.caption.strip(),
                claimed_at=draft.claimed_at,
                claimed_lat=draft.claimed_lat,
                claimed_lon=draft.claimed_lon,
                sha256=sha256,
                size=size,
                detected=detected,
                stored_as=place,
            )
            record_event(kind=Kind.EVIDENCE_ADDED, subject=item, by=by, at=at, acting_as=role)
        kept = True
    except IntegrityError:  # the same file came twice at once
        return Adding(Item.objects.get(report=report, sha256=sha256), created=False)
    finally:
        if not kept:
            destroy(vault(), path_of(ORIGINAL, place))
    return Adding(item, created=True)


def _checked(report: Report, draft: ItemDraft, file: IO[bytes], size: int) -> str:
    """Return a file's type. Errors: Invalid, with every fault that can be told at once."""
    problems = faults_of(report, draft, size)
    detected = "" if "file" in problems else _detected(file, size, problems)
    if problems:
        raise Invalid(_("This file was not taken in."), errors=problems)
    return detected


def _detected(file: IO[bytes], size: int, problems: dict[str, list[str]]) -> str:
    reason, detected = "", ""
    if size == 0:
        reason = "empty"
    elif size > MOST_BYTES:
        reason = "too_large"
    else:
        detected = type_of(file, size)
        if not detected:
            reason = "not_taken"
        elif ALLOWED[detected] == IMAGE:
            reason = "image_too_large" if size > MOST_IMAGE_BYTES else _looked_at(file, detected)
    if reason:
        problems["file"] = [why_refused(reason)]
    return detected


def _looked_at(file: IO[bytes], detected: str) -> str:
    """Return why a picture is refused, '' if it is not; its header is read by a child."""
    file.seek(0)
    with TemporaryFile() as handed:
        while piece := file.read(PIECE):
            handed.write(piece)
        handed.flush()
        seen = run_decoder("look", handed)
    if not seen.refused and seen.told.get("type") != detected:
        return "not_readable"
    return seen.refused


def _sealed(file: IO[bytes], sha256: str) -> str:
    """Store the original and return its place. Errors: StoredOtherwise."""
    place = new_place(sha256)
    handed = Hashed(file)
    path = vault().save(path_of(ORIGINAL, place), handed)
    if handed.digest.hexdigest() != sha256 or path != path_of(ORIGINAL, place):
        vault().delete(path)
        raise StoredOtherwise("the bytes changed on their way into the storage")
    return place


@transaction.atomic
def derive_item(*, item: Item, at: datetime) -> Reading | None:
    """Read an item in a child process; make the copies that may be shown. May run twice.

    Needs: the original as it was sealed. Leaves: Reading, evidence.derived, and of a picture a
    working copy and a thumbnail without anything but pixels.
    Errors: OSError while the storage or the virus scanner does not answer: it waits.
    """
    held = Item.objects.select_for_update(of=("self",)).select_related("report__agreement")
    item = held.get(pk=item.pk)
    if not item.sha256 or Reading.objects.filter(item=item).exists():
        return None
    found: dict[str, Any]
    infected, seen = _read(item)
    if infected:
        found = {"outcome": Outcome.INFECTED, "reader": ""}
    elif seen is None:
        found = {"outcome": Outcome.SEALED, "reader": ""}
    elif seen.refused:
        found = {"outcome": Outcome.UNREADABLE, "reason": seen.refused, "reader": ""}
    else:
        _put(path_of(COPY, item.stored_as), seen.copy)
        _put(path_of(THUMB, item.stored_as), seen.thumb)
        found = _understood(seen, ZoneInfo(item.report.agreement.timezone))
    reading = Reading.objects.create(item=item, read_at=at, **found)
    record_event(
        kind=Kind.EVIDENCE_DERIVED,
        subject=item,
        by=None,
        at=at,
        acting_as="machine",
        payload={"outcome": str(reading.outcome)},
    )
    return reading


def _read(item: Item) -> tuple[bool, Seen | None]:
    """Return whether a virus scanner finds something, and what a child reads of a picture.

    Both get the original after it was checked to be what was sealed. Errors: ScannerSilent.
    """
    pictured = ALLOWED[item.detected] == IMAGE
    if not pictured and not is_asked():
        return False, None
    digest = hashlib.sha256()
    with TemporaryFile() as handed:
        with vault().open(path_of(ORIGINAL, item.stored_as)) as original:
            for piece in original.chunks(PIECE):
                digest.update(piece)
                handed.write(piece)
        if digest.hexdigest() != item.sha256:
            raise StoredOtherwise(f"the original of {item.code} is not what was sealed")
        handed.flush()
        if is_asked() and is_infected(handed):
            return True, None
        seen = run_decoder("read", handed) if pictured else None
        if seen is not None and not seen.refused and provenance.is_installed():
            seen.told["history"] = run_decoder("history", handed, item.detected).told
        return False, seen


def read_waiting(*, at: datetime, budget_s: float = 20.0) -> int:
    """Read the items that were not read in their time; return how many were; may run twice.

    So a scanner or a storage that was silent for long holds nothing up once it is back.
    Leaves: for each what derive_item leaves. Whoever waits longer stands on the health page.
    """
    stop_at = time.monotonic() + budget_s
    done = 0
    for item in unread_items(before=at - READ_WITHIN, most=AT_A_TIME):
        if time.monotonic() > stop_at:
            break
        try:
            derive_item(item=item, at=at)
        except OSError as silence:
            log.error("files wait to be read: %s", silence)
            break
        done += 1
    return done


def _put(path: str, content: bytes) -> None:
    """Store what can be made again, over what an earlier run may have left."""
    vault().delete(path)
    vault().save(path, ContentFile(content))


def _understood(seen: Seen, zone: ZoneInfo) -> dict[str, Any]:
    """Return a reading's columns. What the child told is checked as if a stranger had."""
    told, taken = seen.told, None
    with suppress(ValueError):
        taken = datetime.fromisoformat(str(told.get("taken") or ""))
    if taken is not None:
        taken = (taken if taken.tzinfo else taken.replace(tzinfo=zone)).astimezone(UTC)
    pdq = bytes.fromhex(str(told["pdq"]))
    return {
        "outcome": Outcome.COPIED,
        "reader": str(told["version"])[:10],
        "width": int(told["width"]),
        "height": int(told["height"]),
        "embedded_at": taken,
        "embedded_by": str(told["basis"])[:10] if taken else "",
        "embedded_lat": told["lat"],
        "embedded_lon": told["lon"],
        "device": str(told["device"])[:170],
        "software": str(told["software"])[:80],
        "copy_sha256": hashlib.sha256(seen.copy).hexdigest(),
        "pdq": pdq,
        "pdq_quality": int(told["pdq_quality"]),
        "words": words_of(pdq),
        "history": _history(told.get("history") or {}),
    }


def _history(told: dict[str, Any]) -> dict[str, Any]:
    """Return what a file's signed history says, cut to size; {} if it has none."""
    if told.get("state") not in ("valid", "invalid"):
        return {}
    words = {name: str(told.get(name, ""))[:120] for name in ("maker", "signer", "signed_at")}
    actions = [str(action)[:60] for action in list(told.get("actions") or [])[:12]]
    return {"state": told["state"], **words, "actions": actions}


def check_originals(*, at: datetime, budget_s: float = 20.0) -> int:
    """Read again the originals that were not read for longest; return how many; may run twice.

    Leaves: for each what check_original leaves.
    """
    stop_at = time.monotonic() + budget_s
    checked = 0
    for item in longest_unchecked(before=at - EVERY, most=AT_A_TIME):
        if time.monotonic() > stop_at:
            break
        check_original(item=item, at=at)
        checked += 1
    return checked


@transaction.atomic
def check_original(*, item: Item, at: datetime) -> str:
    """Read an original again and compare it with what was sealed.

    Leaves: Vigil; evidence.altered the first time it is not what was sealed. A storage that does
    not answer is no finding: OSError, to be tried again.
    """
    item = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if not item.sha256:  # erased meanwhile
        return ""
    found = _condition_of(item)
    before = Vigil.objects.filter(item=item).first()
    Vigil.objects.update_or_create(item=item, defaults={"checked_at": at, "found": found})
    if found != Condition.WHOLE and (before is None or before.found != found):
        record_event(
            kind=Kind.EVIDENCE_ALTERED,
            subject=item,
            by=None,
            at=at,
            acting_as="machine",
            payload={"found": str(found)},
        )
    return str(found)


def _condition_of(item: Item) -> Condition:
    path = path_of(ORIGINAL, item.stored_as)
    if not vault().exists(path):
        return Condition.MISSING
    with vault().open(path) as original:
        digest, size = digest_of(original)
    same = (digest, size) == (item.sha256, item.size)
    return Condition.WHOLE if same else Condition.CHANGED


def sweep_orphans(*, at: datetime, budget_s: float = 20.0) -> int:
    """Remove files that a process which died left without a row; return how many; may run twice.

    Leaves: Sweep for each part of the storage that was looked through, longest unseen first.
    """
    stop_at, removed = time.monotonic() + budget_s, 0
    for slot in slots_unswept(before=at - SWEPT_EVERY, most=SLOTS):
        if time.monotonic() > stop_at:
            break
        found = orphans_in(slot, before=at - ORPHAN_AFTER)
        for path in found:
            destroy(vault(), path)
        row, _made = Sweep.objects.get_or_create(slot=slot, defaults={"swept_at": at})
        Sweep.objects.filter(pk=row.pk).update(swept_at=at, removed=F("removed") + len(found))
        removed += len(found)
    return removed


EMPTY_ITEM: dict[str, Any] = {
    **dict.fromkeys(("sha256", "caption"), ""),
    **dict.fromkeys(("claimed_at", "claimed_lat", "claimed_lon"), None),
    "size": 0,
}
EMPTY_READING: dict[str, Any] = {
    **dict.fromkeys(("device", "software", "copy_sha256", "embedded_by"), ""),
    **dict.fromkeys(("embedded_at", "embedded_lat", "embedded_lon", "pdq", "pdq_quality"), None),
    "words": [],
    "history": {},
}


def empty_items(*, report: Report, since: datetime) -> list[Item]:
    """Empty a report's items and their readings: a part of erasing the report.

    Leaves: rows without content, dated `since`. The bytes go by destroy_bytes.
    """
    items = list(Item.objects.filter(report=report))
    with pgtrigger.ignore("reports.Item:item_no_update", "reports.Reading:reading_no_update"):
        Item.objects.filter(report=report).update(**EMPTY_ITEM, added_at=since)
        Reading.objects.filter(item__report=report).update(**EMPTY_READING, read_at=since)
    return items


def destroy_bytes(*, items: Sequence[Item]) -> int:
    """Destroy the originals and copies of items that were emptied; may run twice.

    Leaves: nothing in the storage, no name of it in the row. Errors: OSError, to be tried again.
    """
    gone = [item for item in items if not item.sha256 and item.stored_as]
    for item in gone:
        for folder in (ORIGINAL, *DERIVED):
            destroy(vault(), path_of(folder, item.stored_as))
        with pgtrigger.ignore("reports.Item:item_no_update"):
            Item.objects.filter(pk=item.pk).update(stored_as="")
    return len(gone)
