"""Which rows a bulletin's leaves vouch for, and what of them stands in clear."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence

from django.db import models

from reports.journal.kinds import Kind
from reports.journal.models import Event
from verification.bulletins.models import Bulletin, Edition, Release
from verification.ledger.rows import Clear, Rows, public_bytes


def _drafted(events: Sequence[Event]) -> Mapping[uuid.UUID, Sequence[models.Model]]:
    """A draft vouches for the bulletin and for its editions."""
    wanted = [event.subject_id for event in events]
    found: dict[uuid.UUID, list[models.Model]] = {
        row.pk: [row] for row in Bulletin.objects.filter(pk__in=wanted)
    }
    for edition in Edition.objects.filter(bulletin__in=found):
        found[edition.bulletin_id].append(edition)
    return {e.pk: found[e.subject_id] for e in events if e.subject_id in found}


def _released(events: Sequence[Event]) -> Mapping[uuid.UUID, Sequence[models.Model]]:
    """A release vouches for itself; the record in clear is the whole bulletin."""
    wanted = [event.subject_id for event in events]
    rows = Release.objects.filter(bulletin__in=wanted).select_related("bulletin")
    found = {row.bulletin_id: row for row in rows}
    return {e.pk: [found[e.subject_id]] for e in events if e.subject_id in found}


def bulletin_record(bulletin: Bulletin) -> bytes:
    """Return the bytes of a bulletin as released: its content, and each edition’s hash."""
    editions = dict(bulletin.editions.values_list("language", "sha256"))
    return public_bytes({"code": bulletin.code, "content": bulletin.content, "editions": editions})


def _released_in_clear(event: Event, rows: Sequence[models.Model]) -> dict[str, str]:
    """A released bulletin is named, with the hash of what the public was told."""
    for row in rows:
        if isinstance(row, Release):
            digest = hashlib.sha256(bulletin_record(row.bulletin)).hexdigest()
            return {"id": row.bulletin.code, "record": digest}
    return {}


ROWS: Mapping[Kind, Rows] = {Kind.BULLETIN_DRAFTED: _drafted, Kind.BULLETIN_RELEASED: _released}
CLEAR: Mapping[Kind, Clear] = {Kind.BULLETIN_RELEASED: _released_in_clear}
