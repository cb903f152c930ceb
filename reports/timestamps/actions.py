"""Writes of timestamps: have a sealed file vouched for, empty the token with its report."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.db import transaction

from reports.evidence.models import Item
from reports.intake.models import Report
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.timestamps.authority import is_asked, token_for
from reports.timestamps.models import Timestamp
from reports.timestamps.queries import unstamped_items

AT_A_TIME = 20  # tokens one call of the clock asks for
SETTLED = timedelta(minutes=5)  # a file is vouched for once it cannot be a slip any more
log = logging.getLogger(__name__)


def stamp_waiting(*, at: datetime) -> int:
    """Have the files vouched for that nobody vouches for yet; return how many; may run twice.

    The clock asks, not the filing: the minute in which the authority is asked tells less then.
    Leaves: for each what stamp_item leaves; nothing where the site has no authority.
    """
    done = 0
    for item in unstamped_items(before=at - SETTLED, most=AT_A_TIME) if is_asked() else ():
        try:
            stamp_item(item=item, at=at)
        except OSError as silence:
            log.error("files wait for a timestamp: %s", silence)
            break
        done += 1
    return done


def stamp_item(*, item: Item, at: datetime) -> Timestamp | None:
    """Have an authority vouch for a sealed original's hash, and keep what it proves.

    Needs: an authority; an item that was not erased. Leaves: Timestamp, evidence.timestamped.
    Errors: AuthoritySilent, to be tried again.
    """
    if not item.sha256 or Timestamp.objects.filter(item=item).exists():
        return None
    token = token_for(item.sha256)  # before the row is locked: somebody else is waited for
    with transaction.atomic():
        held = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
        if held.sha256 != item.sha256 or Timestamp.objects.filter(item=held).exists():
            return None
        made = Timestamp.objects.create(
            item=held,
            kept_at=at,
            stamped_at=token.stamped_at,
            authority=token.authority,
            token=token.der,
        )
        record_event(
            kind=Kind.EVIDENCE_TIMESTAMPED, subject=held, by=None, at=at, acting_as="machine"
        )
    return made


EMPTY: dict[str, Any] = {"token": b"", "stamped_at": None}


def empty_timestamps(*, report: Report, since: datetime) -> None:
    """Empty the tokens over a report's items: a part of erasing the report.

    Leaves: rows without content, dated `since`.
    """
    with pgtrigger.ignore("reports.Timestamp:timestamp_no_update"):
        Timestamp.objects.filter(item__report=report).update(**EMPTY, kept_at=since)
