"""Reads of evidence. Callers check access, except where a person is asked for."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.core.files.base import File
from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from reports.evidence.antivirus import is_asked
from reports.evidence.choices import Condition, EvidenceKind, Outcome, Sensitivity
from reports.evidence.drafts import ItemDraft
from reports.evidence.models import Item, Reading, Sweep, Vigil
from reports.evidence.rules import MEGA, MOST_BYTES_OF_REPORT, MOST_ITEMS, SLOTS
from reports.evidence.storage import (
    COPY,  # noqa: F401 - doors take it from here
    ORIGINAL,
    THUMB,  # noqa: F401
    path_of,
    stored_in,
    vault,
)
from reports.evidence.words import TELLS_ENOUGH, WITHIN, bits_apart, words_near
from reports.intake.models import Report
from reports.intake.states import ReportState

TAKES_FILES = (ReportState.FILED, ReportState.ACCEPTED)

# Word by word: of all words asked for at once the planner thinks that they are everywhere, and
# reads the whole table (benchmarks/pictures.py).
_NEAR = """
SELECT DISTINCT r.id, r.pdq FROM unnest(%s::int[]) AS asked(word)
  JOIN reports_reading r ON r.words @> ARRAY[asked.word] AND r.pdq_quality >= %s
"""


def _rows() -> QuerySet[Item]:
    return Item.objects.select_related("reading", "report__agreement", "report__place")


def items_of(report_ids: Iterable[uuid.UUID]) -> list[Item]:
    """Return the items of these reports that were not erased, in the order they came."""
    rows = _rows().filter(report_id__in=list(report_ids)).exclude(sha256="")
    return list(rows.order_by("report__received_at", "report_id", "added_at", "id"))


def item_by_code(code: str) -> Item | None:
    """Return an item that was not erased by its code, or None."""
    return _rows().filter(code=code).exclude(sha256="").first()


def item_with_bytes(report: Report, sha256: str) -> Item | None:
    """Return the item of a report that holds these bytes, or None."""
    return _rows().filter(report=report, sha256=sha256).first() if sha256 else None


def item_by_id(item_id: uuid.UUID) -> Item:
    """Return an item, erased or not."""
    return _rows().get(pk=item_id)


def erased_items(report_id: uuid.UUID) -> list[Item]:
    """Return a report's items that were emptied and whose bytes may still be there."""
    return list(Item.objects.filter(report_id=report_id, sha256="").exclude(stored_as=""))


def has_room(report: Report, size: int) -> str | None:
    """Return why a report takes no further file of this size, or None if it does."""
    held = Item.objects.filter(report=report).aggregate(n=Count("id"), size=Sum("size"))
    if held["n"] >= MOST_ITEMS:
        return _("A report takes at most %(most)d files.") % {"most": MOST_ITEMS}
    if (held["size"] or 0) + size > MOST_BYTES_OF_REPORT:
        return _("The files of a report may have at most %(most)d MB together.") % {
            "most": MOST_BYTES_OF_REPORT // MEGA
        }
    return None


def faults_of(report: Report, draft: ItemDraft, size: int) -> dict[str, list[str]]:
    """Return what is wrong with bringing a file of this size, before anybody looks at it."""
    found: dict[str, list[str]] = {}
    if report.state not in TAKES_FILES:
        found["file"] = [_("This report takes no more files. File a correction instead.")]
    elif (full := has_room(report, size)) is not None:
        found["file"] = [full]
    if draft.kind and draft.kind not in EvidenceKind.values:
        found["kind"] = [_("Choose from the list.")]
    if draft.sensitivity not in Sensitivity.values:
        found["sensitivity"] = [_("Choose from the list.")]
    if len(draft.caption.strip()) > 300:
        found["caption"] = [_("At most 300 characters.")]
    return found


def longest_unchecked(*, before: datetime, most: int) -> list[Item]:
    """Return the items whose originals were not read again since `before`, longest first."""
    rows = Item.objects.exclude(sha256="").select_related("vigil")
    due = rows.filter(Q(vigil=None) | Q(vigil__checked_at__lt=before))
    return list(due.order_by(F("vigil__checked_at").asc(nulls_first=True), "id")[:most])


