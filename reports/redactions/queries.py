"""Reads of redacted copies. Callers check access."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from reports.evidence.models import Item
from reports.evidence.storage import COPY, path_of, vault
from reports.redactions.choices import ShownTo
from reports.redactions.models import Redaction
from reports.redactions.rules import jpeg_size

REDACTED = "redacted"  # the folder
HEAD = 8192  # bytes of a copy that tell its size


def copy_size(item: Item) -> tuple[int, int] | None:
    """Return (width, height) of an item's working copy in pixels, None where there is none."""
    path = path_of(COPY, item.stored_as)
    if not item.stored_as or not vault().exists(path):
        return None
    with vault().open(path) as file:
        return jpeg_size(file.read(HEAD))


def redactions_of(item: Item) -> list[Redaction]:
    """Return the redacted copies of an item that were not erased, the standing one first."""
    rows = Redaction.objects.filter(item=item).exclude(sha256="")
    return list(rows.select_related("made_by").order_by("-number"))


def standing_redactions(items: Iterable[Item]) -> dict[uuid.UUID, Redaction]:
    """Return {item: its standing redacted copy} of those items that have one."""
    rows = Redaction.objects.filter(item__in=[item.pk for item in items]).exclude(sha256="")
    return {row.item_id: row for row in rows.order_by("item_id", "number")}


def shown_to_parties(items: Iterable[Item]) -> dict[uuid.UUID, Redaction]:
    """Return {item: its standing redacted copy} where the accused may see it."""
    standing = standing_redactions(items)
    return {pk: row for pk, row in standing.items() if row.shown_to == ShownTo.PARTIES}


def redacted_bytes(redaction: Redaction) -> bytes | None:
    """Return a redacted copy, None where it is gone."""
    path = path_of(REDACTED, redaction.stored_as)
    if not redaction.stored_as or not vault().exists(path):
        return None
    with vault().open(path) as file:
        return bytes(file.read())


def erased_redactions(report_id: uuid.UUID) -> list[Redaction]:
    """Return a report's redacted copies that were emptied and whose bytes may still be there."""
    rows = Redaction.objects.filter(item__report_id=report_id, sha256="")
    return list(rows.exclude(stored_as=""))
