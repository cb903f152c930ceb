"""Reads of timestamps. Callers check access."""

from __future__ import annotations

from datetime import datetime

from reports.evidence.models import Item
from reports.timestamps.models import Timestamp


def timestamp_of(item: Item) -> Timestamp | None:
    """Return the token over an item's hash, None where there is none."""
    return Timestamp.objects.filter(item=item).exclude(token=b"").first()


def unstamped_items(*, before: datetime, most: int) -> list[Item]:
    """Return the items brought before an instant that no authority vouched for yet."""
    rows = Item.objects.filter(timestamp=None, added_at__lt=before).exclude(sha256="")
    return list(rows.order_by("added_at", "id")[:most])