def slots_unswept(*, before: datetime, most: int) -> list[int]:
    """Return the parts of the storage that were not swept since `before`, longest first."""
    swept = dict(Sweep.objects.values_list("slot", "swept_at"))
    due = [slot for slot in range(SLOTS) if slot not in swept or swept[slot] < before]
    return sorted(due, key=lambda slot: (slot in swept, swept.get(slot), slot))[:most]


def orphans_in(slot: int, *, before: datetime) -> list[str]:
    """Return the paths in a part of the storage that are older than `before` and in no row."""
    stored = list(stored_in(slot))
    known = set(
        Item.objects.filter(stored_as__startswith=f"{slot:02x}/").values_list(
            "stored_as", flat=True
        )
    )
    loose = [path_of(folder, place) for folder, place in stored if place not in known]
    return [path for path in loose if vault().get_modified_time(path) < before]


def orphans_removed() -> int:
    """Return how many files without a row were found and removed so far."""
    return int(Sweep.objects.aggregate(n=Sum("removed"))["n"] or 0)


def unread_items(*, before: datetime, most: int) -> list[Item]:
    """Return the items brought before an instant that nothing was read out of yet."""
    rows = Item.objects.filter(reading=None, added_at__lt=before).exclude(sha256="")
    return list(rows.order_by("added_at", "id")[:most])


def unread_since(*, before: datetime) -> int:
    """Return how many items brought before an instant still wait to be read."""
    return Item.objects.filter(reading=None, added_at__lt=before).exclude(sha256="").count()


def is_held_back(item: Item) -> bool:
    """Answer whether an original stays in: a scanner found something, or has yet to look."""
    reading = reading_of(item)
    if reading is None:
        return is_asked()
    return bool(reading.outcome == Outcome.INFECTED)


def originals_not_whole() -> int:
    """Return how many originals were found changed or missing when they were last read."""
    return Vigil.objects.exclude(found=Condition.WHOLE).exclude(item__sha256="").count()


def reading_of(item: Item) -> Reading | None:
    """Return what was read out of an item, None while that waits."""
    return getattr(item, "reading", None)


def bytes_of(folder: str, item: Item) -> bytes | None:
    """Return a copy or thumbnail, None where there is none."""
    path = path_of(folder, item.stored_as)
    if folder == ORIGINAL or not vault().exists(path):
        return None
    with vault().open(path) as file:
        return bytes(file.read())


def original_of(item: Item) -> File[bytes]:
    """Return an original, open for reading; whoever gets it is noted by download_item."""
    found: File[bytes] = vault().open(path_of(ORIGINAL, item.stored_as))
    return found


def readings_near(pdq: bytes) -> list[Reading]:
    """Return the readings whose hash differs from this one in at most 31 bits, oldest first.

    By the index over words (words.py), which misses none; what else it brings is counted out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [words_near(pdq), TELLS_ENOUGH])
        near = [pk for pk, other in cursor.fetchall() if bits_apart(pdq, bytes(other)) <= WITHIN]
    found = Reading.objects.select_related("item__report").in_bulk(near) if near else {}
    return sorted(found.values(), key=lambda one: (one.item.added_at, one.item_id))


def near_identical(items: Iterable[Item]) -> dict[uuid.UUID, list[Item]]:
    """Return {item: items of other reports of its agreement that show the same picture}."""
    found: dict[uuid.UUID, list[Item]] = defaultdict(list)
    for item in items:
        reading = reading_of(item)
        if reading is None or reading.pdq is None or (reading.pdq_quality or 0) < TELLS_ENOUGH:
            continue
        for other in readings_near(bytes(reading.pdq)):
            report = other.item.report
            if report.agreement_id == item.report.agreement_id and report.pk != item.report_id:
                found[item.pk].append(other.item)
    return dict(found)
