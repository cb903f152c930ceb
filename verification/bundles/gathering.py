"""From the rows of a case to the parts of a bundle, as far as its contents go."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import rfc8785
from django.db.models import Q

from reports.evidence.models import Item
from reports.evidence.queries import is_held_back, reading_of
from reports.evidence.rules import ENDINGS
from reports.evidence.storage import COPY, ORIGINAL, path_of, vault
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.redactions.models import Redaction
from reports.redactions.queries import REDACTED, shown_to_parties, standing_redactions
from verification.bundles.choices import Contents
from verification.bundles.models import Bundle
from verification.bundles.packing import Part
from verification.bundles.queries import items_before

CHECK = Path(__file__).with_name("verify.py")
README = """EVIDENCE OF A CASE

manifest.json  every file with its role, type, length and SHA-256, and what it was made of
custody.json   who had a file in hand, by role and never by name
files/         the files
verify.py      checks all of it with Python 3 alone:  python3 verify.py

The roles of files: original, as it came, sealed, never changed; working_copy, its pixels written
anew without anything a camera adds; redacted_copy, a working copy in which parts are covered.

This bundle was asked for by one person and approved by another. It may hold what can put people
in danger. Keep it as closely as the house it comes from does.
"""


@dataclass(slots=True)
class Gathered:
    """What goes into a bundle: its parts, what the manifest says of it, the files it is of."""

    about: dict[str, Any]
    parts: list[Part] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


def gather(bundle: Bundle, *, as_of: datetime) -> Gathered:
    """Return a bundle's parts and what its manifest says, as of an instant."""
    items = items_before(bundle.case)
    shown = bundle.contents == Contents.SHOWN
    covered = (shown_to_parties if shown else standing_redactions)(items)
    if shown:
        items = [item for item in items if item.pk in covered]
    found = Gathered({}, items=items)
    told = []
    for number, item in enumerate(items, start=1):
        name = f"E{number}"
        told.append(_told(name, item, bundle))
        found.parts += _parts(name, item, covered.get(item.pk), bundle)
    found.about = {
        "bundle": bundle.code,
        "incident": bundle.case.incident.code,
        "round": bundle.case.round,
        "contents": bundle.contents,
        "as_of": _second(as_of),
        "items": told,
    }
    custody = rfc8785.dumps(_custody(bundle, items, as_of))
    found.parts.append(_written("custody.json", "custody", "application/json", custody))
    found.parts.append(_written("README.txt", "readme", "text/plain", README.encode()))
    found.parts.append(_written("verify.py", "check", "text/x-python", CHECK.read_bytes()))
    return found


def size_of(bundle: Bundle, *, as_of: datetime) -> int:
    """Return how many bytes a bundle would have, without its frame."""
    return sum(part.size for part in gather(bundle, as_of=as_of).parts)


def _told(name: str, item: Item, bundle: Bundle) -> dict[str, Any]:
    """Return what the manifest says of one file; to a party nothing that leads to the original."""
    told: dict[str, Any] = {"item": name, "code": item.code, "kind": item.kind}
    if bundle.contents == Contents.SHOWN:
        return told
    reading = reading_of(item)
    outcome = str(reading.outcome) if reading is not None else "waiting"
    return told | {
        "sha256": item.sha256,
        "size": item.size,
        "type": item.detected,
        "reading": outcome,
    }


def _parts(name: str, item: Item, covered: Redaction | None, bundle: Bundle) -> list[Part]:
    found = []
    reading = reading_of(item)
    if bundle.contents == Contents.ORIGINALS and not is_held_back(item):
        found.append(
            Part(
                path=f"files/{name}-original.{ENDINGS[item.detected]}",
                role="original",
                type=item.detected,
                sha256=item.sha256,
                size=item.size,
                opens=_stored(ORIGINAL, item.stored_as),
                item=name,
            )
        )
    if bundle.contents != Contents.SHOWN and reading is not None and reading.copy_sha256:
        found.append(
            Part(
                path=f"files/{name}-copy.jpg",
                role="working_copy",
                type="image/jpeg",
                sha256=reading.copy_sha256,
                size=vault().size(path_of(COPY, item.stored_as)),
                opens=_stored(COPY, item.stored_as),
                item=name,
                derived_from=item.sha256,
                derivation=f"pixels only, by reader {reading.reader}",
            )
        )
    if covered is not None:
        found.append(
            Part(
                path=f"files/{name}-redacted.jpg",
                role="redacted_copy",
                type="image/jpeg",
                sha256=covered.sha256,
                size=covered.size,
                opens=_stored(REDACTED, covered.stored_as),
                item=name,
                derived_from="" if bundle.contents == Contents.SHOWN else covered.copy_sha256,
                derivation=f"redacted copy {covered.number}",
            )
        )
    return found


def _stored(folder: str, place: str) -> Callable[[], AbstractContextManager[IO[bytes]]]:
    return lambda: vault().open(path_of(folder, place))


def _written(path: str, role: str, kind: str, content: bytes) -> Part:
    return Part(
        path=path,
        role=role,
        type=kind,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        opens=lambda: BytesIO(content),
    )


def _custody(bundle: Bundle, items: Sequence[Item], as_of: datetime) -> list[dict[str, Any]]:
    """Return who had the files in hand, by role: to the minute only beside originals."""
    names = {item.pk: f"E{number}" for number, item in enumerate(items, start=1)}
    of_files = Q(subject_id__in=list(names))
    if bundle.contents == Contents.SHOWN:
        of_files &= Q(kind=Kind.EVIDENCE_REDACTED)
    # What comes of the bundle later is no part of it: built twice, it has the same bytes.
    asked = Q(subject_id=bundle.pk, kind__in=[Kind.BUNDLE_REQUESTED, Kind.BUNDLE_APPROVED])
    events = Event.objects.filter(of_files | asked, at__lte=as_of)
    zone = ZoneInfo(bundle.case.incident.agreement.timezone)
    exact = bundle.contents == Contents.ORIGINALS
    return [
        {
            "item": names.get(event.subject_id, ""),
            "what": event.kind,
            "acting_as": event.acting_as,
            **(
                {"at": _second(event.at)}
                if exact
                else {"day": f"{event.at.astimezone(zone):%Y-%m-%d}"}
            ),
        }
        for event in events.order_by("at", "recorded_at", "id")
    ]


def _second(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
